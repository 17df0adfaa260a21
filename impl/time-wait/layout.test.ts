import { expect, test } from "vitest";
import {
  addressesOf,
  headOffset,
  lineShape,
  linesLayout,
  linesStruct,
  Vestige,
  vestigeLayout,
  vestigesStruct,
} from "./layout.ts";

test("a record is 11 words with IPv4 addresses, 17 with those of IPv6", () => {
  expect([vestigeLayout(1).words, vestigeLayout(4).words]).toEqual([11, 17]);
  expect(addressesOf(100)).toBe(109);
  expect(vestigeLayout(4).wordName(16)).toBe("addresses[7]");
});

test("a line of 64 bytes has fifteen tags, and seventeen bits for the next line", () => {
  expect(lineShape(64, 2 ** 17 - 1)).toEqual({ words: 16, tags: 15, isWide: false, inUseMask: 0x7fff });
  expect(lineShape(64, 2 ** 17)).toEqual({ words: 16, tags: 14, isWide: true, inUseMask: 0x3fff });
});

test("a line of 32 bytes has seven tags; one of 128 has room for just one line's number, and gives up a tag", () => {
  expect(lineShape(32, 1000)).toEqual({ words: 8, tags: 7, isWide: false, inUseMask: 0x7f });
  expect(lineShape(128, 1)).toEqual({ words: 32, tags: 31, isWide: false, inUseMask: 0x7fffffff });
  expect(lineShape(128, 2)).toEqual({ words: 32, tags: 30, isWide: true, inUseMask: 0x3fffffff });
  expect(lineShape(8, 1000)).toEqual({ words: 2, tags: 1, isWide: false, inUseMask: 1 });
});

test("a line without room for a tag, or with more tags than a header can count, is rejected", () => {
  for (const bytes of [4, 6, 132])
    expect(() => lineShape(bytes, 1)).toThrow(`lineBytes is ${bytes}, and must be a multiple of 4 from 8 to 128`);
  expect(() => lineShape(8, 2 ** 31)).toThrow(
    "2147483648 lines of 8 bytes: a line has no room for a tag beside the number of the next line",
  );
});

test("lines are aligned to their size, behind the heads", () => {
  const shape = lineShape(16, 5);
  expect(linesLayout(shape, 1, 5).firstLine).toBe(4);
  const layout = linesLayout(shape, 2, 5);
  expect(layout.firstLine).toBe(8);
  expect([
    headOffset(layout, 0, 0),
    headOffset(layout, 0, 5),
    headOffset(layout, 1, 2),
    headOffset(layout, 1, -1),
  ]).toEqual([2, 3, 4, 5]);
  expect(linesStruct(layout).words).toBe(8 + 5 * 4);
});

test("each word of the two objects has a name", () => {
  const packed = linesStruct(linesLayout(lineShape(16, 5), 2, 5));
  expect([0, 1, 2, 3, 4, 5].map(packed.wordName)).toEqual([
    "free",
    "freeCount",
    "tupleHead[0]",
    "tupleHead[1]",
    "portHead[0]",
    "portHead[1]",
  ]);
  expect([8, 9, 11, 12, 27].map(packed.wordName)).toEqual([
    "line[1].header",
    "line[1].tag[0]",
    "line[1].tag[2]",
    "line[2].header",
    "line[5].tag[2]",
  ]);
  const wide = linesStruct(linesLayout(lineShape(128, 5), 1, 5));
  expect([32, 33, 34, 63].map(wide.wordName)).toEqual([
    "line[1].header",
    "line[1].next",
    "line[1].tag[0]",
    "line[1].tag[29]",
  ]);
  const slots = vestigesStruct(1, 4);
  expect([slots.words, slots.wordName(0), slots.wordName(Vestige.attributes(33))]).toEqual([
    44,
    "slot[0].expires",
    "slot[3].attributes",
  ]);
  expect([packed.structName, slots.structName]).toEqual(["lines", "vestiges"]);
});
