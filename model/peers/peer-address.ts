/**
 * The address of a peer, and the order in which trees keep addresses.
 *
 * Words are host integers of the address's network-order bytes, so the order is total and the same everywhere, and not
 * the numeric order of addresses on a little-endian host.
 *
 * Source: Linux include/net/inetpeer.h (2012), struct inetpeer_addr; net/ipv4/inetpeer.c, addr_compare().
 */

export type AddressFamily = "v4" | "v6";

/** Unsigned 32-bit words: 1 of an IPv4 address, 4 of an IPv6 address. */
export interface PeerAddress {
  readonly family: AddressFamily;
  readonly words: readonly number[];
}

const ADDRESS_WORDS: Readonly<Record<AddressFamily, number>> = { v4: 1, v6: 4 };

/** @throws RangeError if the number of words is not the family's, or a word is not an unsigned 32-bit integer */
export function peerAddress(family: AddressFamily, words: readonly number[]): PeerAddress {
  if (words.length !== ADDRESS_WORDS[family]) {
    throw new RangeError(`a ${family} address has ${words.length} words, and must have ${ADDRESS_WORDS[family]}`);
  }
  for (const word of words) {
    if (word !== word >>> 0) throw new RangeError(`address word ${word} must be a whole number from 0 to 4294967295`);
  }
  return { family, words: [...words] };
}

/** Negative, 0 or positive as `left` orders before, equal to or after `right`, which must be of the same family. */
export function compareAddresses(left: PeerAddress, right: PeerAddress): number {
  for (let i = 0; i < left.words.length; i++) {
    const difference = (left.words[i] as number) - (right.words[i] as number);
    if (difference !== 0) return difference;
  }
  return 0;
}
