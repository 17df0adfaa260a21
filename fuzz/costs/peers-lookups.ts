/**
 * The cost of a lookup in the generations of the peer pool: under a reader–writer lock, under RCU with a list of unused
 * peers, under RCU with collection on the path, and with an optimistic search first. Counted on the machine, one thread
 * alone in a tree of three peers.
 */
import { type Access, type Address, NIL } from "#impl/memory/access.ts";
import { createHeap, type Heap } from "#impl/memory/heap.ts";
import { defaultListLimits } from "#impl/peers/list-limits.ts";
import type { ListedPool, ListedPoolOptions } from "#impl/peers/listed-pool.ts";
import { defaultLimits } from "#impl/peers/limits.ts";
import { findPeer, getPeer, putPeer } from "#impl/peers/lookup.ts";
import {
  createOptimisticPool,
  findPeer as findOptimistically,
  getPeer as getOptimistically,
} from "#impl/peers/optimistic-pool.ts";
import { createPeerPool } from "#impl/peers/create-pool.ts";
import type { PeerPool, PeerPoolOptions } from "#impl/peers/pool.ts";
import { createRcuListPool, findPeer as findLockless, getPeer as getLockless } from "#impl/peers/rcu-list-pool.ts";
import { createRwlockPool, findPeer as findReadLocked, getPeer as getReadLocked } from "#impl/peers/rwlock-pool.ts";
import { putPeer as putListed } from "#impl/peers/unused-list.ts";
import { type Clock, placeClock } from "#impl/sync/jiffies.ts";
import type { PeerAddress } from "#model/peers/peer-address.ts";
import type { LookupCost } from "#reports/lookup-costs.ts";
import { accessCosts } from "./access-costs.ts";

/** A measured pool of one generation. */
interface Pool {
  readonly heap: Heap;
  readonly rwlocks: readonly Address[];
  create(address: PeerAddress): Access<Address>;
  find(address: PeerAddress): Access<Address>;
  put(peer: Address): Access<unknown>;
}

const PEERS_MAX = 3;
const TICKS_PER_SECOND = 1000;
const MEMORY_BYTES = 2 ** 30;

const v4 = (word: number): PeerAddress => ({ family: "v4", words: [word] });
const [ROOT, LEFT, RIGHT, ABSENT] = [v4(20), v4(10), v4(30), v4(25)];
const firstIdentifier = (): number => 0;

const GENERATIONS: readonly { readonly system: string; place(): Pool }[] = [
  {
    system: "peers-rwlock",
    place: () => placeListed(createRwlockPool, findReadLocked, getReadLocked, ({ v4 }) => [v4.lock]),
  },
  { system: "peers-rcu-list", place: () => placeListed(createRcuListPool, findLockless, getLockless, () => []) },
  { system: "peers", place: () => placeOnPath(createPeerPool, findPeer, getPeer) },
  { system: "peers-optimistic", place: () => placeOnPath(createOptimisticPool, findOptimistically, getOptimistically) },
];

/**
 * The lookups of each pool. `before` sets up the peers: all three are held when it begins.
 */
const LOOKUPS: readonly {
  readonly lookup: string;
  before?(pool: Pool, peers: readonly Address[]): Access;
  measured(pool: Pool, peers: readonly Address[]): Access<unknown>;
}[] = [
  { lookup: "a hit, the peer in use", measured: ({ find }) => find(ROOT) },
  {
    lookup: "a hit, the peer idle between others",
    *before({ put }, [root = NIL, left = NIL, right = NIL]) {
      yield* put(left);
      yield* put(root);
      yield* put(right);
    },
    measured: ({ find }) => find(ROOT),
  },
  { lookup: "a miss that creates nothing", measured: ({ find }) => find(ABSENT) },
  { lookup: "the last release", measured: ({ put }, [root = NIL]) => put(root) },
];

/** A row for each lookup of each generation, the lookups side by side. */
export function peersLookupCosts(): readonly LookupCost[] {
  return LOOKUPS.flatMap(({ lookup, before, measured }) =>
    GENERATIONS.map(({ system, place }) => {
      const pool = place();
      const peers: Address[] = [];
      const costs = accessCosts({
        name: `${system}, ${lookup}`,
        heap: pool.heap,
        rwlocks: pool.rwlocks,
        *setUp() {
          for (const address of [ROOT, LEFT, RIGHT]) {
            const peer = yield* pool.create(address);
            peers.push(peer);
          }
          if (before !== undefined) yield* before(pool, peers);
        },
        *body() {
          yield* measured(pool, peers);
        },
      });
      return { system, lookup, ...costs };
    }),
  );
}

function placeListed(
  createPool: (heap: Heap, clock: Clock, options: ListedPoolOptions) => ListedPool,
  findPeer: (pool: ListedPool, address: PeerAddress) => Access<Address>,
  getPeer: (pool: ListedPool, address: PeerAddress) => Access<Address>,
  rwlocksOf: (pool: ListedPool) => readonly Address[],
): Pool {
  const heap = createHeap(200);
  const pool = createPool(heap, placeClock(heap, 0), {
    limits: defaultListLimits(MEMORY_BYTES, TICKS_PER_SECOND),
    peersMax: PEERS_MAX,
    firstIdentifier,
  });
  return {
    heap,
    rwlocks: rwlocksOf(pool),
    create: (address) => getPeer(pool, address),
    find: (address) => findPeer(pool, address),
    put: (peer) => putListed(pool, peer),
  };
}

function placeOnPath(
  createPool: (heap: Heap, clock: Clock, options: PeerPoolOptions) => PeerPool,
  findPeer: (pool: PeerPool, address: PeerAddress) => Access<Address>,
  getPeer: (pool: PeerPool, address: PeerAddress) => Access<Address>,
): Pool {
  const heap = createHeap(200);
  const pool = createPool(heap, placeClock(heap, 0), {
    limits: defaultLimits(MEMORY_BYTES, TICKS_PER_SECOND),
    peersMax: PEERS_MAX,
    firstIdentifier,
  });
  return {
    heap,
    rwlocks: [],
    create: (address) => getPeer(pool, address),
    find: (address) => findPeer(pool, address),
    put: (peer) => putPeer(pool, peer),
  };
}
