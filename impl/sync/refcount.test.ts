import { expect, test } from "vitest";
import { type Access, type AccessKind, request } from "../memory/access.ts";
import { createHeap, place } from "../memory/heap.ts";
import { recorded } from "../memory/recorded.ts";
import { runAlone } from "../memory/sequential.ts";
import { struct } from "../memory/struct.ts";
import { acquireAlive, acquireUnlessDead, DEAD, markDead, release } from "./refcount.ts";

function setUp(count: number) {
  const heap = createHeap(10);
  const refcount = place(heap, struct("object", { refcount: 1 }), "object");
  heap.words[refcount] = count;
  return { heap, refcount };
}

test("an idle or held object is acquired, and its count rises by one", () => {
  for (const count of [0, 1, 5]) {
    const { heap, refcount } = setUp(count);
    expect(runAlone(heap, acquireUnlessDead(refcount))).toBe(true);
    expect(heap.words[refcount]).toBe(count + 1);
  }
});

test("a dead object is not acquired, and stays dead", () => {
  const { heap, refcount } = setUp(DEAD);
  expect(runAlone(heap, acquireUnlessDead(refcount))).toBe(false);
  expect(heap.words[refcount]).toBe(DEAD);
});

test("an acquisition that another interrupts uses the count it then finds", () => {
  expect(foundInTurn(acquireUnlessDead(1), [0, 2, 2])).toEqual({
    result: true,
    asked: [
      [0, 1],
      [2, 3],
    ],
  });
});

test("an acquisition gives up when the object dies before its cmpxchg", () => {
  expect(foundInTurn(acquireUnlessDead(1), [0, DEAD])).toEqual({ result: false, asked: [[0, 1]] });
});

test("only an idle object can be marked dead", () => {
  for (const count of [0, 1, DEAD]) {
    const { heap, refcount } = setUp(count);
    expect(runAlone(heap, markDead(refcount))).toBe(count === 0);
    expect(heap.words[refcount]).toBe(count === 0 ? DEAD : count);
  }
});

test("a holder's release orders its accesses to the object before the decrement", () => {
  const { heap, refcount } = setUp(1);
  const log: string[] = [];
  runAlone(heap, recorded(release(refcount), log));
  expect(heap.words[refcount]).toBe(0);
  expect(log).toEqual(["smpMbBeforeAtomic", "atomicAdd"]);
  runAlone(heap, acquireAlive(refcount));
  expect(heap.words[refcount]).toBe(1);
});

/**
 * Resumes a procedure with these words in turn, whatever it requests; returns its result and the cmpxchgs it requested.
 */
function foundInTurn(procedure: Access<boolean>, words: readonly number[]): { result: boolean; asked: number[][] } {
  const asked: number[][] = [];
  let step: IteratorResult<AccessKind, boolean> = procedure.next(0);
  for (const [index, word] of words.entries()) {
    if (step.done) break;
    if (index > 0) asked.push([request.expected, request.operand]);
    step = procedure.next(word);
  }
  if (!step.done) throw new Error("the procedure has not returned");
  return { result: step.value, asked };
}
