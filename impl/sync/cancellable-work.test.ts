import { expect, test } from "vitest";
import { ACCESS, type Access, NIL, request, write } from "../memory/access.ts";
import { awaitsValue, isLocal, performOnWord, waitIsOver } from "../memory/access-class.ts";
import { createHeap, place } from "../memory/heap.ts";
import { runAlone } from "../memory/sequential.ts";
import { struct } from "../memory/struct.ts";
import { CANCELLED, cancellableLoop, CancellableWork, cancelWork, placeCancellableWork } from "./cancellable-work.ts";
import { DelayedWork, queueDelayedWork, queueWhenDue, WORK_STATE } from "./delayed-work.ts";

const Cell = struct("cell", { runs: 1, jiffies: 1 });

function setUp() {
  const heap = createHeap(30);
  const work = placeCancellableWork(heap, "work");
  const cell = place(heap, Cell, "cell");
  const { words } = heap;
  function* handler(): Access {
    yield write(Cell.runs(cell), (words[Cell.runs(cell)] ?? 0) + 1);
  }
  return {
    heap,
    work,
    handler,
    jiffies: Cell.jiffies(cell),
    runs: () => words[Cell.runs(cell)],
    state: () => words[CancellableWork.state(work)],
    running: () => words[CancellableWork.running(work)],
  };
}

/**
 * Runs a procedure until it would wait, has made `accessesMax` accesses, or has returned; returns which, with the
 * word it waits for.
 */
function advance(
  words: Int32Array,
  procedure: Access<unknown>,
  found = 0,
  accessesMax = 100,
): "waits" | "returned" | "goes on" {
  let step = procedure.next(found);
  for (let made = 0; !step.done; made++) {
    if (made === accessesMax) return "goes on";
    const { address, operand, expected } = request;
    if (awaitsValue(step.value) && !waitIsOver(step.value, words[address] ?? 0, expected, operand)) return "waits";
    step = procedure.next(isLocal(step.value) ? 0 : performOnWord(words, step.value, address, operand, expected));
  }
  return "returned";
}

test("its first words are those of a delayed work, so that it is requested and becomes due like one", () => {
  expect([CancellableWork.state(7), CancellableWork.expires(7)]).toEqual([
    DelayedWork.state(7),
    DelayedWork.expires(7),
  ]);
  const { heap, work, jiffies, state } = setUp();
  expect(runAlone(heap, queueDelayedWork(work, 5, jiffies))).toBe(true);
  runAlone(heap, queueWhenDue(work, 4));
  expect(state()).toBe(WORK_STATE.pending);
  runAlone(heap, queueWhenDue(work, 5));
  expect(state()).toBe(WORK_STATE.queued);
});

test("the worker runs the handler once for each request, and is not running in between", () => {
  const { heap, work, handler, jiffies, runs, state, running } = setUp();
  const worker = cancellableLoop(work, handler);
  expect(advance(heap.words, worker)).toBe("waits");
  expect([runs(), running()]).toEqual([0, 0]);
  runAlone(heap, queueDelayedWork(work, 0, jiffies));
  const again = cancellableLoop(work, handler);
  expect(advance(heap.words, again)).toBe("waits");
  expect([runs(), state(), running()]).toEqual([1, WORK_STATE.idle, 0]);
});

for (const [name, before] of [
  ["idle", WORK_STATE.idle],
  ["pending", WORK_STATE.pending],
  ["queued", WORK_STATE.queued],
] as const) {
  test(`${name} work that is cancelled never runs, and cannot be requested again`, () => {
    const { heap, work, handler, jiffies, runs, state } = setUp();
    heap.words[CancellableWork.state(work)] = before;
    runAlone(heap, cancelWork(work));
    expect(state()).toBe(CANCELLED);
    expect(runAlone(heap, queueDelayedWork(work, 0, jiffies))).toBe(false);
    runAlone(heap, queueWhenDue(work, 100));
    expect(advance(heap.words, cancellableLoop(work, handler))).toBe("waits");
    expect([runs(), state()]).toEqual([0, CANCELLED]);
  });
}

test("cancelling waits for a request in progress, and for a running handler", () => {
  const { heap, work } = setUp();
  heap.words[CancellableWork.state(work)] = WORK_STATE.arming;
  expect(advance(heap.words, cancelWork(work))).toBe("waits");
  heap.words[CancellableWork.state(work)] = WORK_STATE.idle;
  heap.words[CancellableWork.running(work)] = 1;
  expect(advance(heap.words, cancelWork(work))).toBe("waits");
  heap.words[CancellableWork.running(work)] = 0;
  expect(advance(heap.words, cancelWork(work))).toBe("returned");
});

test("work cancelled between the worker's wait and its taking the work is not run", () => {
  const { heap, work, handler, jiffies, runs, running } = setUp();
  runAlone(heap, queueDelayedWork(work, 0, jiffies));
  const worker = cancellableLoop(work, handler);
  expect(advance(heap.words, worker, 0, 2)).toBe("goes on"); // it has seen the work, and marks itself running
  expect(running()).toBe(1);
  expect(advance(heap.words, cancelWork(work))).toBe("waits");
  heap.words[CancellableWork.running(work)] = 1;
  expect(request.address).not.toBe(NIL);
  expect(advance(heap.words, worker, CANCELLED)).toBe("waits");
  expect([runs(), running()]).toEqual([0, 0]);
});

test("a state that changes under the canceller is read again", () => {
  const { heap, work, state } = setUp();
  const canceller = cancelWork(work);
  expect(canceller.next(0).value).toBe(ACCESS.awaitUnequal);
  expect(canceller.next(WORK_STATE.pending).value).toBe(ACCESS.cmpxchg);
  expect(canceller.next(WORK_STATE.queued).value).toBe(ACCESS.awaitUnequal); // the timer came first
  heap.words[CancellableWork.state(work)] = WORK_STATE.queued;
  expect(advance(heap.words, canceller, WORK_STATE.queued)).toBe("returned");
  expect(state()).toBe(CANCELLED);
});
