/**
 * Reads the trees of a peer pool of any generation straight from memory, as checkers do: all at once, without an
 * access, without allocation.
 */
import { type Address, NIL } from "#impl/memory/access.ts";
import { addressWord, GcQueue, Peer } from "#impl/peers/layout.ts";
import type { PeerPool } from "#impl/peers/pool.ts";
import type { PeerStore, PeerTree } from "#impl/peers/store.ts";
import { wordAt } from "#impl/memory/word.ts";

/** The tree whose lock this is, or undefined. */
export function treeOfLock({ trees }: PeerStore, lock: Address): PeerTree | undefined {
  for (const tree of trees) if (tree.lock === lock) return tree;
  return undefined;
}

/**
 * Does a write to a tree's lock word release the lock from its writer? Accesses write the words of reader–writer locks
 * only.
 */
export function releasesWriter(before: number, after: number): boolean {
  return before < 0 && after >= 0;
}

/** The tree that the peer is in, if it is in one. O(peers). */
export function treeOfPeer(words: Int32Array, pool: PeerPool, peer: Address): PeerTree | undefined {
  return [pool.v4, pool.v6].find(({ root }) => isBelow(words, pool, wordAt(words, root), peer, 0));
}

function isBelow(words: Int32Array, pool: PeerStore, at: Address, peer: Address, links: number): boolean {
  if (at === peer) return true;
  if (at === pool.empty || at === NIL || links > pool.peersMax) return false;
  return (
    isBelow(words, pool, wordAt(words, Peer.left(at)), peer, links + 1) ||
    isBelow(words, pool, wordAt(words, Peer.right(at)), peer, links + 1)
  );
}

/** Negative, 0 or positive as peer `left` stands before, at or after peer `right` in the order of the tree. */
export function comparePeers(words: Int32Array, { addressWords }: PeerTree, left: Address, right: Address): number {
  for (let i = 0; i < addressWords; i++) {
    const difference = (wordAt(words, addressWord(left, i)) >>> 0) - (wordAt(words, addressWord(right, i)) >>> 0);
    if (difference !== 0) return difference;
  }
  return 0;
}

/**
 * Writes the peers below `root`, root first, into `into`. Returns how many, or -1 when they do not fit (a cycle, if
 * `into` has room for all peers). A peer with two links to it is written twice.
 */
export function collectPeers(words: Int32Array, { empty }: PeerStore, root: Address, into: Int32Array): number {
  if (root === empty || root === NIL) return 0;
  into[0] = root;
  let count = 1;
  for (let at = 0; at < count; at++) {
    const peer = wordAt(into, at);
    for (let side = 0; side < 2; side++) {
      const child = wordAt(words, side === 0 ? Peer.left(peer) : Peer.right(peer));
      if (child === empty || child === NIL) continue;
      if (count === into.length) return -1;
      into[count++] = child;
    }
  }
  return count;
}

/** The number, from 0, of the peer in its slab that holds the word at `address`; -1 if none does. O(1). */
export function peerIndex({ firstPeer, peerStride, peersMax }: PeerStore, address: Address): number {
  const offset = address - firstPeer;
  return offset >= 0 && offset < peerStride * peersMax ? Math.floor(offset / peerStride) : -1;
}

/** Is `address` where a peer of the slab starts? */
export function isPeer(pool: PeerStore, address: Address): boolean {
  return peerIndex(pool, address) !== -1 && (address - pool.firstPeer) % pool.peerStride === 0;
}

/** The peer that holds the word at `address`, which lies in the slab. */
export function peerOf(pool: PeerStore, address: Address): Address {
  return pool.firstPeer + peerIndex(pool, address) * pool.peerStride;
}

/** The peer's name, as the heap gives it. */
export function peerName(pool: PeerStore, peer: Address): string {
  if (peer === pool.empty) return "empty";
  return isPeer(pool, peer) ? `peer#${peerIndex(pool, peer) + 1}` : `word ${peer}`;
}

/** Peers of detached trees that wait for the deferred collector, or were left by it. */
export function detachedPeers(words: Int32Array, pool: PeerStore): readonly Address[] {
  if (pool.gcQueue === undefined) return [];
  const seen = new Set<Address>();
  const below = new Int32Array(pool.peersMax);
  for (
    let at = wordAt(words, GcQueue.head(pool.gcQueue));
    at !== NIL && !seen.has(at);
    at = wordAt(words, Peer.gcNext(at))
  ) {
    seen.add(at);
    const count = collectPeers(words, pool, at, below);
    for (const peer of below.subarray(0, Math.max(0, count))) seen.add(peer);
  }
  return [...seen];
}
