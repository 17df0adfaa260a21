import { expect, test } from "vitest";
import { neighboursSizes } from "./neighbours-sizes.ts";

/** Bytes of a C struct of members of these sizes and alignments. */
function structBytes(members: readonly (readonly [bytes: number, alignment: number])[]): number {
  const round = (offset: number, alignment: number) => Math.ceil(offset / alignment) * alignment;
  const end = members.reduce((offset, [bytes, alignment]) => round(offset, alignment) + bytes, 0);
  return round(end, Math.max(...members.map(([, alignment]) => alignment)));
}

const POINTER = [8, 8] as const;
const INT = [4, 4] as const;

test("the kernel's figures are those of its structs", () => {
  // Handle, connection, 20 octets, queue (two pointers, length, lock), device, list, next, RCU record, count, time.
  const neighbour = structBytes([
    POINTER,
    POINTER,
    [20, 1],
    POINTER,
    POINTER,
    INT,
    INT,
    POINTER,
    POINTER,
    POINTER,
    POINTER,
    POINTER,
    POINTER,
    INT,
    POINTER,
  ]);
  // Table, buckets, RCU record, mask, size; and a pointer a bucket.
  const table = structBytes([POINTER, POINTER, POINTER, POINTER, INT, INT]) + 1024 * 8;
  // Device, hardware's handle, list, count, last send.
  const handle = structBytes([POINTER, POINTER, POINTER, POINTER, INT, INT]);
  expect(neighboursSizes.map(({ kernelBytes }) => kernelBytes)).toEqual([neighbour, table, handle]);
});

test("a neighbour fits into one cache line, and is less than half as long as the kernel's", () => {
  // List link, five words of address, count, time, next, handle, connection, queue of three words.
  expect(neighboursSizes.map(({ bytes }) => bytes)).toEqual([(2 + 5 + 5 + 3) * 4, (1 + 1024) * 4, (1 + 1) * 4]);
  expect(neighboursSizes[0]?.bytes).toBeLessThanOrEqual(64);
});

test("a hit touches device, mask, bucket, neighbour and clock; a miss no neighbour and no clock", () => {
  expect(neighboursSizes.slice(0, 2).map(({ cacheLines }) => cacheLines)).toEqual([5, 3]);
});

test("a transmission touches the lines of a hit, the handle, and the slab that the packet returns to", () => {
  expect(neighboursSizes[2]?.cacheLines).toBe(5 + 2);
});
