import fc from "fast-check";
import { expect, test } from "vitest";
import { isAcyclic } from "../cycle.ts";
import { closure, has, relationOf, type Pair, type Relation } from "../relation.ts";
import { GrowingOrder } from "./growing-order.ts";
import { orderAvoiding, type Exclusion } from "./memory-order.ts";

const SIZE = 6;
const event = fc.nat(SIZE - 1);

function permutations(items: readonly number[]): readonly (readonly number[])[] {
  if (items.length === 0) return [[]];
  return items.flatMap((item, i) => permutations(items.toSpliced(i, 1)).map((rest) => [item, ...rest]));
}

const allOrders = permutations(Array.from({ length: SIZE }, (_, i) => i));

function hasTotalOrder(order: Relation, exclusions: readonly Exclusion[]): boolean {
  return allOrders.some((total) => {
    const before = (a: number, b: number): boolean => total.indexOf(a) < total.indexOf(b);
    const extendsOrder = total.every((a) => total.every((b) => !has(order, a, b) || before(a, b)));
    return (
      extendsOrder && exclusions.every(({ from, excluded, to }) => !(before(from, excluded) && before(excluded, to)))
    );
  });
}

test("exclusions can be satisfied exactly if some total order satisfies them", () => {
  const counts = { met: 0, unmet: 0 };
  const pairs = fc.array(fc.tuple(event, event), { maxLength: 5 });
  const triples = fc.array(fc.uniqueArray(event, { minLength: 3, maxLength: 3 }), { maxLength: 5 });
  fc.assert(
    fc.property(pairs, triples, (some, chosen) => {
      const exclusions = chosen.map(([from = 0, excluded = 1, to = 2]): Exclusion => ({ from, excluded, to }));
      // Each source is before its read.
      const stated = [...some.filter(([a, b]) => a !== b), ...exclusions.map(({ from, to }): Pair => [from, to])];
      const order = closure(relationOf(SIZE, stated));
      if (!isAcyclic(order)) return;
      const isMet = hasTotalOrder(order, exclusions);
      counts[isMet ? "met" : "unmet"]++;
      expect(isAcyclic(orderAvoiding(order, exclusions))).toBe(isMet);
    }),
    { seed: 1, numRuns: 400 },
  );
  expect(Math.min(counts.met, counts.unmet)).toBeGreaterThan(20);
});

test("a growing order is the closure of its pairs, rejects cycles, and returns to its marks", () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(event, event), { maxLength: 12 }), (pairs) => {
      const growing = new GrowingOrder(relationOf(SIZE, []));
      const added: Pair[] = [];
      const agrees = (): void => {
        const wanted = closure(relationOf(SIZE, added));
        for (let a = 0; a < SIZE; a++) for (let b = 0; b < SIZE; b++) expect(growing.has(a, b)).toBe(has(wanted, a, b));
      };
      for (const [i, pair] of pairs.entries()) {
        growing.mark();
        const isPossible = isAcyclic(relationOf(SIZE, [...added, pair]));
        expect(growing.add(...pair)).toBe(isPossible);
        if (i % 3 === 0 || !isPossible) growing.undo();
        else added.push(pair);
        agrees();
      }
    }),
    { seed: 1, numRuns: 100 },
  );
});
