import { expect, test } from "vitest";
import { KIND_ASKED_FOR } from "../memory/access.ts";
import { updateNumber } from "../memory/update.ts";
import { returnsWord } from "../memory/access-class.ts";
import * as vocabulary from "../memory/access.ts";
import { createHeap } from "../memory/heap.ts";
import { runAlone } from "../memory/sequential.ts";
import * as atomics from "./atomics.ts";
import { lookAgain, sleepWhile, wakeOne } from "./atomics-wait.ts";

function freshWords(observer: atomics.WaitObserver = () => {}): Int32Array<SharedArrayBuffer> {
  const words = new Int32Array(new SharedArrayBuffer(64));
  words.set([0, 10, 20, 30]);
  atomics.useWords(words, observer);
  return words;
}

/** Accesses that are more than one on a processor: see native-access.ts. */
const ELSEWHERE = /^(?:spin|mutex|allocate|free|synchronizeRcu|callRcu|rcuRead)/u;

const natives: Readonly<Record<string, unknown>> = { ...atomics };
const simulations: Readonly<Record<string, unknown>> = { ...vocabulary };

test("every access to words has a counterpart that finds and leaves the same values", () => {
  const update = updateNumber("doubles", (word) => 2 * word);
  for (const [name, kind] of KIND_ASKED_FOR) {
    if (ELSEWHERE.test(name)) continue;
    const native = natives[name] as (...args: unknown[]) => number;
    const simulated = simulations[name] as (...args: unknown[]) => vocabulary.AccessKind;
    const args = name.startsWith("await")
      ? [1, -1, name.startsWith("awaitEqual") ? 10 : 7]
      : name === "assertHolds"
        ? [true, ""]
        : name === "atomicUpdate"
          ? [1, update]
          : // A cmpxchg that succeeds; all others change the word.
            [1, name.startsWith("cmpxchg") ? 10 : 6, 77];
    const words = freshWords();
    const heap = createHeap(16);
    heap.words.set(words);
    const found = native(...args);
    const simulatedFound = runAlone(
      heap,
      (function* (): vocabulary.Access<number> {
        return yield simulated(...args);
      })(),
    );
    expect([...words], name).toEqual([...heap.words.subarray(0, words.length)]);
    if (returnsWord(kind)) expect(found, name).toBe(simulatedFound);
  }
});

test("a failed cmpxchg leaves the word, sums wrap, and a failed assertion throws", () => {
  const words = freshWords();
  expect(atomics.cmpxchg(2, 21, 5)).toBe(20);
  words[3] = 0x7fffffff;
  expect(atomics.atomicAddReturn(3, 1)).toBe(-0x80000000);
  expect(() => atomics.assertHolds(false, "the count is off")).toThrow("the count is off");
  expect(atomics.words).toBe(words);
  atomics.pause();
});

test("a wait that continues notifies its observer, which may end it", () => {
  const waited: number[] = [];
  const words = freshWords((milliseconds) => {
    waited.push(milliseconds);
    if (milliseconds === 2) words[1] = 11;
    if (milliseconds === 3) throw new Error("too long");
  });
  expect(atomics.awaitUnequal(1, -1, 10)).toBe(11);
  expect(waited).toEqual([1, 2]);
  expect(() => atomics.awaitEqual(1, 1, 0)).toThrow("too long");
});

test("a sleeper that nobody wakes wakes up after a while, and reports how long it slept", () => {
  const slept: number[] = [];
  freshWords((milliseconds) => {
    slept.push(milliseconds);
    if (slept.length === 4) throw new Error("too long");
  });
  sleepWhile(atomics.NIL, 1, 99, 1); // the word has already changed
  expect(slept).toEqual([]);
  sleepWhile(atomics.NIL, 1, 10, 1);
  sleepWhile(atomics.NIL, 1, 10, 1);
  expect(slept).toEqual([50, 100]);
  expect(lookAgain(1)).toBe(10);
  expect(lookAgain(9)).toBe(0);
  sleepWhile(atomics.NIL, 1, 10, 1);
  expect(() => sleepWhile(atomics.NIL, 1, 10, 1)).toThrow("too long");
  sleepWhile(atomics.NIL, 1, 10, 1);
  expect(slept).toEqual([50, 100, 50, 100, 50]);
  wakeOne(atomics.NIL, 1);
});
