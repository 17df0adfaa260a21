import { expect, test } from "vitest";
import { dstSizes } from "./dst-sizes.ts";

/** Bytes of a C struct with members of these sizes, each aligned to its size, an array to that of its elements. */
function structBytes(members: readonly (readonly [bytes: number, alignment: number])[]): number {
  const round = (offset: number, alignment: number) => Math.ceil(offset / alignment) * alignment;
  const end = members.reduce((offset, [bytes, alignment]) => round(offset, alignment) + bytes, 0);
  return round(end, Math.max(...members.map(([, alignment]) => alignment)));
}

const POINTER = [8, 8] as const;
const LONG = [8, 8] as const;
const INT = [4, 4] as const;
const SHORT = [2, 2] as const;

test("the kernel's figure is that of its struct", () => {
  const members = [
    [16, 8], // rcu_head
    POINTER, // child
    POINTER, // dev
    SHORT, // error
    SHORT, // obsolete
    INT, // flags
    LONG, // expires
    SHORT, // header_len
    SHORT, // nfheader_len
    SHORT, // trailer_len
    [13 * 4, 4], // metrics
    POINTER, // path
    LONG, // rate_last
    LONG, // rate_tokens
    POINTER, // neighbour
    POINTER, // hh
    POINTER, // xfrm
    POINTER, // input
    POINTER, // output
    POINTER, // ops
    LONG, // lastuse
    INT, // refcnt
    INT, // use
    POINTER, // next
  ] as const;
  expect(dstSizes.map(({ kernelBytes }) => kernelBytes)).toEqual([structBytes(members), structBytes(members)]);
});

test("an entry fits into one cache line, so a hit touches the bucket head's line and one for each entry passed", () => {
  expect(dstSizes.map(({ bytes }) => bytes <= 64)).toEqual([true, true]);
  expect(dstSizes.map(({ lookup, cacheLines }) => [lookup, cacheLines])).toEqual([
    ["a hit, first in its bucket", 1 + 1],
    ["a hit, behind 2 others", 1 + 3],
  ]);
});
