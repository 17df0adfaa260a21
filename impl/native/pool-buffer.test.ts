import { expect, test } from "vitest";
import { createLayout, layoutOf, type PoolSettings } from "./pool-buffer.ts";

const settings: PoolSettings = {
  capacity: 20,
  threshold: 15,
  ttlMinMs: 1,
  ttlMaxMs: 2,
  gcDelayMs: 3,
  burstFactor: 4,
  secret: [5, -6],
};

function poolWords(): Int32Array {
  return createLayout(settings, 1000).heap.words;
}

test("another thread finds everything where the creator put it", () => {
  const created = createLayout(settings, 1000);
  const found = layoutOf(created.heap.words.buffer);
  const {
    heap: _created,
    pool: { freePeer: _free, freeCleared: _cleared, queueDetached: _queue, firstIdentifier, ...pool },
    ...places
  } = created;
  const {
    heap: _found,
    pool: {
      freePeer: _sameFree,
      freeCleared: _sameCleared,
      queueDetached: _sameQueue,
      firstIdentifier: sameIdentifier,
      ...samePool
    },
    ...samePlaces
  } = found;
  expect(samePlaces).toEqual(places);
  expect(samePool).toEqual(pool);
  expect(sameIdentifier({ family: "v4", words: [9] })).toBe(firstIdentifier({ family: "v4", words: [9] }));
  expect(found.heap.words[found.clock.jiffies]).toBe(1000);
});

test("every flipped bit in a pool's head is detected", () => {
  const { control, condition } = createLayout(settings, 0);
  for (let word = control; word < Math.min(control + 12, condition); word++) {
    for (const bit of [0, 7, 31]) {
      const words = poolWords();
      words[word] = (words[word] ?? 0) ^ (1 << bit);
      const code =
        word === control ? "ERR_BUFFER_FOREIGN" : word === control + 1 ? "ERR_BUFFER_VERSION" : "ERR_BUFFER_DAMAGED";
      expect(() => layoutOf(words.buffer), `word ${word}`).toThrow(expect.objectContaining({ code }) as Error);
    }
  }
});

test("a value that is not a buffer, or a buffer too small, truncated or grown, is rejected", () => {
  const words = poolWords();
  const copy = (bytes: number): SharedArrayBuffer => {
    const buffer = new SharedArrayBuffer(bytes);
    new Uint8Array(buffer).set(new Uint8Array(words.buffer).subarray(0, bytes));
    return buffer;
  };
  const cases: readonly (readonly [unknown, string])[] = [
    [undefined, "ERR_BUFFER_FOREIGN"],
    [new ArrayBuffer(100), "ERR_BUFFER_FOREIGN"],
    [new SharedArrayBuffer(3), "ERR_BUFFER_FOREIGN"],
    [new SharedArrayBuffer(1 << 20), "ERR_BUFFER_FOREIGN"],
    [copy(words.byteLength - 4), "ERR_BUFFER_DAMAGED"],
    [copy(words.byteLength + 4), "ERR_BUFFER_DAMAGED"],
  ];
  for (const [buffer, code] of cases)
    expect(() => layoutOf(buffer)).toThrow(expect.objectContaining({ code }) as Error);
  expect(layoutOf(copy(words.byteLength)).pool.peersMax).toBe(20);
});
