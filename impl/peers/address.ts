import { numberAt } from "../memory/word.ts";
import type { PeerAddress } from "#model/peer-address.ts";
import { type Access, type Address, read, write } from "../memory/access.ts";
import { Peer } from "./layout.ts";
import type { PeerTree } from "./store.ts";

/**
 * Negative, 0 or positive as `address` stands before, at or after that of `peer`, which is in the same family's tree.
 *
 * Words compare unsigned. The reads are plain: a peer's address never changes once it can be reached.
 */
export function* compareWithPeer(address: PeerAddress, peer: Address): Access<number> {
  for (let i = 0; i < address.words.length; i++) {
    const theirs = yield read(Peer.address(peer) + i);
    const difference = numberAt(address.words, i) - (theirs >>> 0);
    if (difference !== 0) return difference;
  }
  return 0;
}

/** Gives a peer that nobody else can reach its address. */
export function* writeAddress(peer: Address, address: PeerAddress): Access {
  for (let i = 0; i < address.words.length; i++) yield write(Peer.address(peer) + i, numberAt(address.words, i) | 0);
}

/** The address of a peer in the tree. */
export function* addressOf({ family, addressWords }: PeerTree, peer: Address): Access<PeerAddress> {
  const words: number[] = [];
  for (let i = 0; i < addressWords; i++) {
    const word = yield read(Peer.address(peer) + i);
    words.push(word >>> 0);
  }
  return { family, words };
}
