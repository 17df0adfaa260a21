import fc from "fast-check";
import { expect, test } from "vitest";
import {
  type Access,
  assertHolds,
  atomicAddReturn,
  mutexLock,
  mutexUnlock,
  readOnce,
  smpMb,
  writeOnce,
} from "#impl/memory/access.ts";
import { explore } from "./explore.ts";
import type { ExploredProgram } from "./explored-program.ts";
import { replayGraph } from "./graph-replay.ts";
import { type ExecutionGraph, executionGraphOf, graphLines } from "./graph-trace.ts";
import { randomProgram, randomThreads } from "./random-program.ts";
import { type TableModel, tableOptions } from "./table-model.ts";

const [x, y, lock] = [1, 2, 3];

/** Store buffering whose second thread asserts that one of the two sees the other. */
function storeBuffering(fenced: boolean): ExploredProgram {
  return {
    threads: [
      function* (): Access {
        yield writeOnce(x, 1);
        if (fenced) yield smpMb();
        yield writeOnce(3, 10 + (yield readOnce(y)));
      },
      function* (): Access {
        yield writeOnce(y, 1);
        if (fenced) yield smpMb();
        const seen = yield readOnce(x);
        yield assertHolds(seen === 1 || (yield readOnce(3)) !== 10, "one thread sees the other");
      },
    ],
  };
}

function failureOf(program: ExploredProgram, model: TableModel): ExecutionGraph {
  const { failure } = explore(program, tableOptions(model));
  if (failure === undefined) throw new Error("it does not fail");
  return failure.graph;
}

test("a graph that no schedule explains is replayable: it fails again when replayed", () => {
  const graph = failureOf(storeBuffering(false), "tso");
  expect(replayGraph(storeBuffering(false), graph, "tso")).toEqual({
    kind: "failed",
    thread: 1,
    message: "one thread sees the other",
  });
  expect(replayGraph(storeBuffering(false), graph, "sc")).toEqual({
    kind: "diverged",
    because: "sc does not allow the graph",
  });
  expect(explore(storeBuffering(true), { model: "tso" }).complete).toBe(true);
  expect(replayGraph(storeBuffering(true), graph, "tso")).toMatchObject({
    kind: "diverged",
    because: expect.stringContaining("0.1: the thread asks for smpMb of nothing, and the graph has"),
  });
});

test.each(["sc", "tso", "rc11-relaxed"] as const)(
  "every execution of a random program replays under %s, and none with one value changed",
  (model) => {
    fc.assert(
      fc.property(randomThreads({ threads: 3, accesses: 3, words: 2 }), fc.nat(), (threads, choice) => {
        const program = randomProgram(threads);
        explore(program, {
          ...tableOptions(model),
          onExecution: ({ graph, states, threads: width }) => {
            const recorded = executionGraphOf(graph, states, width);
            expect(replayGraph(program, recorded, model)).toEqual({ kind: "passed" });
            const changeable = recorded.events.flatMap(({ read }, index) => (read === undefined ? [] : [index]));
            const changed = changeable[choice % Math.max(1, changeable.length)];
            if (changed === undefined) return;
            const events = recorded.events.map((event, index) =>
              index === changed && event.read !== undefined
                ? { ...event, read: { ...event.read, value: event.read.value + 5 } }
                : event,
            );
            expect(replayGraph(program, { ...recorded, events }, model).kind).toBe("diverged");
          },
        });
      }),
      { numRuns: 120, seed: 2 },
    );
  },
);

test("every mismatch is reported", () => {
  const program: ExploredProgram = {
    threads: [
      function* (): Access {
        yield mutexLock(lock);
        yield atomicAddReturn(x, 1);
        yield mutexUnlock(lock);
      },
      function* (): Access {
        yield mutexLock(lock);
        yield writeOnce(x, 5);
        yield mutexUnlock(lock);
      },
    ],
  };
  let recorded: ExecutionGraph | undefined;
  explore(program, {
    onExecution: ({ graph, states, threads }) => {
      const one = executionGraphOf(graph, states, threads);
      // The execution in which the first thread goes first.
      if (one.events[1]?.read?.value === 0) recorded = one;
    },
  });
  if (recorded === undefined) throw new Error("there is no execution");
  const { events, orders } = recorded;
  const replayed = (graph: ExecutionGraph): string => {
    const result = replayGraph(program, graph, "sc");
    return result.kind === "diverged" ? result.because : result.kind;
  };
  expect(replayed(recorded)).toBe("passed");
  expect(replayed({ events: [{ thread: 7, access: "read" }], orders })).toBe("there is no thread 7");
  expect(replayed({ events: [...events, { thread: 0, access: "read", word: x }], orders })).toBe(
    "0.3: the thread has ended, and the graph has it go on with read",
  );
  expect(replayed({ events: events.with(0, { thread: 0, access: "readOnce", word: y }), orders })).toBe(
    "0.0: the thread asks for mutexLock of 3, and the graph has readOnce of 2",
  );
  expect(replayed({ events: events.with(1, { thread: 0, access: "atomicAddReturn", word: x }), orders })).toBe(
    "0.1: the graph does not record what it reads",
  );
  const update = events[1];
  if (update?.read === undefined) throw new Error("the second event is the update");
  expect(replayed({ events: events.with(1, { ...update, written: 9 }), orders })).toBe(
    "0.1: it would write 1, and the graph has 9",
  );
  expect(replayed({ events: events.with(4, { thread: 1, access: "writeOnce", word: x, written: 6 }), orders })).toBe(
    "1.1: it writes 5, and the graph has 6",
  );
  expect(replayed({ events: events.with(1, { ...update, read: { value: 0, from: "1.0" } }), orders })).toBe(
    "0.1 reads from 1.0, which writes nothing",
  );
  expect(replayed({ events: events.with(1, { ...update, read: { value: 0, from: "1.1" } }), orders })).toBe(
    "0.1 reads 0 from 1.1, which is 5",
  );
  expect(replayed({ events, orders: orders.filter(({ word }) => word !== x) })).toBe("0.1 is in no order");
  expect(replayed({ events, orders: [{ word: x, events: ["9.9"] }] })).toBe(
    "the order of 1 has 9.9, which writes nothing",
  );
  expect(replayed({ events, orders: [{ word: y, events: ["1.1"] }] })).toBe(
    "the order of 2 has 1.1, which does not belong there",
  );
});

test("a graph is printed as one line per event, with the order of writes where there are several", () => {
  expect(
    graphLines({
      events: [
        { thread: 0, access: "writeOnce", word: 1, written: 1 },
        { thread: 0, access: "smpMb" },
        { thread: 1, access: "xchg", word: 1, read: { value: 1, from: "0.0" }, written: 2 },
        { thread: 1, access: "readOnce", word: 2, read: { value: 0, from: "initial" } },
      ],
      orders: [
        { word: 1, events: ["0.0", "1.0"] },
        { word: 2, events: ["0.0"] },
      ],
    }),
  ).toEqual([
    "0.0    writeOnce 1 → 1",
    "0.1    smpMb",
    "1.0    xchg 1 1 (of 0.0) → 2",
    "1.1    readOnce 2 0 (initial)",
    "order of 1: 0.0, 1.0",
  ]);
});
