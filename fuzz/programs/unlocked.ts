/** Programs that share words without a lock. */
import type { Heap } from "#impl/memory/heap.ts";
import { type Access, assertHolds, atomicAddReturn, readOnce, writeOnce } from "#impl/memory/access.ts";
import { sctBench, share, thread, threads, type ToyBody, type ToyProgram, toyProgram } from "./toy-program.ts";

/**
 * A driver counts the requests in progress; stopping waits for none. `enter` reads the stopping flag before or after it
 * counts itself; `states` is whether a request asserts that the device runs.
 */
function bluetoothDriver(
  heap: Heap,
  enter: "looks, then counts" | "counts, then looks",
  states: "that it runs" | "nothing",
): ToyBody {
  const at = share(heap, "device", { pendingIo: 1, stoppingFlag: 1, stoppingEvent: 1, stopped: 1 });
  function* leave(): Access {
    if ((yield atomicAddReturn(at.pendingIo, -1)) === 0) yield writeOnce(at.stoppingEvent, 1);
  }
  function* stop(): Access {
    yield writeOnce(at.stoppingFlag, 1);
    yield* leave();
    if ((yield readOnce(at.stoppingEvent)) === 1) yield writeOnce(at.stopped, 1);
  }
  function* add(): Access {
    if (enter === "counts, then looks") yield atomicAddReturn(at.pendingIo, 1);
    if ((yield readOnce(at.stoppingFlag)) === 0) {
      if (enter === "looks, then counts") yield atomicAddReturn(at.pendingIo, 1);
      const stopped = yield readOnce(at.stopped);
      if (states === "that it runs") yield assertHolds(stopped === 0, "a request runs on a stopped device");
    }
    yield* leave();
  }
  return {
    *setUp() {
      yield writeOnce(at.pendingIo, 1);
    },
    threads: [thread("stopper", stop), thread("adder", add)],
  };
}

/** `setters` write a = 1, then b = -1, or the reverse; the last thread runs `check`. */
function reorder(
  heap: Heap,
  setters: number,
  order: "a first" | "b first",
  check: (at: Readonly<Record<"a" | "b", number>>) => Access,
): ToyBody {
  const at = share(heap, "reorder", { a: 1, b: 1 });
  function* set(): Access {
    if (order === "b first") yield writeOnce(at.b, -1);
    yield writeOnce(at.a, 1);
    if (order === "a first") yield writeOnce(at.b, -1);
  }
  return { threads: [...threads("setter", setters, set), thread("checker", () => check(at))] };
}

/** reorder_N: N - 1 setters, and a checker that reads a, then b, and both once more if that does not fit. */
function reorderOf(threadCount: number): ToyProgram {
  const checked = (heap: Heap, order: "a first" | "b first"): ToyBody =>
    reorder(heap, threadCount - 1, order, function* (at) {
      let a = yield readOnce(at.a);
      let b = 0;
      if (a === 0) {
        b = yield readOnce(at.b);
        if (b === 0) return;
        a = yield readOnce(at.a);
      }
      if (a === 1) {
        b = yield readOnce(at.b);
        if (b === -1) return;
      }
      yield assertHolds(order === "b first" && a === 0, `a is ${a}, b is ${b}`);
    });
  return toyProgram({
    name: `reorder_${threadCount}_bad`,
    about: `${threadCount - 1} threads set a word, then another; one checks that both are set or none`,
    source: sctBench,
    parameters: {},
    bug: {
      what: "the checker runs between the first write to a and the first to b",
      depth: 3,
      violates: ["assertion"],
    },
    build: (heap) => checked(heap, "a first"),
    corrected: (heap) => checked(heap, "b first"),
  });
}

/** Maximum N of a name `reorder_N_bad`. */
const REORDER_MAX = 200;

/** The program of that name if it is `reorder_N_bad` with an N from 2 to 200. */
export function reorderNamed(name: string): ToyProgram | undefined {
  const threadCount = Number(/^reorder_([1-9][0-9]{0,2})_bad$/u.exec(name)?.[1]);
  return threadCount >= 2 && threadCount <= REORDER_MAX ? reorderOf(threadCount) : undefined;
}

export const unlocked: readonly ToyProgram[] = [
  toyProgram({
    name: "bluetooth",
    about: "a driver that stops while another thread begins a request",
    parameters: {},
    build: (heap) => bluetoothDriver(heap, "looks, then counts", "nothing"),
  }),
  toyProgram({
    name: "bluetooth_driver_bad",
    about: "a driver that stops while another thread begins a request, which asserts that the device runs",
    source: `${sctBench}; Qadeer, Wu, KISS, PLDI 2004`,
    parameters: {},
    bug: {
      what: "the driver stops after a request has read the flag and before it has counted itself",
      depth: 2,
      violates: ["assertion"],
    },
    build: (heap) => bluetoothDriver(heap, "looks, then counts", "that it runs"),
    corrected: (heap) => bluetoothDriver(heap, "counts, then looks", "that it runs"),
  }),
  toyProgram({
    name: "reorder",
    about: "N threads set a word, then another; one reads both",
    parameters: { N: 1 },
    build: (heap, { N }) =>
      reorder(heap, N, "a first", function* (at) {
        yield readOnce(at.a);
        yield readOnce(at.b);
      }),
  }),
  ...[3, 4, 5, 10, 20, 50, 100].map(reorderOf),
];
