/**
 * The abstraction function of the peer pools: checks memory at rest against a state of the model.
 *
 * - A tree has exactly one peer for each attached record of its family; one that may have been collected, and that no
 *   thread holds, may be missing. Each has its record's count, identifier, time of last use and rate limiter.
 * - A record hidden by an invalidation is a peer outside the trees, as long as it is held.
 * - All other memory is free, except peers of detached trees that wait for the deferred collector. In the pool with the
 *   optimistic search, free memory is marked dead and has no links.
 */
import { type Address, NIL } from "#impl/memory/access.ts";
import { Slab } from "#impl/memory/slab.ts";
import { wordAt } from "#impl/memory/word.ts";
import { addressWord, Peer } from "#impl/peers/layout.ts";
import type { PeerStore } from "#impl/peers/store.ts";
import { DEAD } from "#impl/sync/refcount.ts";
import type { PeersState } from "#model/peers/peers.ts";
import { collectPeers, detachedPeers, peerName } from "#properties/peers/peer-tree.ts";
import type { Settled } from "#properties/linearizability/operation-history.ts";
import type { MemoryAtRest } from "../system-definition.ts";
import { chainOf } from "#properties/chain.ts";

type PeerRecord = PeersState["records"][number];

/** The layout of a peer, which differs between generations. */
export interface PeerWords {
  /** Whether times of last use, and the rate limiter, are written without a lock. */
  readonly hasLimiter: boolean;
  /** Whether free memory is cleared before it can be reused. */
  readonly clearsFreed: boolean;
}

export function settlePeers(
  state: PeersState,
  pool: PeerStore,
  memory: MemoryAtRest,
  meaning: PeerWords,
): Settled<PeersState> {
  const { words } = memory;
  if (words[pool.jiffies] !== state.now)
    return { because: `it is ${state.now}, and the clock shows ${words[pool.jiffies]}` };
  const unclaimed = new Set(pool.trees.flatMap((tree) => peersBelow(words, pool, wordAt(words, tree.root))));
  const inTrees = unclaimed.size;
  const records: PeerRecord[] = [];
  let detached = 0;
  for (const record of state.records) {
    const peer = memory.objectOf(record.identity);
    const isInTree = peer !== NIL && unclaimed.delete(peer);
    if (!isInTree && record.attached && record.references === 0 && record.mayVanish) continue;
    if (isInTree !== record.attached)
      return {
        because: `${nameOf(record)} is ${isInTree ? "" : "not "}in a tree, and should ${isInTree ? "not " : ""}be`,
      };
    if (peer === NIL) return { because: `${nameOf(record)} was freed, and is still held` };
    const because = differenceOf(words, pool, record, peer, state.now, meaning);
    if (because !== undefined) return { because };
    if (!isInTree) detached++;
    records.push(record);
  }
  const [extra] = unclaimed;
  if (extra !== undefined) return { because: `${peerName(pool, extra)} is in a tree, and should not be` };
  const because = memoryDifference(words, pool, inTrees + detached, meaning);
  // A release at rest can only have recorded the present time.
  return because === undefined ? { state: { ...state, records, clock: [state.now] } } : { because };
}

function nameOf({ identity, address }: PeerRecord): string {
  return `peer ${identity}, of ${address.family} ${address.words.join(".")},`;
}

/** The first difference between the peer's words and its record. */
function differenceOf(
  words: Int32Array,
  pool: PeerStore,
  record: PeerRecord,
  peer: Address,
  now: number,
  { hasLimiter }: PeerWords,
): string | undefined {
  const differs = (what: string, found: number, wanted: string | number): string =>
    `${nameOf(record)} has ${what} ${found} at ${peerName(pool, peer)}, and should have ${wanted}`;
  for (const [i, word] of record.address.words.entries()) {
    const found = wordAt(words, addressWord(peer, i)) >>> 0;
    if (found !== word) return differs(`address word ${i}`, found, word);
  }
  const refcount = wordAt(words, Peer.refcount(peer));
  if (refcount !== record.references) return differs("the count", refcount, record.references);
  const identifier = wordAt(words, Peer.identifier(peer)) & 0xffff;
  if (identifier !== record.identifier) return differs("the identifier", identifier, record.identifier);
  const { releasedAt } = record;
  const dtime = wordAt(words, Peer.dtime(peer));
  const isIdle = record.references === 0 && releasedAt !== undefined;
  if (isIdle && (((dtime - releasedAt) | 0) < 0 || ((now - dtime) | 0) < 0))
    return differs("the time of last use", dtime, `${releasedAt} to ${now}`);
  if (!hasLimiter) return undefined;
  const emptySince = wordAt(words, Peer.emptySince(peer));
  const wanted = (record.tokensAt - record.tokens) | 0;
  return emptySince === wanted ? undefined : differs("a limiter that is empty since", emptySince, wanted);
}

function peersBelow(words: Int32Array, pool: PeerStore, root: Address): readonly Address[] {
  const peers = new Int32Array(pool.peersMax);
  const count = collectPeers(words, pool, root, peers);
  return [...peers.subarray(0, Math.max(0, count))];
}

/** Checks the number of allocated peers, and that the rest of the memory looks like free memory. */
function memoryDifference(
  words: Int32Array,
  pool: PeerStore,
  alive: number,
  { clearsFreed }: PeerWords,
): string | undefined {
  const live = wordAt(words, Slab.live(pool.peers));
  const waiting = detachedPeers(words, pool).filter((peer) => words[Peer.refcount(peer)] === 0).length;
  if (live !== alive + waiting)
    return `${live} peers are allocated, and ${alive} are in use, ${waiting} wait for the deferred collector`;
  return clearsFreed ? livingAmongTheFree(words, pool) : undefined;
}

function livingAmongTheFree(words: Int32Array, pool: PeerStore): string | undefined {
  const { peers, empty } = pool;
  for (const peer of chainOf(words, Slab.head(peers), (free) => free, NIL)) {
    const refcount = wordAt(words, Peer.refcount(peer));
    if (refcount !== DEAD) return `${peerName(pool, peer)} is free, and its count is ${refcount}`;
    for (const side of [Peer.left(peer), Peer.right(peer)])
      if (words[side] !== empty) return `${peerName(pool, peer)} is free, and leads to word ${words[side]}`;
  }
  return undefined;
}
