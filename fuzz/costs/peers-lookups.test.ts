import { expect, test } from "vitest";
import { peersLookupCosts } from "./peers-lookups.ts";

/** Locks, atomic operations and lines written, by generation. */
function costsOf(
  lookup: string,
): readonly (readonly [system: string, locks: number, atomics: number, lines: number])[] {
  return peersLookupCosts()
    .filter((row) => row.lookup === lookup)
    .map(({ system, lockAcquisitions, atomicOperations, cacheLinesWritten }) => [
      system,
      lockAcquisitions,
      atomicOperations,
      cacheLinesWritten,
    ]);
}

test("a hit takes two locks before the conversion, one after it, and none since collection is on the path", () => {
  expect(costsOf("a hit, the peer in use")).toEqual([
    // The tree's lock taken and given back, the count, the list's lock; the tree's base, the peer, the list.
    ["peers-rwlock", 2, 4, 3],
    ["peers-rcu-list", 1, 2, 2],
    ["peers", 0, 1, 1],
    ["peers-optimistic", 0, 1, 1],
  ]);
});

test("taking an idle peer off the list writes its neighbours, and takes a second lookup after the conversion", () => {
  expect(costsOf("a hit, the peer idle between others")).toEqual([
    ["peers-rwlock", 2, 4, 5],
    // The tree's lock, the count, the list's lock; nothing was taken without the lock.
    ["peers-rcu-list", 2, 3, 5],
    ["peers", 0, 1, 1],
    ["peers-optimistic", 0, 1, 1],
  ]);
});

test("a miss takes the tree's lock before and after the conversion, and none once a sequence validates it", () => {
  expect(costsOf("a miss that creates nothing")).toEqual([
    ["peers-rwlock", 1, 2, 1],
    ["peers-rcu-list", 1, 1, 1],
    ["peers", 0, 0, 0],
    ["peers-optimistic", 0, 0, 0],
  ]);
});

test("the last release takes the list's lock while there is a list", () => {
  expect(costsOf("the last release")).toEqual([
    ["peers-rwlock", 1, 2, 2],
    ["peers-rcu-list", 1, 2, 2],
    ["peers", 0, 1, 1],
    ["peers-optimistic", 0, 1, 1],
  ]);
});

test("every lookup is measured in every generation, and measuring again gives the same", () => {
  const rows = peersLookupCosts();
  expect(rows).toHaveLength(4 * 4);
  for (const { accesses } of rows) expect(accesses).toBeGreaterThan(1);
  expect(peersLookupCosts()).toEqual(rows);
});
