/** Explored programs of the machine, checked against every schedule of the machine itself. */
import fc from "fast-check";
import { expect, test } from "vitest";
import {
  type Access,
  allocate,
  assertHolds,
  atomicAddReturn,
  awaitEqual,
  beginOperation,
  callRcu,
  cmpxchg,
  endOperation,
  free,
  NIL,
  rcuDereference,
  rcuReadLock,
  rcuReadUnlock,
  readOnce,
  spinLock,
  spinTrylock,
  spinUnlock,
  synchronizeRcu,
  write,
  writeOnce,
  xchg,
} from "#impl/memory/access.ts";
import { createHeap, type Heap, place, placeSlab } from "#impl/memory/heap.ts";
import { struct } from "#impl/memory/struct.ts";
import { Machine } from "#fuzz/machine/machine.ts";
import type { HistoryWatcher, Program } from "#fuzz/machine/program.ts";
import type { Strategy } from "#fuzz/machine/strategy.ts";
import { toyChecks } from "#fuzz/programs/toy-program.ts";
import { buggedPrograms } from "#fuzz/programs/toy-programs.ts";
import { depthFirst } from "#fuzz/strategies/depth-first.ts";
import { searchExhaustively } from "#fuzz/search/exhaustive-search.ts";
import { exploreProgram } from "./explore-program.ts";

const EVERY_BIT = -1;

const Shared = struct("shared", { word: 2, pointer: 1, lock: 1 });
const Item = struct("item", { value: 1, lock: 1 });

interface Statement {
  readonly kind: "read" | "write" | "add" | "exchange" | "await" | "publish" | "look" | "grace" | "tryout";
  readonly word: number;
  readonly value: number;
  /** How the predecessor of a published pointer is freed. */
  readonly reclaim: "grace" | "callback" | "at once" | "never";
  readonly isInSection: boolean;
  readonly isLocked: boolean;
  readonly isOperation: boolean;
}

const statement: fc.Arbitrary<Statement> = fc.record({
  kind: fc.constantFrom(
    "read",
    "write",
    "add",
    "exchange",
    "await",
    "publish",
    "publish",
    "look",
    "look",
    "look",
    "grace",
  ),
  word: fc.nat(1),
  value: fc.integer({ min: 1, max: 2 }),
  reclaim: fc.constantFrom("grace", "grace", "callback", "callback", "at once", "never"),
  isInSection: fc.nat(4).map((draw) => draw === 0),
  isLocked: fc.nat(5).map((draw) => draw === 0),
  isOperation: fc.nat(2).map((draw) => draw === 0),
});

/**
 * The observations of an execution, in an order that no schedule changes, and which operations ended before which
 * began.
 */
interface Outcome {
  readonly results: string;
  readonly precedence: ReadonlySet<string>;
}

/** A program of random statements, and the outcome of its last execution on the machine. */
function makeProgram(
  threads: readonly (readonly Statement[])[],
  objects: number,
): { readonly program: Program; outcome(): Outcome } {
  const heap = createHeap(64);
  const shared = place(heap, Shared, "shared");
  const slab = placeSlab(heap, Item, "item", objects);
  const results: number[][] = threads.map(() => []);
  const precedence = new Set<string>();
  const open = new Map<number, number>();
  const ended: number[] = [];
  const giveBack = function* (item: number): Access {
    yield free(slab, item);
  };
  const perform = function* ({ kind, word, value, reclaim }: Statement): Access<number> {
    const at = Shared.word(shared) + word;
    switch (kind) {
      case "read":
        return yield readOnce(at);
      case "write":
        yield writeOnce(at, value);
        return 0;
      case "add":
        return yield atomicAddReturn(at, value);
      case "exchange":
        return yield cmpxchg(at, 0, value);
      case "await":
        return yield awaitEqual(at, EVERY_BIT, 1);
      case "look": {
        yield rcuReadLock();
        const item = yield rcuDereference(Shared.pointer(shared));
        const found = item === NIL ? 0 : yield readOnce(Item.value(item));
        yield rcuReadUnlock();
        return found;
      }
      case "publish": {
        const item = yield allocate(slab);
        if (item === NIL) return -1;
        yield write(Item.value(item), value);
        const old = yield xchg(Shared.pointer(shared), item);
        if (old === NIL || reclaim === "never") return 0;
        if (reclaim === "callback") yield callRcu(giveBack, old);
        else {
          if (reclaim === "grace") yield synchronizeRcu();
          yield free(slab, old);
        }
        return 0;
      }
      default:
        yield synchronizeRcu();
        return 0;
    }
  };
  const history: HistoryWatcher = {
    property: "linearizability",
    reset() {
      precedence.clear();
      open.clear();
      ended.length = 0;
    },
    invoke(who, operation) {
      open.set(who, operation);
      for (const before of ended) precedence.add(`${before}<${operation}`);
    },
    respond(who) {
      ended.push(open.get(who) ?? -1);
      return undefined;
    },
  };
  const program: Program = {
    name: "random",
    heap,
    threads: threads.map((statements, me) => ({
      name: `thread ${me}`,
      *body() {
        const mine: number[] = [];
        results[me] = mine;
        for (const [index, each] of statements.entries()) {
          if (each.isOperation) yield beginOperation(me * 10 + index);
          if (each.isLocked) yield spinLock(Shared.lock(shared));
          if (each.isInSection) yield rcuReadLock();
          const result = yield* perform(each);
          mine.push(result);
          if (each.isInSection) yield rcuReadUnlock();
          if (each.isLocked) yield spinUnlock(Shared.lock(shared));
          if (each.isOperation) yield endOperation(result);
        }
      },
    })),
    watchers: [],
    history,
  };
  return {
    program,
    outcome: () => {
      const words = [0, 1].map((word) => heap.words[Shared.word(shared) + word]);
      return {
        results: `${results.map((each) => each.join()).join("|")}#${words.join()}`,
        precedence: new Set(precedence),
      };
    },
  };
}

/** The outcomes of all schedules, and the properties violated. Undefined if there are too many schedules. */
function everySchedule(
  threads: readonly (readonly Statement[])[],
  objects: number,
): { readonly outcomes: Map<string, Outcome>; readonly violated: Set<string> } | undefined {
  const { program, outcome } = makeProgram(threads, objects);
  const machine = new Machine(program);
  const strategy = depthFirst();
  const outcomes = new Map<string, Outcome>();
  const violated = new Set<string>();
  for (let executions = 0; executions < 6_000; executions++) {
    const violation = machine.run(strategy);
    if (violation === undefined) {
      const seen = outcome();
      outcomes.set(`${seen.results}/${[...seen.precedence].toSorted().join()}`, seen);
    } else violated.add(violation.property);
    if (strategy.isExhausted?.() === true) return { outcomes, violated };
  }
  return undefined;
}

test.each([
  ["with enough memory", 6],
  ["with a slab that runs out", 1],
])(
  "every outcome of a schedule of a random program is the outcome of some explored execution: %s",
  (_, objects) => {
    let compared = 0;
    let violating = 0;
    fc.assert(
      fc.property(
        fc.array(fc.array(statement, { minLength: 1, maxLength: 3 }), { minLength: 2, maxLength: 3 }),
        (threads) => {
          const expected = everySchedule(threads, objects);
          if (expected === undefined) return;
          compared++;
          const { program, outcome } = makeProgram(threads, objects);
          const found: Outcome[] = [];
          const watching = { ...program, watchers: [{ property: "none", ended: () => void found.push(outcome()) }] };
          const result = exploreProgram(watching);
          if (expected.violated.size > 0) {
            violating++;
            expect(expected.violated).toContain(result.violation?.violation.property);
            return;
          }
          expect(result).toMatchObject({ complete: true });
          // Earlier explorations may only have found out what there is to explore.
          const counted = found.slice(-result.executions);
          expect(counted).toHaveLength(result.executions);
          for (const { results, precedence } of expected.outcomes.values()) {
            expect(counted.some((seen) => seen.results === results && precedence.isSubsetOf(seen.precedence))).toBe(
              true,
            );
          }
        },
      ),
      { numRuns: 200, seed: 3 },
    );
    expect(compared).toBeGreaterThan(100);
    expect(violating).toBeGreaterThan(20);
    expect(violating).toBeLessThan(compared - 20);
  },
  120_000,
);

test("the known bug of every toy program is found with a schedule that replays it; corrected ones have none", () => {
  for (const { name, bug, create, corrected } of buggedPrograms) {
    const found = exploreProgram(create(), { checks: toyChecks, graphsMax: 200 });
    if (found.notExplorable !== undefined) throw new Error(found.notExplorable);
    const { violation, choices = [] } = found.violation ?? {};
    if (violation === undefined && !found.complete) continue;
    expect(bug?.violates, name).toContain(violation?.property);
    expect(new Machine(create(), toyChecks).run(following(choices))?.property, name).toBe(violation?.property);
    if (corrected === undefined) continue;
    const right = exploreProgram(corrected(), { checks: toyChecks, graphsMax: 200 });
    expect(right.violation, name).toBeUndefined();
  }
});

const words = (heap: Heap): { readonly x: number; readonly y: number; readonly lock: number } => {
  const shared = place(heap, Shared, "shared");
  return { x: Shared.word(shared), y: Shared.word(shared) + 1, lock: Shared.lock(shared) };
};

/** A program of these threads over its own heap. */
function programOf(make: (heap: Heap) => readonly (() => Access)[]): Program {
  const heap = createHeap(64);
  return { name: "small", heap, threads: make(heap).map((body, me) => ({ name: `thread ${me}`, body })), watchers: [] };
}

test("two free accesses to one word have two executions, to two words one", () => {
  const writers = (both: boolean): Program =>
    programOf((heap) => {
      const { x, y } = words(heap);
      return [x, both ? x : y].map(
        (word) =>
          function* () {
            yield writeOnce(word, 1);
          },
      );
    });
  expect(exploreProgram(writers(true))).toMatchObject({ executions: 2, complete: true, histories: 0 });
  expect(exploreProgram(writers(false))).toMatchObject({ executions: 1, complete: true, accesses: 2 });
});

test("an access that is not ordered before a free is found to come after it", () => {
  const program = programOf((heap) => {
    const slab = placeSlab(heap, Item, "item", 2);
    const { x } = words(heap);
    return [
      function* () {
        const item = yield allocate(slab);
        yield write(Item.value(item), 1);
        yield writeOnce(x, item);
        yield free(slab, item);
      },
      function* () {
        const item = yield readOnce(x);
        if (item !== NIL) yield readOnce(Item.value(item));
      },
    ];
  });
  expect(exploreProgram(program, { checks: { dataRaces: false } }).violation?.violation).toMatchObject({
    property: "memory-safety",
    because: expect.stringContaining("item#1.value"),
  });
});

test.each(["lock", "unlock"] as const)("a lock in an object that is freed before its %s is found", (which) => {
  const program = programOf((heap) => {
    const slab = placeSlab(heap, Item, "item", 2);
    const { x } = words(heap);
    return [
      function* () {
        const item = yield allocate(slab);
        yield write(Item.lock(item), 0);
        yield writeOnce(x, item);
        if (which === "unlock") yield awaitEqual(x, EVERY_BIT, 0);
        yield free(slab, item);
      },
      function* () {
        const item = yield readOnce(x);
        if (item === NIL) return;
        yield spinLock(Item.lock(item));
        yield writeOnce(x, 0);
        yield spinUnlock(Item.lock(item));
      },
    ];
  });
  const found = exploreProgram(program, { checks: { dataRaces: false } }).violation?.violation;
  expect(["memory-safety", "lock-order"]).toContain(found?.property);
});

test.each([
  ["an access to no object", (heap: Heap) => readOnce(heap.words.length + 5)],
  ["an access to the word after the heap", (heap: Heap) => readOnce(heap.used)],
  ["an access through NIL", () => readOnce(NIL)],
  ["an allocation from no slab", (heap: Heap) => allocate(heap.used - 1)],
])("%s is reported as the machine reports it", (_, ask) => {
  const program = programOf((heap) => {
    words(heap);
    return [
      function* () {
        yield ask(heap);
      },
    ];
  });
  expect(exploreProgram(program).violation?.violation.property).toBe("memory-safety");
});

test("an endless thread, or one too long to explore, is refused with its number", () => {
  const program = programOf((heap) => {
    const { x } = words(heap);
    return [
      function* () {
        for (;;) yield readOnce(x);
      },
    ];
  });
  expect(exploreProgram(program)).toMatchObject({
    complete: false,
    notExplorable: "small cannot be explored: thread 0 makes more than 5000 accesses",
  });
  expect(searchExhaustively(() => program, {}, { executionsMax: 10 })).toMatchObject({
    kind: "violated",
    violation: { property: "progress" },
  });
});

test("assertions and exceptions are reported with their schedule", () => {
  const throwing = programOf((heap) => {
    const { x, y } = words(heap);
    return [
      function* () {
        if ((yield readOnce(x)) === 1) throw new Error("saw it");
      },
      function* () {
        yield writeOnce(x, 1);
        yield assertHolds((yield readOnce(y)) === 0, "y stays 0");
      },
    ];
  });
  const { violation, executions } = exploreProgram(throwing);
  expect(violation?.violation).toMatchObject({ property: "exception", because: "thread 0 threw Error: saw it" });
  expect([...(violation?.choices ?? [])][0]).toBe(1);
  expect(executions).toBeLessThanOrEqual(2);
});

test("an access for which the explorer has no events is reported, and not taken for explored", () => {
  const program = programOf((heap) => {
    const { lock } = words(heap);
    return [
      function* () {
        if ((yield spinTrylock(lock)) === 1) yield spinUnlock(lock);
      },
    ];
  });
  expect(exploreProgram(program)).toMatchObject({
    complete: false,
    notExplorable: "small cannot be explored: it asks for spinTrylock",
  });
});

test("a daemon may be left waiting; any other thread may not", () => {
  const waiting = programOf((heap) => {
    const { x } = words(heap);
    return [
      function* () {
        yield awaitEqual(x, EVERY_BIT, 1);
      },
    ];
  });
  expect(exploreProgram(waiting).violation?.violation).toMatchObject({
    property: "deadlock",
    because: "thread 0 waits for shared.word[0], which is 0",
  });
  const daemon = { ...waiting, threads: waiting.threads.map((thread) => ({ ...thread, daemon: true })) };
  expect(exploreProgram(daemon)).toMatchObject({ executions: 1, blocked: 0, complete: true });
});

test("a reader that waits inside its section for the thread that waits for the grace period is a deadlock", () => {
  const program = programOf((heap) => {
    const { x } = words(heap);
    return [
      function* () {
        yield rcuReadLock();
        yield awaitEqual(x, EVERY_BIT, 1);
        yield rcuReadUnlock();
      },
      function* () {
        yield synchronizeRcu();
        yield writeOnce(x, 1);
      },
    ];
  });
  expect(exploreProgram(program).violation?.violation).toMatchObject({
    property: "deadlock",
    because: expect.stringContaining("the read-side critical section of thread 0"),
  });
});

test("bounds leave an exploration undecided", () => {
  const program = (): Program =>
    programOf((heap) => {
      const { x } = words(heap);
      return [1, 2, 3].map(
        (value) =>
          function* () {
            yield writeOnce(x, value);
          },
      );
    });
  expect(exploreProgram(program())).toMatchObject({ executions: 6, complete: true });
  expect(exploreProgram(program(), { graphsMax: 4 })).toMatchObject({ executions: 4, complete: false });
  let calls = 0;
  expect(exploreProgram(program(), { shouldStop: () => ++calls === 2 })).toMatchObject({
    executions: 2,
    complete: false,
  });
});

test("an estimate is made where the tree is known, and left out where it is not", () => {
  const program = (grace: boolean): Program =>
    programOf((heap) => {
      const { x, y } = words(heap);
      return [
        function* () {
          yield writeOnce(x, 1);
          yield writeOnce(y, 1);
        },
        function* () {
          yield rcuReadLock();
          if ((yield readOnce(x)) === 0 && grace) yield readOnce(y);
          else yield readOnce(x);
          yield rcuReadUnlock();
        },
        function* () {
          // Not in the first executions, in which the writer goes first.
          if ((yield readOnce(y)) === 0 && grace) yield synchronizeRcu();
        },
      ];
    });
  expect(exploreProgram(program(false), { graphsMax: 1, estimateNodes: 50 }).estimate?.executions).toBeGreaterThan(1);
  const early = exploreProgram(program(true), { graphsMax: 1, estimateNodes: 50 });
  expect(early).toMatchObject({ executions: 1, complete: false });
  expect(early.estimate).toBeUndefined();
  expect(exploreProgram(program(true))).toMatchObject({ complete: true });
});

test("distinct histories are counted, whatever the schedule between calls", () => {
  const { program } = makeProgram(
    [0, 1].map(() => [
      { kind: "add", word: 0, value: 1, reclaim: "never", isInSection: false, isLocked: false, isOperation: true },
    ]),
    1,
  );
  // One before the other, or overlapping with either first to add.
  expect(exploreProgram(program)).toMatchObject({ executions: 4, complete: true });
});

/** Replays a schedule. */
function following(choices: ArrayLike<number>): Strategy {
  return { name: "following", begin: () => {}, choose: (machine) => choices[machine.steps] ?? 0 };
}
