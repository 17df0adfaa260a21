import { numberAt } from "../memory/word.ts";
import type { PeerAddress } from "#model/peers/peer-address.ts";
import { type Access, type Address, read, writeUnordered } from "../memory/access.ts";
import { addressWord } from "./layout.ts";
import type { PeerTree } from "./store.ts";

/**
 * Negative, 0 or positive as `address` orders before, equal to or after that of `peer`, in the same family's tree.
 *
 * Words compare unsigned. The reads are plain: a peer's address never changes once it can be reached.
 */
export function* compareWithPeer(address: PeerAddress, peer: Address): Access<number> {
  for (let i = 0; i < address.words.length; i++) {
    const theirs = yield read(addressWord(peer, i));
    const difference = numberAt(address.words, i) - (theirs >>> 0);
    if (difference !== 0) return difference;
  }
  return 0;
}

/** Gives a peer its address. No other thread can reach it yet; but an optimistic search may stray to it. */
export function* writeAddress(peer: Address, address: PeerAddress): Access {
  for (let i = 0; i < address.words.length; i++)
    yield writeUnordered(addressWord(peer, i), numberAt(address.words, i) | 0);
}

/** The address of a peer in the tree. */
export function* addressOf({ family, addressWords }: PeerTree, peer: Address): Access<PeerAddress> {
  const words: number[] = [];
  for (let i = 0; i < addressWords; i++) {
    const word = yield read(addressWord(peer, i));
    words.push(word >>> 0);
  }
  return { family, words };
}
