import { expect, test } from "vitest";
import { routeCacheSizes } from "./route-cache-sizes.ts";

/** Bytes of a C struct of members of these sizes and alignments. */
function structBytes(members: readonly (readonly [bytes: number, alignment: number])[]): number {
  const round = (offset: number, alignment: number) => Math.ceil(offset / alignment) * alignment;
  const end = members.reduce((offset, [bytes, alignment]) => round(offset, alignment) + bytes, 0);
  return round(end, Math.max(...members.map(([, alignment]) => alignment)));
}

const POINTER = [8, 8] as const;
const LONG = [8, 8] as const;
const INT = [4, 4] as const;

test("the kernel's figures are those of its structs", () => {
  const psref = structBytes([POINTER, POINTER, POINTER, POINTER, POINTER]); // link, for debugging, target, lwp, CPU
  const psrefTarget = structBytes([POINTER, [1, 1]]);
  const route = structBytes([POINTER, POINTER, LONG, [psref, 8], INT]);
  const radixNode = structBytes([POINTER, POINTER, [2, 2], [1, 1], [1, 1], [24, 8]]);
  const metrics = 10 * 8;
  const condition = 3 * 8;
  const rtentry = structBytes([
    [2 * radixNode, 8],
    POINTER,
    INT,
    INT,
    LONG,
    POINTER,
    POINTER,
    INT,
    POINTER,
    [metrics, 8],
    POINTER,
    POINTER,
    POINTER,
    POINTER,
    POINTER,
    [condition, 8],
    [psrefTarget, 8],
  ]);
  expect(routeCacheSizes.map(({ kernelBytes }) => kernelBytes)).toEqual([route, rtentry, psref]);
});

test("a record's size is the sum of its fields", () => {
  // A cache: destination, entry, domain, stamp, two links, and a passive reference of two links, target, lwp and CPU.
  // An entry: link, key, length, gateway, interface, source, flags, count, serial number, and a target of two words.
  expect(routeCacheSizes.map(({ bytes }) => bytes)).toEqual([(6 + 5) * 4, (9 + 2) * 4, 5 * 4]);
});

test("a hit touches the cache, its destination, the entry, the generation, and three lines of its own CPU", () => {
  expect(routeCacheSizes[0]?.cacheLines).toBe(4 + 3);
});

test("a miss also touches the key of the entry", () => {
  expect(routeCacheSizes[1]?.cacheLines).toBe(5 + 3);
});

test("an interface is found by its slot, and kept by a record and three lines of the CPU", () => {
  expect(routeCacheSizes[2]?.cacheLines).toBe(3 + 3);
});
