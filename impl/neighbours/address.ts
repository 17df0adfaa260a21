/**
 * Hardware addresses, as values and as the words of a neighbour. The words are read plainly: an address never changes
 * once its neighbour can be reached.
 */
import type { Gid, HardwareAddress } from "#model/neighbours/hardware-address.ts";
import { type Access, type Address, read } from "../memory/access.ts";
import { numberAt } from "../memory/word.ts";
import { Neighbour } from "./layout.ts";

/** The gid of the port or group at an address. */
export function gidOf({ words }: HardwareAddress): Gid {
  return words.slice(1);
}

/** Is it a group's? Its first octet is ff. */
export function isMulticast(gid: Gid): boolean {
  return (numberAt(gid, 0) & 0xff) === 0xff;
}

/** A multicast address with the partition key in octets 8 and 9; any other address unchanged. */
export function withPartitionKey({ words }: HardwareAddress, key: number): HardwareAddress {
  if (!isMulticast(gidOf({ words }))) return { words };
  const octets = ((key & 0xff) << 8) | (key >>> 8);
  return { words: words.map((word, index) => (index === 2 ? (word & ~0xffff) | octets : word)) };
}

/** Is the neighbour the one at `address`? */
export function* isAt(neighbour: Address, address: HardwareAddress): Access<boolean> {
  for (let i = 0; i < address.words.length; i++) {
    const word = yield read(Neighbour.address(neighbour) + i);
    if (word !== numberAt(address.words, i)) return false;
  }
  return true;
}

/** Does the neighbour's address end in this gid? */
export function* hasGid(neighbour: Address, gid: Gid): Access<boolean> {
  for (let i = 0; i < gid.length; i++) {
    const word = yield read(Neighbour.address(neighbour) + 1 + i);
    if (word !== numberAt(gid, i)) return false;
  }
  return true;
}

/** The neighbour's address, as a value. */
export function* readAddress(neighbour: Address): Access<HardwareAddress> {
  const words: number[] = [];
  for (let i = 0; i < 5; i++) {
    const word = yield read(Neighbour.address(neighbour) + i);
    words.push(word);
  }
  return { words };
}
