import { expect, test } from "vitest";
import { canonical, Interner } from "./interning.ts";
import { RowSet } from "./row-set.ts";

test("values are equal exactly when type and content are, whatever the order of fields", () => {
  const different: unknown[] = [
    1,
    "1",
    1n,
    true,
    "true",
    null,
    "null",
    undefined,
    [1],
    [[1]],
    ["1"],
    [1, 1],
    { a: 1 },
    { b: 1 },
    { a: 1, b: 2 },
    new Map([["a", 1]]),
    new Set(["a", 1]),
    "\0[1,]",
    "\0",
    "",
    [],
    {},
    [undefined],
    [null],
  ];
  expect(new Set(different.map(canonical)).size).toBe(different.length);
  const interner = new Interner<unknown>();
  expect(different.map((value) => interner.intern(value))).toEqual(different.map((_, i) => i));
  expect(interner.intern({ b: 2, a: 1 })).toBe(14);
  expect([canonical(-0), canonical(0)]).toEqual(["0", "0"]);
  expect(() => canonical(() => 1)).toThrow("a function cannot be part of an operation or a response");
});

test("a set of rows keeps each once, in order of addition, and is empty when cleared", () => {
  const rows = new RowSet();
  rows.clear(2);
  const words = Int32Array.from({ length: 20_000 }, (_, i) => (i * 7) % 1_000);
  let added = 0;
  for (let base = 0; base < words.length; base += 2) added += Number(rows.add(words, base));
  expect([rows.count, added, rows.width]).toEqual([500, 500, 2]);
  const sorted = new Int32Array(1_001);
  rows.copySorted(sorted, 1);
  const pairs = Array.from({ length: 500 }, (_, i) => [sorted[1 + 2 * i] ?? 0, sorted[2 + 2 * i] ?? 0] as const);
  expect(pairs).toEqual(pairs.toSorted(([a, b], [c, d]) => a - c || b - d));
  rows.clear(1);
  for (let i = 0; i < 3_000; i += 1) rows.add(Int32Array.of(3_000 - i), 0);
  rows.clear(1);
  rows.add(Int32Array.of(5), 0);
  rows.clear(1);
  expect([
    rows.add(Int32Array.of(5), 0),
    rows.add(Int32Array.of(5), 0),
    rows.add(Int32Array.of(-5), 0),
    rows.count,
  ]).toEqual([true, false, true, 2]);
  const two = new Int32Array(2);
  rows.copySorted(two, 0);
  expect([...two]).toEqual([-5, 5]);
});
