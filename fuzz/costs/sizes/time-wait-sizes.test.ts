import { expect, test } from "vitest";
import { timeWaitSizes } from "./time-wait-sizes.ts";

/** Bytes of a C struct of members of these sizes and alignments. */
function structBytes(members: readonly (readonly [bytes: number, alignment: number])[]): number {
  const round = (offset: number, alignment: number) => Math.ceil(offset / alignment) * alignment;
  const end = members.reduce((offset, [bytes, alignment]) => round(offset, alignment) + bytes, 0);
  return round(end, Math.max(...members.map(([, alignment]) => alignment)));
}

const WORD = [4, 4] as const;
const PORT = [2, 2] as const;
/** struct timeval of a 64-bit system, five words, the word of bit fields, the owner. */
const VTW_COMMON = structBytes([[16, 8], WORD, WORD, WORD, WORD, WORD, WORD, WORD]);

test("the kernel's figures are those of its structs", () => {
  const common = [VTW_COMMON, 8] as const;
  expect(timeWaitSizes.map(({ kernelBytes }) => kernelBytes)).toEqual([
    structBytes([common, PORT, PORT, WORD, WORD]),
    structBytes([common, PORT, PORT, [16, 4], [16, 4]]),
    structBytes(Array.from({ length: 16 }, () => WORD)),
  ]);
});

test("records are smaller than the kernel's, and lines as long", () => {
  // Expiry, two locators, two sequence numbers, window, attributes, owner, ports: nine words, and two addresses.
  expect(timeWaitSizes.map(({ bytes }) => bytes)).toEqual([(9 + 2) * 4, (9 + 8) * 4, 64]);
});

test("a hit touches the clock, table, family, chain head, one line, and one or two lines of the record", () => {
  // Records lie side by side from the start of a line.
  const straddles = (bytes: number) =>
    Array.from(
      { length: 16 },
      (_, slot) => Math.floor((slot * bytes + bytes - 1) / 64) - Math.floor((slot * bytes) / 64),
    ).reduce((sum, more) => sum + more, 0);
  expect(timeWaitSizes[0]?.cacheLines).toBe(6 + straddles(44) / 16);
  expect(timeWaitSizes[1]?.cacheLines).toBe(6 + straddles(68) / 16);
});

test("a miss among fifteen records touches the lines before the record, and no record", () => {
  expect(timeWaitSizes[2]).toMatchObject({ record: "line of 15 tags", cacheLines: 5 });
});
