/** The protocols of the peer pools. */
import type { PeerAddress } from "#model/peers/peer-address.ts";
import { type Access, type Address, assertHolds, NIL, read, readOnce, write, writeOnce } from "#impl/memory/access.ts";
import { type Heap, place } from "#impl/memory/heap.ts";
import { struct } from "#impl/memory/struct.ts";
import { createPeerPool } from "#impl/peers/create-pool.ts";
import { Peer } from "#impl/peers/layout.ts";
import { findPeer, getPeer, getPeerLocked, putPeer } from "#impl/peers/lookup.ts";
import {
  createOptimisticPool,
  findPeer as findOptimistically,
  getPeer as getOptimistically,
  markAllDead,
} from "#impl/peers/optimistic-pool.ts";
import type { PeerPool, PeerPoolOptions } from "#impl/peers/pool.ts";
import { allowPeer } from "#impl/peers/token-bucket.ts";
import { advanceClock, type Clock, placeClock } from "#impl/sync/jiffies.ts";
import { type Protocol, protocol } from "./protocol.ts";

const NOW = 1000;
const TIMEOUT = 10;
const LONG = 150;

const options: PeerPoolOptions = {
  limits: {
    threshold: 100,
    ttlMinTicks: 10,
    ttlMaxTicks: 100,
    gcDelayTicks: 5,
    ticksPerSecond: 1,
    linksMax: 10,
    burstFactor: 2,
  },
  peersMax: 6,
  firstIdentifier: () => 5,
};

const address = (number: number): PeerAddress => ({ family: "v4", words: [number] });

const Holding = struct("holding", { peer: 1, grants: 1 });

interface Placed {
  readonly pool: PeerPool;
  readonly clock: Clock;
  readonly holding: Address;
}

function placePool(heap: Heap, create: (heap: Heap, clock: Clock, options: PeerPoolOptions) => PeerPool): Placed {
  const clock = placeClock(heap, NOW);
  return { pool: create(heap, clock, options), clock, holding: place(heap, Holding, "holding") };
}

/** Creates a held peer with a full limiter. */
function* hold({ pool, holding }: Placed): Access {
  const peer = yield* getPeer(pool, address(1));
  yield write(Holding.peer(holding), peer);
}

const limiter = protocol("peers", "limiter", "two callers of one limiter while the clock moves", (heap) => {
  const placed = placePool(heap, createPeerPool);
  const { pool, clock, holding } = placed;
  const ask = function* (): Access {
    const peer = yield read(Holding.peer(holding));
    const isAllowed = yield* allowPeer(pool, peer, TIMEOUT);
    yield assertHolds(isAllowed, "tokens are counted by a clock no older than the bucket's");
  };
  return {
    *setUp() {
      yield* hold(placed);
      // One grant is left; the clock provides the other.
      const peer = yield read(Holding.peer(holding));
      yield writeOnce(Peer.emptySince(peer), NOW - TIMEOUT);
    },
    threads: {
      *first() {
        yield* advanceClock(clock, TIMEOUT);
        yield* ask();
      },
      *second() {
        const peer = yield read(Holding.peer(holding));
        const spent = yield readOnce(Peer.emptySince(peer));
        const isAllowed = yield* allowPeer(pool, peer, TIMEOUT);
        // A caller that finds the bucket as the first left it counts with the clock that the first read.
        yield assertHolds(
          isAllowed || spent === NOW - TIMEOUT,
          "tokens are counted by a clock no older than the bucket's",
        );
      },
    },
  };
});

const publication = protocol("peers", "insert-lookup", "a peer is created while another thread looks it up", (heap) => {
  const placed = placePool(heap, createPeerPool);
  const { pool } = placed;
  return {
    threads: {
      *creator() {
        yield* getPeer(pool, address(1));
      },
      *reader() {
        const peer = yield* findPeer(pool, address(1));
        if (peer === NIL) return;
        const identifier = yield read(Peer.identifier(peer));
        yield assertHolds(identifier === 5, "a lookup sees the initial contents of a peer");
        yield* putPeer(pool, peer);
      },
    },
  };
});

const optimistic = protocol(
  "peers-optimistic",
  "insert-optimistic-lookup",
  "as insert-lookup, by unordered loads",
  (heap) => {
    const clock = placeClock(heap, NOW);
    const pool = createOptimisticPool(heap, clock, options);
    markAllDead(heap, pool);
    return {
      threads: {
        *creator() {
          yield* getOptimistically(pool, address(1));
        },
        *reader() {
          const peer = yield* findOptimistically(pool, address(1));
          if (peer === NIL) return;
          const identifier = yield read(Peer.identifier(peer));
          yield assertHolds(identifier === 5, "a lookup sees the initial contents of a peer");
        },
      },
    };
  },
);

const collection = protocol("peers", "put-collect", "a recently used peer is not collected", (heap) => {
  const placed = placePool(heap, createPeerPool);
  const { pool, clock, holding } = placed;
  return {
    setUp: () => hold(placed),
    threads: {
      *user() {
        const peer = yield read(Holding.peer(holding));
        yield* advanceClock(clock, LONG);
        yield* putPeer(pool, peer);
      },
      *creator() {
        const made = yield* getPeerLocked(pool, address(2));
        const peer = yield read(Holding.peer(holding));
        const refcount = yield readOnce(Peer.refcount(peer));
        yield assertHolds(made !== NIL && refcount >= 0, "a recently used peer is not collected");
      },
    },
  };
});

export const peersProtocols: readonly Protocol[] = [limiter, publication, optimistic, collection];
