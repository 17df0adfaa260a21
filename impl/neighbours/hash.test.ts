import * as fc from "fast-check";
import { expect, test } from "vitest";
import { hashAddress, hashThreeWords } from "./hash.ts";

/** Jenkins' final mix as published (lookup3.c), on big integers: an implementation for comparison. */
function mixAsPublished(a: bigint, b: bigint, c: bigint): bigint {
  const word = (value: bigint): bigint => BigInt.asUintN(32, value);
  const rotated = (value: bigint, bits: bigint): bigint => word((value << bits) | (value >> (32n - bits)));
  c = word((c ^ b) - rotated(b, 14n));
  a = word((a ^ c) - rotated(c, 11n));
  b = word((b ^ a) - rotated(a, 25n));
  c = word((c ^ b) - rotated(b, 16n));
  a = word((a ^ c) - rotated(c, 4n));
  b = word((b ^ a) - rotated(a, 14n));
  c = word((c ^ b) - rotated(b, 24n));
  return c;
}

const octets = fc.array(fc.integer({ min: 0, max: 255 }), { minLength: 20, maxLength: 20 });

const fromOctets = (all: readonly number[]) => ({
  words: [0, 4, 8, 12, 16].map(
    (at) => (all[at] ?? 0) | ((all[at + 1] ?? 0) << 8) | ((all[at + 2] ?? 0) << 16) | ((all[at + 3] ?? 0) << 24),
  ),
});

test("three words are mixed as Jenkins published", () => {
  fc.assert(
    fc.property(fc.integer(), fc.integer(), fc.integer(), (first, second, third) => {
      const unsigned = (value: number): bigint => BigInt(value >>> 0);
      const expected = mixAsPublished(
        BigInt.asUintN(32, unsigned(first) + 0xdeadbeefn),
        BigInt.asUintN(32, unsigned(second) + 0xdeadbeefn),
        unsigned(third),
      );
      expect(BigInt(hashThreeWords(first, second, third) >>> 0)).toBe(expected);
    }),
    { seed: 1, numRuns: 300 },
  );
});

test("flags and subnet prefix do not affect the bucket", () => {
  fc.assert(
    fc.property(octets, octets, (one, other) => {
      const mixed = one.map((octet, index) =>
        index === 0 || (index >= 4 && index < 12) ? (other[index] ?? 0) : octet,
      );
      expect(hashAddress(fromOctets(mixed))).toBe(hashAddress(fromOctets(one)));
    }),
    { seed: 2, numRuns: 200 },
  );
});

test("each octet of queue number and port guid changes the bucket of most addresses", () => {
  const sample = fc.sample(octets, { numRuns: 100, seed: 3 });
  for (const index of [1, 2, 3, 12, 13, 14, 15, 16, 17, 18, 19]) {
    const changed = sample.filter((one) => {
      const other = one.map((octet, at) => (at === index ? octet ^ 1 : octet));
      return hashAddress(fromOctets(other)) !== hashAddress(fromOctets(one));
    });
    expect(changed.length, `octet ${index}`).toBeGreaterThan(95);
  }
});

test("256 queues of one port, which differ in the last octet of the queue number, spread over 256 buckets", () => {
  const chains = new Map<number, number>();
  for (let queue = 0; queue < 256; queue++) {
    const bucket =
      hashAddress(fromOctets([0, 0x01, 0x23, queue, 0xfe, 0x80, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 9])) & 255;
    chains.set(bucket, (chains.get(bucket) ?? 0) + 1);
  }
  expect(chains.size).toBeGreaterThan(140); // 256 balls at random leave 94 of 256 urns empty
  expect(Math.max(...chains.values())).toBeLessThan(8);
});
