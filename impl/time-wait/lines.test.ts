import * as fc from "fast-check";
import { expect, test } from "vitest";
import type { Access } from "../memory/access.ts";
import { createHeap } from "../memory/heap.ts";
import { runAlone } from "../memory/sequential.ts";
import { placeClock } from "../sync/jiffies.ts";
import { LINES_FREE, LINES_FREE_COUNT } from "./layout.ts";
import {
  CHAIN,
  initialiseLines,
  insertTag,
  lineAddress,
  lineOf,
  locatorOf,
  NO_SLOT,
  nextCandidate,
  NOWHERE,
  positionOf,
  removeTag,
  slotOfTag,
  startWalk,
  tagOf,
} from "./lines.ts";
import { createTimeWait, defaultLimits } from "./table.ts";

function setUp(changed: { slots?: number; heads?: number; lines?: number; lineBytes?: number } = {}) {
  const limits = { ...defaultLimits, slots: 16, heads: 1, lines: 4, lineBytes: 12, ...changed };
  const heap = createHeap(200 + 28 * limits.slots + 3 * (limits.lines + 2) * (limits.lineBytes / 4) + 8 * limits.heads);
  const table = createTimeWait(heap, placeClock(heap, 0), limits);
  const lines = heap.used;
  const run = <T>(procedure: Access<T>): T => runAlone(heap, procedure);
  heap.words.fill(0x55555555, lines);
  run(initialiseLines(table, lines));
  return {
    heap,
    table,
    lines,
    run,
    insert: (key: number, slot: number, chain: 0 | 1 = CHAIN.tuple) => run(insertTag(table, lines, chain, key, slot)),
    remove: (key: number, locator: number, chain: 0 | 1 = CHAIN.tuple) =>
      run(removeTag(table, lines, chain, key, locator)),
    freeCount: () => heap.words[lines + LINES_FREE_COUNT],
    /** Slots found for a key, with their places, in the order of the walk. */
    walk(key: number, chain: 0 | 1 = CHAIN.tuple): (readonly [slot: number, line: number, position: number])[] {
      const walk = run(startWalk(table, lines, chain, key));
      const found: (readonly [number, number, number])[] = [];
      for (
        let slot = run(nextCandidate(table, lines, key, walk));
        slot !== NO_SLOT;
        slot = run(nextCandidate(table, lines, key, walk))
      )
        found.push([slot, walk.line, walk.position]);
      return found;
    },
  };
}

test("a tag yields its slot for its own key, and nothing for nearly every other", () => {
  const { table } = setUp({ slots: 1024 });
  fc.assert(
    fc.property(
      fc.integer(),
      fc.integer(),
      fc.nat({ max: 1023 }),
      fc.nat({ max: 29 }),
      (key, other, slot, position) => {
        const tag = tagOf(table, key, slot, position);
        expect(slotOfTag(table, key, tag, position)).toBe(slot);
        const twice = (key ^ other ^ ((slot << 10) | slot)) | 0;
        expect(slotOfTag(table, other, tag, position)).toBe(
          twice >>> 20 === 0 && twice >>> 10 === (twice & 1023) ? twice & 1023 : NO_SLOT,
        );
      },
    ),
    { seed: 1, numRuns: 500 },
  );
  expect(tagOf(table, 5, 3, 0)).not.toBe(tagOf(table, 5, 3, 1));
});

test("a locator is a line and a position, and never NOWHERE", () => {
  expect([lineOf(locatorOf(7, 30)), positionOf(locatorOf(7, 30)), locatorOf(1, 0) === NOWHERE]).toEqual([7, 30, false]);
});

test("the highest position of the newest line is taken, a new line comes first, and the walk begins with it", () => {
  const { insert, walk } = setUp();
  expect([insert(5, 1), insert(5, 2), insert(5, 3)]).toEqual([locatorOf(1, 1), locatorOf(1, 0), locatorOf(2, 1)]);
  expect(walk(5)).toEqual([
    [3, 2, 1],
    [2, 1, 0],
    [1, 1, 1],
  ]);
});

test("the two kinds of chains are apart, and so are heads", () => {
  const { insert, walk } = setUp({ heads: 2, lines: 8 });
  insert(4, 1);
  insert(4, 2, CHAIN.port);
  insert(5, 3);
  expect([walk(4), walk(4, CHAIN.port), walk(5), walk(5, CHAIN.port)]).toEqual([
    [[1, 1, 1]],
    [[2, 2, 1]],
    [[3, 3, 1]],
    [],
  ]);
});

test("an emptied line is free again, unless it is the only one of its chain", () => {
  const { insert, remove, walk, freeCount } = setUp();
  const [first, second, third] = [insert(5, 1), insert(5, 2), insert(5, 3)];
  expect(freeCount()).toBe(2);
  remove(5, third); // the head line
  expect([freeCount(), walk(5).map(([slot]) => slot)]).toEqual([3, [2, 1]]);
  remove(5, first);
  expect(walk(5)).toEqual([[2, 1, 0]]);
  remove(5, second);
  expect([freeCount(), walk(5)]).toEqual([3, []]);
  expect(insert(5, 4)).toBe(locatorOf(1, 1));
});

test("a line in the middle or at the end of its chain is removed from it", () => {
  const { insert, remove, walk, freeCount } = setUp();
  const tags = [1, 2, 3, 4, 5, 6].map((slot) => insert(5, slot));
  expect(freeCount()).toBe(1);
  remove(5, tags[2] ?? 0);
  remove(5, tags[3] ?? 0); // the second line of three
  expect([freeCount(), walk(5).map(([slot]) => slot)]).toEqual([2, [6, 5, 2, 1]]);
  remove(5, tags[0] ?? 0);
  remove(5, tags[1] ?? 0); // the last line
  expect([freeCount(), walk(5).map(([slot]) => slot)]).toEqual([3, [6, 5]]);
});

test("when lines are short, a tag goes wherever its chain has room; the last line goes to a chain without room", () => {
  const { insert, remove, walk, freeCount } = setUp({ lines: 3 });
  const tags = [1, 2, 3, 4].map((slot) => insert(5, slot));
  expect(freeCount()).toBe(1);
  remove(5, tags[1] ?? 0);
  expect(insert(5, 5)).toBe(locatorOf(1, 0)); // though the head line is full and a line is free
  expect(freeCount()).toBe(1);
  expect([insert(5, 6), freeCount()]).toEqual([locatorOf(3, 1), 0]);
  expect([insert(5, 7), insert(5, 8)]).toEqual([locatorOf(3, 0), NOWHERE]);
  remove(5, tags[3] ?? 0);
  expect(insert(5, 8)).toBe(locatorOf(2, 0));
  expect(walk(5).map(([slot]) => slot)).toEqual([7, 6, 8, 3, 5, 1]);
});

test("while two lines are free, a full head line does not cause a search further down its chain", () => {
  const { insert, remove } = setUp();
  const tags = [1, 2, 3, 4].map((slot) => insert(5, slot));
  remove(5, tags[1] ?? 0);
  expect(insert(5, 5)).toBe(locatorOf(3, 1));
});

test("a wide line in the middle of its chain is removed from it", () => {
  const { insert, remove, walk, freeCount } = setUp({ lineBytes: 128, lines: 4, slots: 128 });
  const tags = Array.from({ length: 61 }, (_, slot) => insert(5, slot));
  expect([lineOf(tags[29] ?? 0), lineOf(tags[30] ?? 0), lineOf(tags[60] ?? 0), freeCount()]).toEqual([1, 2, 3, 1]);
  for (const locator of tags.slice(30, 60)) remove(5, locator);
  expect([freeCount(), walk(5).map(([slot]) => slot)]).toEqual([
    2,
    [60, ...Array.from({ length: 30 }, (_, place) => 29 - place)],
  ]);
});

test("without any line nothing can be inserted", () => {
  const { insert, freeCount, heap, lines } = setUp({ lines: 0 });
  expect([insert(5, 1), freeCount(), heap.words[lines + LINES_FREE]]).toEqual([NOWHERE, 0, 0]);
});

test("a walk along a cyclic chain ends", () => {
  const { insert, walk, heap, table, lines } = setUp();
  insert(5, 1);
  const header = heap.words[lineAddress(table, lines, 1)] ?? 0;
  heap.words[lineAddress(table, lines, 1)] = header | (1 << table.lines.shape.tags); // its own next line
  expect(walk(5)).toEqual([
    [1, 1, 1],
    [1, 1, 1],
    [1, 1, 1],
    [1, 1, 1],
  ]);
});

for (const [name, changed] of [
  ["lines of one tag", { lineBytes: 8, lines: 12 }],
  ["lines of three tags", { lineBytes: 16, lines: 6 }],
  ["lines with a word for the next line", { lineBytes: 128, lines: 6 }],
] as const) {
  test(`${name}: after any insertions and removals, each tag is found once, and no line is lost`, () => {
    fc.assert(
      fc.property(
        fc.array(
          fc.record({
            key: fc.integer({ min: -3, max: 3 }),
            chain: fc.constantFrom(CHAIN.tuple, CHAIN.port),
            remove: fc.boolean(),
          }),
          { maxLength: 60 },
        ),
        (steps) => {
          const { insert, remove, walk, freeCount, table, heap, lines } = setUp({ ...changed, slots: 128, heads: 2 });
          const present: { key: number; chain: 0 | 1; slot: number; locator: number }[] = [];
          for (const [slot, { key, chain, remove: removes }] of steps.entries()) {
            const at = removes ? present.findIndex((tag) => tag.chain === chain) : -1;
            const [gone] = at === -1 ? [] : present.splice(at, 1);
            if (gone !== undefined) remove(gone.key, gone.locator, gone.chain);
            else {
              const locator = insert(key, slot, chain);
              if (locator !== NOWHERE) present.push({ key, chain, slot, locator });
            }
          }
          for (const chain of [CHAIN.tuple, CHAIN.port]) {
            for (let key = -3; key <= 3; key++) {
              const expected = present
                .filter((tag) => tag.key === key && tag.chain === chain)
                .map(({ slot, locator }) => [slot, lineOf(locator), positionOf(locator)]);
              expect(
                walk(key, chain)
                  .filter(([slot]) => slot < steps.length)
                  .toSorted(),
              ).toEqual(expect.arrayContaining(expected));
            }
          }
          expect(new Set(present.map(({ locator }) => locator)).size).toBe(present.length);
          // Lines in chains, free lines, and nothing else.
          const used = new Set(present.map(({ locator }) => lineOf(locator)));
          let free = 0;
          const shape = table.lines.shape;
          const next = (line: number) =>
            shape.isWide
              ? (heap.words[lineAddress(table, lines, line) + 1] ?? 0)
              : (heap.words[lineAddress(table, lines, line)] ?? 0) >>> shape.tags;
          for (let line = heap.words[lines + LINES_FREE] ?? 0; line !== 0; line = next(line)) {
            expect(used.has(line)).toBe(false);
            free++;
          }
          expect(free).toBe(freeCount());
          // At most one empty line at each head.
          expect(free + used.size).toBeGreaterThanOrEqual(table.lines.linesMax - 4);
        },
      ),
      { seed: 5, numRuns: 120 },
    );
  });
}
