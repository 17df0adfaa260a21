import { expect, test } from "vitest";
import { delayed, delayedAtomics, NotWokenError, seedDelays } from "./delayed-atomics.ts";

function words(...values: readonly number[]): Int32Array<SharedArrayBuffer> {
  const shared = new Int32Array(new SharedArrayBuffer(values.length * Int32Array.BYTES_PER_ELEMENT));
  shared.set(values);
  return shared;
}

test("accesses have the same effects and results with and without delays", () => {
  seedDelays(7);
  const [theirs, ours] = [words(5, 6, 7, 8, 9), words(5, 6, 7, 8, 9)];
  const all = (
    atomics: Pick<typeof delayed, "load" | "store" | "add" | "exchange" | "compareExchange" | "notify">,
    shared: Int32Array<SharedArrayBuffer>,
  ): readonly number[] => [
    atomics.load(shared, 0),
    atomics.store(shared, 1, 60),
    atomics.add(shared, 2, 3),
    atomics.exchange(shared, 3, 80),
    atomics.compareExchange(shared, 4, 9, 90),
    atomics.compareExchange(shared, 4, 9, 91),
    atomics.notify(shared, 0, 1),
  ];
  expect(all(delayed, ours)).toEqual(all(Atomics, theirs));
  expect(ours).toEqual(theirs);
});

test("some accesses are late, and a few by a sleep", () => {
  seedDelays(7);
  const shared = words(0);
  const times: number[] = [];
  for (let i = 0; i < 100_000; i++) {
    const start = performance.now();
    delayed.add(shared, 0, 1);
    times.push(performance.now() - start);
  }
  expect(shared[0]).toBe(100_000);
  const slept = times.filter((time) => time >= 0.1).length; // about one in 4,096
  expect(slept).toBeGreaterThan(8);
  expect(slept).toBeLessThan(1_000);
});

test("a sleep that polls may time out, one that another thread must end may not", () => {
  const shared = words(3);
  const impatient = delayedAtomics(20);
  expect(impatient.wait(shared, 0, 3, 1)).toBe("timed-out");
  expect(impatient.wait(shared, 0, 4, 50)).toBe("not-equal");
  expect(() => impatient.wait(shared, 0, 3, 50)).toThrow(NotWokenError);
  expect(() => impatient.wait(shared, 0, 3, 50)).toThrow("nobody ends a sleep of 20 ms for word 0, which is 3");
});
