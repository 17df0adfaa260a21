/** The explorer against every interleaving of random programs, with and without store buffers. */
import fc from "fast-check";
import { expect, test } from "vitest";
import {
  type Access,
  awaitEqual,
  assertHolds,
  mutexLock,
  mutexUnlock,
  readOnce,
  smpRmb,
  spinTrylock,
  writeOnce,
} from "#impl/memory/access.ts";
import { enumerateInterleavings } from "./brute-force.ts";
import { explore } from "./explore.ts";
import { EVENT, FLAGS, BLOCKED, KIND, LOCATION, SOURCE, INITIAL, NONE, type Graph } from "./graph.ts";
import { randomProgram, randomThreads } from "./random-program.ts";

/** Does every wait of a blocked graph look at the last value its word will ever have? */
function waitsForEver(graph: Graph): boolean {
  for (let event = 0; event < graph.count; event++) {
    if (graph.get(event, KIND) !== EVENT.read || (graph.get(event, FLAGS) & BLOCKED) === 0) continue;
    const final = graph.final[graph.get(event, LOCATION)];
    if (graph.get(event, SOURCE) !== (final === NONE ? INITIAL : final)) return false;
  }
  return true;
}

test.each(["sc", "tso"] as const)(
  "10,000 random programs have the executions under %s that brute force finds, each once",
  (model) => {
    let executions = 0;
    fc.assert(
      fc.property(randomThreads({ threads: 3, accesses: 4, words: 3 }), (threads) => {
        const program = randomProgram(threads);
        const expected = enumerateInterleavings(program, model);
        const found: string[] = [];
        let stuck = 0;
        const result = explore(program, {
          model,
          onExecution: (execution) => void found.push(execution.canonical()),
          onBlocked: ({ graph }) => void (waitsForEver(graph) && stuck++),
        });
        executions += result.executions;
        expect(new Set(found)).toEqual(expected.executions);
        expect(found).toHaveLength(expected.executions.size);
        expect(stuck > 0).toBe(expected.stuck.size > 0);
      }),
      { numRuns: 10_000, seed: 7 },
    );
    expect(executions).toBeGreaterThan(50_000);
  },
  120_000,
);

const [x, y] = [1, 2];

test("store buffers let both readers of store buffering miss the other's write", () => {
  const program = {
    threads: [x, y].map(
      (own) =>
        function* (): Access {
          yield writeOnce(own, 1);
          yield smpRmb();
          yield readOnce(own === x ? y : x);
        },
    ),
  };
  expect(enumerateInterleavings(program, "sc").executions.size).toBe(3);
  expect(enumerateInterleavings(program, "tso").executions.size).toBe(4);
});

test("brute force reports executions that end in a wait, and the failures of threads", () => {
  const program = {
    threads: [
      function* (): Access {
        if ((yield readOnce(x)) === 0) yield awaitEqual(y, -1, 7);
      },
      function* (): Access {
        yield assertHolds((yield readOnce(y)) === 0, "y stays 0");
        yield writeOnce(x, 1);
      },
    ],
  };
  const { executions, stuck, failures } = enumerateInterleavings(program, "sc");
  expect([executions.size, stuck.size, [...failures]]).toEqual([1, 1, []]);
  const failing = { ...program, initial: new Map([[y, 3]]) };
  expect([...enumerateInterleavings(failing, "sc").failures]).toEqual(["y stays 0"]);
  const empty = {
    threads: [
      function* (): Access {
        throw new Error("of its own");
        // eslint-disable-next-line no-unreachable
      },
    ],
  };
  expect([...enumerateInterleavings(empty, "sc").failures]).toEqual(["it threw Error: of its own"]);
});

test("brute force refuses what the explorer refuses", () => {
  const unlocks = {
    threads: [
      function* (): Access {
        yield mutexUnlock(x);
      },
    ],
  };
  const tries = {
    threads: [
      function* (): Access {
        yield spinTrylock(x);
      },
    ],
  };
  const locks = {
    threads: [
      function* (): Access {
        yield mutexLock(x);
      },
      function* (): Access {
        yield mutexLock(x);
      },
    ],
  };
  for (const run of [enumerateInterleavings, (program: typeof unlocks) => explore(program)]) {
    expect(() => run(unlocks, "sc")).toThrow(/which it does not hold/u);
    expect(() => run(tries, "sc")).toThrow(/thread 0 asks for/u);
  }
  expect(enumerateInterleavings(locks, "sc").stuck.size).toBe(2);
});

test("a loop that touches nothing shared is stopped and reported with its thread", () => {
  const endless = {
    threads: [
      function* (): Access {
        for (;;) yield assertHolds(true, "");
      },
    ],
  };
  expect(() => enumerateInterleavings(endless, "sc")).toThrow("thread 0 loops without end");
  expect(() => explore(endless)).toThrow("thread 0 loops without end");
});
