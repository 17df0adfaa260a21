/** Stories of data races, of orderings that explain little, and of lost wake-ups. */
import { expect, test } from "vitest";
import {
  type Access,
  type Address,
  atomicAddReturn,
  awaitUnequal,
  awaitUnequalRelaxed,
  loadAcquire,
  read,
  readOnce,
  storeRelease,
  write,
  writeOnce,
} from "#impl/memory/access.ts";
import { createHeap, place, placeSlab } from "#impl/memory/heap.ts";
import { struct, withTags } from "#impl/memory/struct.ts";
import { allocate } from "#impl/memory/access.ts";
import { Machine } from "#fuzz/machine/machine.ts";
import type { Program } from "#fuzz/machine/program.ts";
import { searchExhaustively } from "#fuzz/search/exhaustive-search.ts";
import { scenarioSubject } from "#fuzz/subjects/subject.ts";
import { defineSystem } from "#fuzz/systems/define-system.ts";
import { operation } from "#fuzz/systems/operation-table.ts";
import { replay } from "./replay.ts";
import { shrink } from "./shrink.ts";

const Shared = struct("shared", { data: 1, ready: 1 });

function passing(wait: (word: Address) => Access<number>): Program {
  const heap = createHeap(64);
  const shared = place(heap, Shared, "shared");
  return {
    name: "passing",
    heap,
    threads: [
      {
        name: "writer",
        *body() {
          yield write(Shared.data(shared), 1);
          yield storeRelease(Shared.ready(shared), 1);
        },
      },
      {
        name: "reader",
        *body() {
          yield* wait(Shared.ready(shared));
          yield read(Shared.data(shared));
        },
      },
    ],
    watchers: [],
  };
}

test("a relaxed wait orders nothing, and the race names both accesses and the missing ordering", () => {
  function* acquire(word: Address): Access<number> {
    return yield awaitUnequal(word, -1, 0);
  }
  function* relaxed(word: Address): Access<number> {
    return yield awaitUnequalRelaxed(word, -1, 0);
  }
  expect(searchExhaustively(() => passing(acquire), {}, { executionsMax: 10 }).kind).toBe("exhausted");
  const found = searchExhaustively(() => passing(relaxed), {}, { executionsMax: 10 });
  expect(found.violation?.property).toBe("data-race");
  const { violation } = replay(passing(relaxed), { choices: found.choices ?? [] });
  expect(violation?.because).toMatch(
    /^read of shared\.data races with an access by writer, its write \(fuzz\/counterexample\/story-causes\.test\.ts:\d+\): no lock, barrier, or release with an acquire comes between them$/,
  );
});

const Gate = struct("gate", { open: 1, waiting: 1 });

/** Its signal checks for waiters before it opens: a wake-up may be lost. It does not declare that it blocks. */
const gate = defineSystem({
  name: "gate",
  about: "a gate whose signal may be lost",
  place: (heap) => place(heap, Gate, "gate"),
  initialState: 0,
  operations: {
    pass: operation({
      returns: "nothing",
      *run(at: Address): Access {
        if ((yield loadAcquire(Gate.open(at))) === 1) return;
        yield atomicAddReturn(Gate.waiting(at), 1);
        yield awaitUnequal(Gate.open(at), -1, 0);
      },
      step: (state: number) => ({ next: state }),
    }),
    signal: operation({
      returns: "nothing",
      *run(at: Address): Access {
        if ((yield readOnce(Gate.waiting(at))) > 0) yield writeOnce(Gate.open(at), 1);
      },
      step: (state: number) => ({ next: state }),
    }),
  },
});

test("shrinking a lost wake-up keeps the operation that should have woken", async () => {
  const { pass, signal } = gate.calls;
  const scenario = {
    name: "gate-lost",
    system: "gate",
    initial: [],
    threads: [
      { name: "waiter", operations: [pass()] },
      { name: "signaller", operations: [signal(), signal()] },
    ],
  };
  const subject = scenarioSubject(scenario, (one) => gate.compile(one as typeof scenario));
  const found = searchExhaustively(() => subject.makeProgram(), {}, { executionsMax: 100 });
  expect(found.violation?.property).toBe("deadlock");
  const shrunk = await shrink(subject, found.choices ?? []);
  expect(shrunk?.subject.scenario["threads"]).toEqual([
    { name: "waiter", operations: [{ kind: "pass" }] },
    { name: "signaller", operations: [{ kind: "signal" }] },
  ]);
});

test("an object behind a tagged pointer is no leak if the struct declares how to decode it", () => {
  const Node = struct("node", { value: 1 });
  const Plain = struct("top", { link: 1 });
  const violated = (Top: typeof Plain): string | undefined => {
    const heap = createHeap(64);
    const [top, nodes] = [place(heap, Top, "top"), placeSlab(heap, Node, "node", 2)];
    const program: Program = {
      name: "tagged",
      heap,
      threads: [
        {
          name: "only",
          *body() {
            yield writeOnce(Top.link(top), ((yield allocate(nodes)) << 4) | 5);
          },
        },
      ],
      watchers: [],
    };
    return new Machine(program).run({ name: "first", begin() {}, choose: ({ enabled }) => enabled[0] ?? 0 })?.property;
  };
  expect(violated(Plain)).toBe("leak");
  expect(violated(withTags(Plain, { link: (word) => word >> 4 }))).toBeUndefined();
  expect(() => withTags(Plain, { next: (word) => word })).toThrow("top has no field next");
});
