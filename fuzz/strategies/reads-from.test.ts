import { expect, test } from "vitest";
import { type Access, readOnce, writeOnce } from "#impl/memory/access.ts";
import { createHeap } from "#impl/memory/heap.ts";
import { share } from "#fuzz/programs/toy-program.ts";
import { Machine } from "#fuzz/machine/machine.ts";
import { search } from "#fuzz/search/search.ts";
import { depthFirst } from "./depth-first.ts";
import { randomWalk } from "./random-walk.ts";
import { observingReadsFrom } from "./reads-from.ts";

function machine(): Machine {
  const heap = createHeap(16);
  const at = share(heap, "shared", { x: 1, y: 1 });
  return new Machine({
    name: "message passing",
    heap,
    threads: [
      {
        name: "writer",
        *body(): Access {
          yield writeOnce(at.x, 1);
          yield writeOnce(at.y, 1);
        },
      },
      {
        name: "reader",
        *body(): Access {
          yield readOnce(at.y);
          yield readOnce(at.x);
        },
      },
    ],
    watchers: [],
  });
}

test("the schedules of message passing show four pairs: each read from its write, and from the initial value", () => {
  const observer = observingReadsFrom(depthFirst());
  expect(search(machine(), observer.strategy, { executionsMax: 100 }).kind).toBe("exhausted");
  expect(observer.known.size).toBe(4);
});

test("an execution adds only pairs that no earlier one has shown", () => {
  const observer = observingReadsFrom(randomWalk(1));
  const one = machine();
  let added = 0;
  for (let execution = 0; execution < 50; execution++) {
    one.run(observer.strategy);
    added += observer.added.length;
    expect(observer.known.size).toBe(added);
  }
  expect(added).toBe(4);
});

test("observing changes no schedule", () => {
  const [plain, observed] = [machine(), machine()];
  const walk = randomWalk(7);
  const observer = observingReadsFrom(randomWalk(7));
  for (let execution = 0; execution < 20; execution++) {
    plain.run(walk);
    observed.run(observer.strategy);
    expect(observed.choices.slice(0, observed.steps)).toEqual(plain.choices.slice(0, plain.steps));
  }
});
