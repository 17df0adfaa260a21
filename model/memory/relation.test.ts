import fc from "fast-check";
import { expect, test } from "vitest";
import { cycleOf, isAcyclic, loopOf, shortestPath } from "./cycle.ts";
import { bothSets, eitherSet, hasMember, isEmptySet, setOf, without, type EventSet } from "./event-set.ts";
import * as algebra from "./relation.ts";
import type { Pair, Relation } from "./relation.ts";

const PARAMETERS = { seed: 20_251, numRuns: 150 } as const;

/** Relations of one size, past a word's 32 bits now and then. */
function relations<N extends number>(count: N): fc.Arbitrary<{ size: number; relations: Relation[] }> {
  return fc.oneof(fc.integer({ min: 1, max: 6 }), fc.integer({ min: 31, max: 40 })).chain((size) => {
    const event = fc.integer({ min: 0, max: size - 1 });
    const relation = fc
      .array(fc.tuple(event, event), { maxLength: size * 3 })
      .map((pairs) => algebra.relationOf(size, pairs));
    return fc.record({
      size: fc.constant(size),
      relations: fc.array(relation, { minLength: count, maxLength: count }),
    });
  });
}

function law(count: number, check: (size: number, ...given: Relation[]) => void): void {
  fc.assert(
    fc.property(relations(count), ({ size, relations: given }) => check(size, ...given)),
    PARAMETERS,
  );
}

const EMPTY = algebra.emptyRelation(0);
const show = (r: Relation): string => algebra.pairsOf(r).join(" ");

/** The same operations on sets of pairs, by their textbook definitions. */
type Naive = ReadonlySet<string>;
const key = (a: number, b: number): string => `${a},${b}`;
const naiveOf = (r: Relation): Naive => new Set(algebra.pairsOf(r).map(([a, b]) => key(a, b)));
const pairsIn = (r: Naive): Pair[] =>
  [...r].map((text): Pair => [Number(text.split(",")[0]), Number(text.split(",")[1])]);

function naiveCompose(r: Naive, s: Naive): Naive {
  const result = new Set<string>();
  for (const [a, b] of pairsIn(r)) for (const [c, d] of pairsIn(s)) if (b === c) result.add(key(a, d));
  return result;
}

function naiveClosure(r: Naive): Naive {
  let result = new Set(r);
  for (;;) {
    const grown = new Set([...result, ...naiveCompose(result, r)]);
    if (grown.size === result.size) return result;
    result = grown;
  }
}

test("union, intersection and difference agree with those of sets of pairs", () => {
  law(2, (_, r = EMPTY, s = EMPTY) => {
    const [a, b] = [naiveOf(r), naiveOf(s)];
    expect(naiveOf(algebra.union(r, s))).toEqual(new Set([...a, ...b]));
    expect(naiveOf(algebra.intersection(r, s))).toEqual(new Set([...a].filter((pair) => b.has(pair))));
    expect(naiveOf(algebra.difference(r, s))).toEqual(new Set([...a].filter((pair) => !b.has(pair))));
  });
});

test("composition, inverse and closure agree with those of sets of pairs", () => {
  law(2, (_, r = EMPTY, s = EMPTY) => {
    expect(naiveOf(algebra.compose(r, s))).toEqual(naiveCompose(naiveOf(r), naiveOf(s)));
    expect(naiveOf(algebra.inverse(r))).toEqual(new Set(algebra.pairsOf(r).map(([a, b]) => key(b, a))));
    expect(naiveOf(algebra.closure(r))).toEqual(naiveClosure(naiveOf(r)));
  });
});

test("composition is associative", () => {
  law(3, (_, r = EMPTY, s = EMPTY, t = EMPTY) => {
    expect(show(algebra.compose(algebra.compose(r, s), t))).toBe(show(algebra.compose(r, algebra.compose(s, t))));
  });
});

test("composition distributes over union on both sides", () => {
  law(3, (_, r = EMPTY, s = EMPTY, t = EMPTY) => {
    const left = algebra.compose(r, algebra.union(s, t));
    expect(show(left)).toBe(show(algebra.union(algebra.compose(r, s), algebra.compose(r, t))));
    const right = algebra.compose(algebra.union(s, t), r);
    expect(show(right)).toBe(show(algebra.union(algebra.compose(s, r), algebra.compose(t, r))));
  });
});

test("closure is idempotent, and contains its relation", () => {
  law(1, (_, r = EMPTY) => {
    const closed = algebra.closure(r);
    expect(algebra.isEqual(algebra.closure(closed), closed)).toBe(true);
    expect(algebra.isEmpty(algebra.difference(r, closed))).toBe(true);
    expect(algebra.isEmpty(algebra.difference(algebra.compose(closed, closed), closed))).toBe(true);
  });
});

test("inverting twice returns the relation, and inversion reverses a composition", () => {
  law(2, (_, r = EMPTY, s = EMPTY) => {
    expect(algebra.isEqual(algebra.inverse(algebra.inverse(r)), r)).toBe(true);
    const reversed = algebra.compose(algebra.inverse(s), algebra.inverse(r));
    expect(algebra.isEqual(algebra.inverse(algebra.compose(r, s)), reversed)).toBe(true);
  });
});

test("id is neutral, r? adds it, and r* is the closure of r?", () => {
  law(1, (size, r = EMPTY) => {
    const id = algebra.identity(size);
    expect(algebra.isEqual(algebra.compose(id, r), r)).toBe(true);
    expect(algebra.isEqual(algebra.compose(r, id), r)).toBe(true);
    expect(algebra.isEqual(algebra.optional(r), algebra.union(r, id))).toBe(true);
    expect(algebra.isEqual(algebra.star(r), algebra.union(algebra.closure(r), id))).toBe(true);
  });
});

test("restriction is composition with the identity on a set", () => {
  law(2, (size, r = EMPTY, s = EMPTY) => {
    const [from, to] = [algebra.domainOf(s), algebra.rangeOf(s)];
    const [first, last] = [algebra.identityOn(from), algebra.identityOn(to)];
    expect(show(algebra.from(from, r))).toBe(show(algebra.compose(first, r)));
    expect(show(algebra.into(r, to))).toBe(show(algebra.compose(r, last)));
    expect(show(algebra.within(from, r, to))).toBe(show(algebra.compose(first, r, last)));
    expect(show(algebra.via(r, from, s))).toBe(show(algebra.compose(r, first, s)));
    const every = setOf(size, () => true);
    expect(show(algebra.intersection(r, algebra.product(from, every)))).toBe(show(algebra.from(from, r)));
  });
});

test("an acyclic relation has no cycle, and a cycle found is one", () => {
  law(1, (size, r = EMPTY) => {
    const closed = algebra.closure(r);
    const isCyclic = Array.from({ length: size }, (_, i) => i).some((i) => algebra.has(closed, i, i));
    expect(isAcyclic(r)).toBe(!isCyclic);
    const cycle = cycleOf(r);
    expect(cycle !== undefined).toBe(isCyclic);
    cycle?.forEach((event, i) => expect(algebra.has(r, event, cycle[(i + 1) % cycle.length] ?? -1)).toBe(true));
  });
});

test("the cycle found is a shortest one", () => {
  const r = algebra.relationOf(5, [
    [0, 1],
    [1, 2],
    [2, 0],
    [3, 4],
    [4, 3],
  ]);
  expect(cycleOf(r)).toEqual([3, 4]);
  expect(loopOf(r)).toBeUndefined();
  expect(loopOf(algebra.relationOf(3, [[2, 2]]))).toEqual([2]);
  expect(shortestPath(r, 0, 2)).toEqual([0, 1, 2]);
  expect(shortestPath(r, 0, 4)).toBeUndefined();
});

test("a pair outside the events is rejected", () => {
  expect(() => algebra.relationOf(3, [[0, 3]])).toThrow("pair (0, 3) is outside a relation over 3 events");
  expect(() => algebra.relationOf(3, [[-1, 0]])).toThrow(RangeError);
});

test("sets of events behave as sets, past 32 events too", () => {
  const size = 40;
  const multiples = (n: number): EventSet => setOf(size, (event) => event % n === 0);
  const membersOf = (set: EventSet): number[] =>
    Array.from({ length: size }, (_, event) => event).filter((event) => hasMember(set, event));
  expect(membersOf(bothSets(multiples(5), multiples(7)))).toEqual([0, 35]);
  expect(membersOf(without(multiples(10), multiples(20)))).toEqual([10, 30]);
  expect(membersOf(eitherSet(multiples(20), multiples(39)))).toEqual([0, 20, 39]);
  expect(hasMember(multiples(13), 39)).toBe(true);
  expect(isEmptySet(without(multiples(4), multiples(2)))).toBe(true);
  expect(algebra.isEmpty(algebra.emptyRelation(size))).toBe(true);
});
