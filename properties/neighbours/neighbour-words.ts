/**
 * Reads a neighbour table straight from memory, as checkers do: all at once, without an access, without allocation.
 */
import { type Address, NIL } from "#impl/memory/access.ts";
import { wordAt } from "#impl/memory/word.ts";
import { Device, Neighbour } from "#impl/neighbours/layout.ts";
import type { Neighbours } from "#impl/neighbours/neighbours.ts";

/** Words of an address. */
export const ADDRESS_WORDS = 5;

/** Is the device set up? Before and after, its words mean nothing. */
export function isDeviceUp(words: Int32Array, { netDevice, device }: Neighbours): boolean {
  return wordAt(words, netDevice) === device;
}

/** The table, or NIL. The device is up. */
export function tableOf(words: Int32Array, { device }: Neighbours): Address {
  return wordAt(words, Device.table(device));
}

/**
 * Writes the neighbours of one bucket into `into`, in order. Returns how many, or -1 when they do not fit (a cycle, if
 * `into` has room for all neighbours).
 */
export function collectBucket(words: Int32Array, neighbours: Neighbours, bucket: number, into: Int32Array): number {
  const table = tableOf(words, neighbours);
  if (table === NIL) return 0;
  let count = 0;
  for (
    let at = wordAt(words, neighbours.Table.bucket(table) + bucket);
    at !== NIL;
    at = wordAt(words, Neighbour.next(at))
  ) {
    if (count === into.length || !isNeighbour(neighbours, at)) return -1;
    into[count++] = at;
  }
  return count;
}

/** The neighbours of all buckets, as {@link collectBucket}. */
export function collectTable(words: Int32Array, neighbours: Neighbours, into: Int32Array): number {
  let count = 0;
  for (let bucket = 0; bucket < neighbours.limits.buckets; bucket++) {
    const found = collectBucket(words, neighbours, bucket, into.subarray(count));
    if (found === -1) return -1;
    count += found;
  }
  return count;
}

/** Is the neighbour in the table? */
export function isInTable(words: Int32Array, neighbours: Neighbours, neighbour: Address, room: Int32Array): boolean {
  const count = collectTable(words, neighbours, room);
  for (let i = 0; i < count; i++) if (room[i] === neighbour) return true;
  return false;
}

export function haveSameAddress(words: Int32Array, one: Address, other: Address): boolean {
  for (let i = 0; i < ADDRESS_WORDS; i++) {
    if (wordAt(words, Neighbour.address(one) + i) !== wordAt(words, Neighbour.address(other) + i)) return false;
  }
  return true;
}

/** The number, from 0, of the neighbour in its slab that holds the word at `address`; -1 if none does. O(1). */
export function neighbourIndex({ firstNeighbour, neighbourStride, capacities }: Neighbours, address: Address): number {
  const offset = address - firstNeighbour;
  return offset >= 0 && offset < neighbourStride * capacities.neighboursMax ? Math.floor(offset / neighbourStride) : -1;
}

/** Is `address` where a neighbour of the slab starts? */
export function isNeighbour(neighbours: Neighbours, address: Address): boolean {
  return (
    neighbourIndex(neighbours, address) !== -1 &&
    (address - neighbours.firstNeighbour) % neighbours.neighbourStride === 0
  );
}

/** The neighbour that holds the word at `address`, which lies in the slab. */
export function neighbourOf(neighbours: Neighbours, address: Address): Address {
  return neighbours.firstNeighbour + neighbourIndex(neighbours, address) * neighbours.neighbourStride;
}

/** The neighbour's name, as the heap gives it. */
export function neighbourName(neighbours: Neighbours, neighbour: Address): string {
  return isNeighbour(neighbours, neighbour)
    ? `neighbour#${neighbourIndex(neighbours, neighbour) + 1}`
    : `word ${neighbour}`;
}
