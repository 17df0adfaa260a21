/** Programs that share words without a lock. */
import { type Access, assertHolds, atomicAddReturn, readOnce, writeOnce } from "#impl/memory/access.ts";
import type { Program } from "#fuzz/machine/program.ts";
import { sctBench, share, type SmallProgram, thread, threads } from "./small-program.ts";

/**
 * A driver counts the requests under way; stopping waits for none. `enter` looks at the stopping flag before or after
 * it counts itself.
 */
function bluetoothDriver(enter: "looks, then counts" | "counts, then looks"): Program {
  const { heap, at } = share("device", { pendingIo: 1, stoppingFlag: 1, stoppingEvent: 1, stopped: 1 });
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
      yield assertHolds(stopped === 0, "a request runs on a stopped device");
    }
    yield* leave();
  }
  return {
    name: "bluetooth_driver_bad",
    heap,
    *setUp() {
      yield writeOnce(at.pendingIo, 1);
    },
    threads: [thread("stopper", stop), thread("adder", add)],
    watchers: [],
  };
}

/**
 * `setters` write a = 1, then b = -1, or the other way round; the checker reads a, then b, and both once more if that
 * does not fit.
 */
function reorder(setters: number, order: "a first" | "b first"): Program {
  const { heap, at } = share("reorder", { a: 1, b: 1 });
  function* set(): Access {
    if (order === "b first") yield writeOnce(at.b, -1);
    yield writeOnce(at.a, 1);
    if (order === "a first") yield writeOnce(at.b, -1);
  }
  function* check(): Access {
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
  }
  return {
    name: `reorder_${setters + 1}_bad`,
    heap,
    threads: [...threads("setter", setters, set), thread("checker", check)],
    watchers: [],
  };
}

/** reorder_N: N - 1 setters and a checker. */
export function reorderOf(threadCount: number): SmallProgram {
  return {
    name: `reorder_${threadCount}_bad`,
    bug: "the checker runs between the first write to a and the first to b",
    depth: 3,
    source: sctBench,
    violates: ["assertion"],
    create: () => reorder(threadCount - 1, "a first"),
    corrected: () => reorder(threadCount - 1, "b first"),
  };
}

export const unlocked: readonly SmallProgram[] = [
  {
    name: "bluetooth_driver_bad",
    bug: "the driver stops between a request's look at the flag and its counting itself",
    depth: 2,
    source: `${sctBench}; Qadeer, Wu, KISS, PLDI 2004`,
    violates: ["assertion"],
    create: () => bluetoothDriver("looks, then counts"),
    corrected: () => bluetoothDriver("counts, then looks"),
  },
  ...[3, 4, 5, 10, 20, 50, 100].map(reorderOf),
];
