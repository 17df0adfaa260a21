import { expect, test } from "vitest";
import { ACCESS } from "#impl/memory/access.ts";
import { aloneWatcher } from "./alone.ts";

const LOCK = 3;
const WORD = 4;

function setUp() {
  const listeners: ((number: number, word: number) => void)[] = [];
  const watcher = aloneWatcher(
    { onResponse: (listener) => void listeners.push(listener) },
    (number) => `call ${number}`,
    {
      property: "fast",
      locks: [LOCK],
      words: [WORD],
      promises:
        () =>
        ({ operation, word, wasSlow }) =>
          wasSlow && word === 1 ? `${operation} was slow` : undefined,
    },
  );
  const words = new Int32Array(8);
  watcher.begin?.(words);
  const respond = (number: number, word: number): void => listeners.forEach((listener) => listener(number, word));
  return { watcher, words, respond };
}

test("an operation that begins at rest and takes the slow path is reported at the next rest, and at the end", () => {
  const { watcher, words, respond } = setUp();
  expect(watcher.rested?.(words)).toBeUndefined();
  watcher.unlocked?.(words, LOCK);
  respond(7, 1);
  expect([watcher.rested?.(words), watcher.ended?.(words)]).toEqual(["call 7 was slow", "call 7 was slow"]);
  watcher.begin?.(words);
  expect(watcher.ended?.(words)).toBeUndefined();
});

test("an operation that reads a word of the slow path is reported too", () => {
  const { watcher, words, respond } = setUp();
  watcher.rested?.(words);
  expect([watcher.watches?.(WORD), watcher.watches?.(WORD + 1)]).toEqual(["accesses", undefined]);
  watcher.accessed?.(words, { thread: 0, kind: ACCESS.readOnce, address: WORD, before: 0, after: 0 });
  respond(2, 1);
  expect(watcher.rested?.(words)).toBe("call 2 was slow");
});

test("nothing is promised without a rest before, to a second operation, or to the fast path", () => {
  const { watcher, words, respond } = setUp();
  watcher.unlocked?.(words, LOCK);
  respond(1, 1);
  expect(watcher.rested?.(words)).toBeUndefined();
  respond(2, 1);
  watcher.unlocked?.(words, LOCK);
  respond(3, 1);
  expect(watcher.rested?.(words)).toBeUndefined();
  watcher.unlocked?.(words, LOCK + 1);
  respond(4, 1);
  expect(watcher.rested?.(words)).toBeUndefined();
});
