import * as fc from "fast-check";
import { expect, test } from "vitest";
import { inOrder } from "./in-order.ts";

test("values come out in the order of their numbers, whatever order they came in", () => {
  const shuffled = fc.integer({ min: 0, max: 8 }).chain((length) => {
    const all = Array.from({ length }, (_, index) => index);
    return fc.shuffledSubarray(all, { minLength: length });
  });
  fc.assert(
    fc.property(shuffled, (order) => {
      const out: string[] = [];
      const take = inOrder<string>((value) => out.push(value));
      for (const index of order) take(index, `value ${index}`);
      expect(out).toEqual(order.map((_, index) => `value ${index}`));
    }),
    { seed: 1 },
  );
});

test("a value waits for those before it", () => {
  const out: number[] = [];
  const take = inOrder<number>((value) => out.push(value));
  take(1, 11);
  expect(out).toEqual([]);
  take(0, 10);
  expect(out).toEqual([10, 11]);
});
