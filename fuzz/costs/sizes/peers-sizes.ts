/** Sizes of the peer pools, generation by generation: the layout of a peer, and lookups measured by running them. */
import type { Access, Address } from "#impl/memory/access.ts";
import { createHeap, type Heap } from "#impl/memory/heap.ts";
import { runAlone } from "#impl/memory/sequential.ts";
import { ListedPeer, Peer } from "#impl/peers/layout.ts";
import { defaultListLimits } from "#impl/peers/list-limits.ts";
import { defaultLimits } from "#impl/peers/limits.ts";
import { findPeer, getPeer } from "#impl/peers/lookup.ts";
import {
  createOptimisticPool,
  findPeer as findOptimistically,
  getPeer as getOptimistically,
} from "#impl/peers/optimistic-pool.ts";
import { createPeerPool } from "#impl/peers/create-pool.ts";
import type { PeerPool, PeerPoolOptions } from "#impl/peers/pool.ts";
import { createRcuListPool, findPeer as findLockless, getPeer as getLockless } from "#impl/peers/rcu-list-pool.ts";
import { createRwlockPool, findPeer as findReadLocked, getPeer as getReadLocked } from "#impl/peers/rwlock-pool.ts";
import { type Clock, placeClock } from "#impl/sync/jiffies.ts";
import type { AddressFamily, PeerAddress } from "#model/peers/peer-address.ts";
import { cacheLinesTouched } from "./cache-lines.ts";
import type { SizeRow } from "#reports/lookup-costs.ts";
import { WORD_BYTES } from "./byte-sizes.ts";

/**
 * Each peer on the way is a line, besides the base of the tree, and its sequence or the unused list if they are read.
 */
const LOOKUP = "a hit, the second peer on the way";

const KERNEL_2012 = "Linux 3.5 include/net/inetpeer.h, struct inet_peer, 64-bit, with metrics, path MTU and redirect";

const MEMORY_BYTES = 2 ** 30;
const options = { peersMax: 3, firstIdentifier: () => 0 };

export const peersSizes: readonly SizeRow[] = [
  {
    system: "peers-rwlock",
    record: "peer",
    bytes: ListedPeer.words * WORD_BYTES,
    lookup: LOOKUP,
    cacheLines: linesOfRwlock(),
    kernelBytes: 64,
    kernelSource: "Linux 2.6.36 include/net/inetpeer.h, struct inet_peer, 64-bit",
  },
  {
    system: "peers-rcu-list",
    record: "peer",
    bytes: ListedPeer.words * WORD_BYTES,
    lookup: LOOKUP,
    cacheLines: linesOfRcuList(),
    kernelBytes: 80,
    kernelSource: "the same with struct rcu_head; aligned to cache lines it would take 128",
  },
  {
    system: "peers",
    record: "peer",
    bytes: Peer.words * WORD_BYTES,
    lookup: `${LOOKUP}, IPv6`,
    cacheLines: linesOfPath(createPeerPool, findPeer, getPeer),
    kernelBytes: 184,
    kernelSource: KERNEL_2012,
  },
  {
    system: "peers-optimistic",
    record: "peer",
    bytes: Peer.words * WORD_BYTES,
    lookup: `${LOOKUP}, IPv6`,
    cacheLines: linesOfPath(createOptimisticPool, findOptimistically, getOptimistically),
    kernelBytes: 184,
    kernelSource: KERNEL_2012,
  },
];

/** A root, and the peers below it, left and right. */
function addresses(family: AddressFamily): readonly [PeerAddress, PeerAddress, PeerAddress] {
  const address = (word: number): PeerAddress => ({ family, words: family === "v4" ? [word] : [0, 0, 0, word] });
  return [address(2), address(1), address(3)];
}

function setUp(): { readonly heap: Heap; readonly clock: Clock } {
  const heap = createHeap(200);
  return { heap, clock: placeClock(heap, 0) };
}

function linesOfRwlock(): number {
  const { heap, clock } = setUp();
  const pool = createRwlockPool(heap, clock, { ...options, limits: defaultListLimits(MEMORY_BYTES, 1) });
  const [root, left, right] = addresses("v4");
  for (const address of [root, left, right]) runAlone<Address>(heap, getReadLocked(pool, address));
  return cacheLinesTouched(heap, findReadLocked(pool, right));
}

function linesOfRcuList(): number {
  const { heap, clock } = setUp();
  const pool = createRcuListPool(heap, clock, { ...options, limits: defaultListLimits(MEMORY_BYTES, 1) });
  const [root, left, right] = addresses("v4");
  for (const address of [root, left, right]) runAlone<Address>(heap, getLockless(pool, address));
  return cacheLinesTouched(heap, findLockless(pool, right));
}

/** A pool of 2012, IPv6, with the search of one generation. */
function linesOfPath(
  createPool: (heap: Heap, clock: Clock, options: PeerPoolOptions) => PeerPool,
  findPeer: (pool: PeerPool, address: PeerAddress) => Access<Address>,
  getPeer: (pool: PeerPool, address: PeerAddress) => Access<Address>,
): number {
  const { heap, clock } = setUp();
  const pool = createPool(heap, clock, { ...options, limits: defaultLimits(MEMORY_BYTES, 1) });
  const [root, left, right] = addresses("v6");
  for (const address of [root, left, right]) runAlone<Address>(heap, getPeer(pool, address));
  return cacheLinesTouched(heap, findPeer(pool, right));
}
