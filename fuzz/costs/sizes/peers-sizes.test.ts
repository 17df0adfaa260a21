import { expect, test } from "vitest";
import { peersSizes } from "./peers-sizes.ts";
import { CACHE_LINE_BYTES } from "./byte-sizes.ts";

const POINTER = 8;
const LONG = 8;
const INT = 4;

/** Offset after adding a member of this size and alignment. */
const after = (offset: number, bytes: number, alignment = bytes) => Math.ceil(offset / alignment) * alignment + bytes;
const structBytes = (members: readonly (readonly [bytes: number, alignment?: number])[]) =>
  after(
    members.reduce((offset, [bytes, alignment]) => after(offset, bytes, alignment ?? bytes), 0),
    0,
    POINTER,
  );

const of2010 = [
  [POINTER], // avl_left
  [POINTER], // avl_right
  [INT], // v4daddr
  [INT], // avl_height
  [2 * POINTER, POINTER], // unused
  [INT], // dtime
  [INT], // refcnt
  [INT], // rid
  [INT], // ip_id_count
  [INT], // tcp_ts
  [INT], // tcp_ts_stamp
] as const;

test("the kernel's figures are those of its structs", () => {
  const of2012 = [
    [POINTER], // avl_left
    [POINTER], // avl_right
    [20, 4], // daddr: four words, and the family padded to one
    [INT], // avl_height
    [14 * INT, INT], // metrics
    [INT], // rate_tokens
    [LONG], // rate_last
    [LONG], // pmtu_expires
    [INT], // pmtu_orig
    [INT], // pmtu_learned
    [16, 4], // redirect_learned
    [2 * POINTER, POINTER], // gc_list or gc_rcu
    [2 * POINTER, POINTER], // rid, ip_id_count, tcp_ts, tcp_ts_stamp, or rcu, or gc_next
    [INT], // dtime
    [INT], // refcnt
  ] as const;
  const rcuHead = [2 * POINTER, POINTER] as const;
  expect(peersSizes.map(({ kernelBytes }) => kernelBytes)).toEqual([
    structBytes(of2010),
    structBytes([...of2010, rcuHead]),
    structBytes(of2012),
    structBytes(of2012),
  ]);
});

test("aligned to cache lines, the record of 2010 would double with the RCU head, so the alignment was dropped", () => {
  const aligned = (bytes: number) => Math.ceil(bytes / CACHE_LINE_BYTES) * CACHE_LINE_BYTES;
  const [before, after] = peersSizes.map(({ kernelBytes }) => aligned(kernelBytes));
  expect([before, after]).toEqual([64, 128]);
  expect(peersSizes[1]?.kernelSource).toContain("128");
});

test("a peer fits into a cache line; a hit touches the base, the peers on its way, and the list or sequence", () => {
  for (const { bytes } of peersSizes) expect(bytes).toBeLessThanOrEqual(CACHE_LINE_BYTES);
  expect(peersSizes.map(({ system, bytes, cacheLines }) => [system, bytes, cacheLines])).toEqual([
    ["peers-rwlock", 9 * 4, 4],
    ["peers-rcu-list", 9 * 4, 4],
    ["peers", 12 * 4, 4],
    ["peers-optimistic", 12 * 4, 3],
  ]);
});
