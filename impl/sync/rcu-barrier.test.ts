import { expect, test } from "vitest";
import { type Access, NIL, write } from "../memory/access.ts";
import { createHeap, place } from "../memory/heap.ts";
import { recorded } from "../memory/recorded.ts";
import { runAlone } from "../memory/sequential.ts";
import { struct } from "../memory/struct.ts";
import { callRcuCounted, countedCallback, rcuBarrier } from "./rcu-barrier.ts";

const Words = struct("words", { pending: 1, effect: 1 });

function setUp() {
  const heap = createHeap(10);
  const words = place(heap, Words, "words");
  const pending = Words.pending(words);
  const callback = countedCallback(pending, function* (argument: number): Access {
    yield write(Words.effect(words), argument);
  });
  return { heap, pending, callback, effect: () => heap.words[Words.effect(words)], count: () => heap.words[pending] };
}

test("a callback is counted from its request on", () => {
  const { heap, pending, callback, count } = setUp();
  const log: string[] = [];
  runAlone(heap, recorded(callRcuCounted(pending, callback, 5), log));
  expect(log).toEqual(["atomicAdd", "callRcu"]);
  expect(count()).toBe(0); // it has run since
});

test("a callback gets its argument, and is counted off only after its own last access", () => {
  const { heap, callback, effect, count } = setUp();
  const log: string[] = [];
  runAlone(heap, recorded(callback(5), log));
  expect(log).toEqual(["write", "smpMbBeforeAtomic", "atomicAdd"]);
  expect([effect(), count()]).toEqual([5, -1]);
});

test("callbacks for which no barrier will wait are not counted", () => {
  const { heap } = setUp();
  function* callback(): Access {}
  expect(countedCallback(NIL, callback)).toBe(callback);
  const log: string[] = [];
  runAlone(heap, recorded(callRcuCounted(NIL, callback, 5), log));
  expect(log).toEqual(["callRcu"]);
});

test("the barrier passes when nothing is pending, and waits otherwise", () => {
  const { heap, pending } = setUp();
  runAlone(heap, rcuBarrier(pending));
  heap.words[pending] = 1;
  expect(() => runAlone(heap, rcuBarrier(pending))).toThrow("the wait for it never ends");
});
