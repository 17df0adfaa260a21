import { expect, test } from "vitest";
import {
  type Access,
  type AccessKind,
  type Address,
  beginOperation,
  endOperation,
  readOnce,
  smpMb,
  writeOnce,
} from "#impl/memory/access.ts";
import { createHeap, place } from "#impl/memory/heap.ts";
import { runAlone } from "#impl/memory/sequential.ts";
import { struct } from "#impl/memory/struct.ts";
import { exploreProgram } from "#fuzz/explore/explore-program.ts";
import { explore } from "#fuzz/explore/explore.ts";
import { replay } from "#fuzz/counterexample/replay.ts";
import { Machine } from "./machine.ts";
import type { Program } from "./program.ts";

function programOf(body: (word: Address) => Access): Program {
  const heap = createHeap(64);
  const word = place(heap, struct("shared", { word: 1 }), "shared");
  return { name: "one thread", heap, threads: [{ name: "only", body: () => body(word) }], watchers: [] };
}

const first = { name: "first", begin() {}, choose: ({ enabled }: { enabled: Int32Array }) => enabled[0] ?? 0 };

const bodies: Readonly<Record<string, (word: Address) => Access>> = {
  *store(word) {
    writeOnce(word, 1);
    yield readOnce(word);
  },
  *load(word) {
    const seen = readOnce(word);
    yield writeOnce(word, seen);
  },
  *last(word) {
    yield writeOnce(word, 1);
    writeOnce(word, 2);
  },
  *argument(word) {
    yield writeOnce(word, readOnce(word));
  },
  *barrier(word) {
    yield writeOnce(word, 1);
    smpMb();
    yield writeOnce(word, 2);
  },
};

test("an access that is requested and not yielded violates unyielded-access, under every driver", () => {
  for (const [name, body] of Object.entries(bodies)) {
    expect([name, new Machine(programOf(body)).run(first)?.property]).toEqual([name, "unyielded-access"]);
    const found = exploreProgram(programOf(body)).violation?.violation;
    expect([name, found?.property]).toEqual([name, "unyielded-access"]);
    expect(explore({ threads: [() => body(1)] }).failure?.message).toContain("is a yield missing?");
    const heap = createHeap(8);
    expect(() => runAlone(heap, body(1))).toThrow("is a yield missing?");
  }
});

test("a replay reports the line of the access", () => {
  const { violation, location } = replay(programOf(bodies["store"] ?? missing), { choices: [] });
  expect(location?.file).toBe("fuzz/machine/unyielded.test.ts");
  expect(violation?.because).toBe(
    `only asks for an access and does not yield it: is a yield missing? ` +
      `(fuzz/machine/unyielded.test.ts:${location?.line})`,
  );
});

test("a yielded value that is not an access violates unyielded-access", () => {
  const yielding = (what: unknown) =>
    function* (): Access {
      yield what as AccessKind;
    };
  function* procedure(): Access {}
  const because = (what: unknown) => new Machine(programOf(yielding(what))).run(first)?.because;
  expect(because(procedure())).toBe("only yields a procedure that never runs: is it to be yield*?");
  expect(because(undefined)).toBe("only yields undefined, which is no access");
  expect(because(4711)).toBe("only yields 4711, which is no access");
});

test("an operation that ends without a word violates exception and is named", () => {
  for (const response of [undefined, Number.NaN, 1.5, 2 ** 31, true]) {
    const program = programOf(function* (word) {
      yield beginOperation(0);
      yield readOnce(word);
      yield endOperation(response as number);
    });
    const named = { ...program, operationNames: { operation: () => "draw", response: () => "" } };
    expect(new Machine(named).run(first)).toMatchObject({
      property: "exception",
      because: `draw returns ${String(response)}, and must return a 32-bit whole number: is a return missing?`,
    });
  }
});

test("endless barriers violate progress", () => {
  const endless = programOf(function* () {
    for (;;) yield smpMb();
  });
  expect(new Machine(endless).run(first)?.property).toBe("progress");
});

function* missing(): Access {
  throw new Error("there is such a body");
}
