import { expect, test } from "vitest";
import { createHeap, place } from "../memory/heap.ts";
import { recorded } from "../memory/recorded.ts";
import { runAlone } from "../memory/sequential.ts";
import { struct } from "../memory/struct.ts";
import { readBegin, readRetry, writeSeqlock, writeSequnlock } from "./seqlock.ts";

const Words = struct("seqlock", { lock: 1, sequence: 1 });

function setUp() {
  const heap = createHeap(10);
  const base = place(heap, Words, "seqlock");
  return { heap, seqlock: { lock: Words.lock(base), sequence: Words.sequence(base) } };
}

test("the sequence is odd and the lock taken while a writer is inside, even and free before and after", () => {
  const { heap, seqlock } = setUp();
  runAlone(heap, writeSeqlock(seqlock));
  expect([heap.words[seqlock.sequence], heap.words[seqlock.lock]]).toEqual([1, 1]);
  runAlone(heap, writeSequnlock(seqlock));
  expect([heap.words[seqlock.sequence], heap.words[seqlock.lock]]).toEqual([2, 0]);
});

test("a reader between two writers need not retry; one that overlaps a writer must", () => {
  const { heap, seqlock } = setUp();
  const begun = runAlone(heap, readBegin(seqlock));
  expect(runAlone(heap, readRetry(seqlock, begun))).toBe(false);
  runAlone(heap, writeSeqlock(seqlock));
  expect(runAlone(heap, readRetry(seqlock, begun))).toBe(true);
  runAlone(heap, writeSequnlock(seqlock));
  expect(runAlone(heap, readRetry(seqlock, begun))).toBe(true);
  expect(runAlone(heap, readBegin(seqlock))).toBe(2);
});

test("a reader cannot begin while a writer is inside", () => {
  const { heap, seqlock } = setUp();
  runAlone(heap, writeSeqlock(seqlock));
  expect(() => runAlone(heap, readBegin(seqlock))).toThrow("never ends");
});

test("the sequence wraps at the end of the int32s", () => {
  const { heap, seqlock } = setUp();
  heap.words[seqlock.sequence] = -2;
  runAlone(heap, writeSeqlock(seqlock));
  runAlone(heap, writeSequnlock(seqlock));
  expect(heap.words[seqlock.sequence]).toBe(0);
});

test("barriers are where the kernel has them", () => {
  const { heap, seqlock } = setUp();
  const log: string[] = [];
  runAlone(heap, recorded(writeSeqlock(seqlock), log));
  runAlone(heap, recorded(writeSequnlock(seqlock), log));
  expect(log).toEqual(["spinLock", "read", "writeOnce", "smpWmb", "smpWmb", "read", "writeOnce", "spinUnlock"]);
  log.length = 0;
  const begun = runAlone(heap, recorded(readBegin(seqlock), log));
  runAlone(heap, recorded(readRetry(seqlock, begun), log));
  expect(log).toEqual(["awaitEqual", "smpRmb", "smpRmb", "readOnce"]);
});
