import * as fc from "fast-check";
import { expect, test } from "vitest";
import type { PeerAddress } from "#model/peers/peer-address.ts";
import { type Access, NIL } from "../memory/access.ts";
import { createHeap } from "../memory/heap.ts";
import { recorded } from "../memory/recorded.ts";
import { runAlone } from "../memory/sequential.ts";
import { Slab } from "../memory/slab.ts";
import { advanceClock, placeClock } from "../sync/jiffies.ts";
import { DEAD } from "../sync/refcount.ts";
import { collectDetached, invalidateTree } from "./invalidate.ts";
import { Peer } from "./layout.ts";
import { defaultLimits } from "./limits.ts";
import { findPeer as findPeerInOrder, getPeer as getPeerInOrder, putPeer } from "./lookup.ts";
import { createOptimisticPool, findPeer, getPeer, markAllDead } from "./optimistic-pool.ts";
import { createPeerPool } from "./create-pool.ts";

const v4 = (word: number): PeerAddress => ({ family: "v4", words: [word] });
const v6 = (...words: number[]): PeerAddress => ({ family: "v6", words });

const LONG_TICKS = 1000;

function setUp(peersMax = 20) {
  const heap = createHeap(100 + 14 * (peersMax + 1));
  const clock = placeClock(heap, 1000);
  const pool = createOptimisticPool(heap, clock, {
    limits: defaultLimits(2 ** 30, 1),
    peersMax,
    firstIdentifier: () => 0,
  });
  markAllDead(heap, pool);
  const run = <T>(procedure: Access<T>): T => runAlone(heap, procedure);
  return {
    heap,
    pool,
    run,
    create: (address: PeerAddress) => run(getPeer(pool, address)),
    find: (address: PeerAddress) => run(findPeer(pool, address)),
    put: (peer: number) => run(putPeer(pool, peer)),
    advance: (ticks: number) => run(advanceClock(clock, ticks)),
    word: (address: number) => heap.words[address] ?? 0,
    log(procedure: Access<unknown>): string[] {
      const log: string[] = [];
      run(recorded(procedure, log));
      return log;
    },
  };
}

/** The procedure, with a disturbance before access number `at`, from 0. */
function* disturbed<T>(procedure: Access<T>, at: number, disturb: () => void): Access<T> {
  let step = procedure.next(0);
  for (let access = 0; step.done !== true; access++) {
    if (access === at) disturb();
    step = procedure.next(yield step.value);
  }
  return step.value;
}

test("a hit reads a word for each link and address on its way, takes a reference, and rereads the address", () => {
  const { create, pool, log, word } = setUp();
  create(v4(2));
  const peer = create(v4(1));
  const way = ["readOnce", "readOnce", "readOnce", "readOnce"]; // the root's link and address, then the left ones
  expect(log(findPeer(pool, v4(1)))).toEqual([
    "rcuReadLock",
    ...way,
    "readOnce",
    "cmpxchg",
    "readOnce",
    "rcuReadUnlock",
  ]);
  expect(log(getPeer(pool, v4(1)))).toEqual([
    "rcuReadLock",
    ...way,
    "readOnce",
    "cmpxchg",
    "readOnce",
    "rcuReadUnlock",
  ]);
  expect(word(Peer.refcount(peer))).toBe(3);
});

test("a miss proves nothing: a creating search continues under the lock, another by the sequence", () => {
  const { create, pool, log } = setUp();
  create(v4(2));
  const missed = ["rcuReadLock", "readOnce", "readOnce", "readOnce", "rcuReadUnlock"];
  expect(log(findPeer(pool, v4(1))).slice(0, 7)).toEqual([...missed, "rcuReadLock", "awaitEqual"]);
  expect(log(getPeer(pool, v4(1))).slice(0, 6)).toEqual([...missed, "spinLock"]);
});

test("addresses are distinguished by every word, whichever decides", () => {
  const { create, find, word } = setUp();
  const root = create(v6(5, 5, 5, 5));
  const others = [v6(5, 5, 5, 4), v6(5, 5, 6, 0), v6(5, 4, 9, 9), v6(0x80000000, 0, 0, 0)].map(create);
  expect(new Set([root, ...others]).size).toBe(5);
  expect(find(v6(5, 5, 6, 0))).toBe(others[1]);
  expect(find(v6(5, 4, 9, 9))).toBe(others[2]);
  expect([v6(5, 5, 5, 6), v6(5, 5, 6, 1), v6(6, 5, 5, 5)].map(find)).toEqual([NIL, NIL, NIL]);
  expect(find(v4(5))).toBe(NIL);
  expect(word(Peer.refcount(root))).toBe(1);
});

test("every peer of a tree at rest is found without the search in order, whatever words addresses share", () => {
  const address = fc.oneof(
    fc.integer({ min: 0, max: 30 }).map(v4),
    fc
      .tuple(
        fc.constantFrom(1, 0x80000001),
        fc.integer({ min: 0, max: 1 }),
        fc.constantFrom(0, 0xffffffff),
        fc.integer({ min: 0, max: 3 }),
      )
      .map((words) => v6(...words)),
  );
  fc.assert(
    fc.property(fc.array(address, { maxLength: 20 }), (addresses) => {
      const { create, pool, log } = setUp();
      const peers = addresses.map(create);
      for (const [index, one] of addresses.entries()) {
        expect(log(findPeer(pool, one))).not.toContain("awaitEqual");
        expect(create(one)).toBe(peers[index]);
      }
    }),
    { seed: 6, numRuns: 200 },
  );
});

test("the search gives up after linksMax links, and leaves the rest to the ordered search", () => {
  const { create, pool, log } = setUp();
  for (const word of [4, 2, 6, 7]) create(v4(word));
  const within = (linksMax: number): string[] =>
    log(findPeer({ ...pool, limits: { ...pool.limits, linksMax } }, v4(7)));
  expect(within(3)).not.toContain("awaitEqual");
  expect(within(2).slice(0, 8)).toEqual([
    "rcuReadLock",
    "readOnce",
    "readOnce",
    "readOnce",
    "readOnce",
    "readOnce",
    "rcuReadUnlock",
    "rcuReadLock",
  ]);
});

test("an idle peer is taken; a dead one is not, nor one whose count has changed meanwhile", () => {
  const { heap, create, put, find, pool, run, word } = setUp();
  const peer = create(v4(1));
  put(peer);
  expect(find(v4(1))).toBe(peer);
  const refcount = Peer.refcount(peer);
  const BEFORE_CMPXCHG = 4;
  const dies = disturbed(findPeer(pool, v4(1)), BEFORE_CMPXCHG, () => {
    heap.words[refcount] = DEAD;
  });
  expect(run(dies)).toBe(NIL);
  expect(word(refcount)).toBe(DEAD);
  heap.words[refcount] = 1;
  const isTaken = disturbed(findPeer(pool, v4(1)), BEFORE_CMPXCHG, () => {
    heap.words[refcount] = 5;
  });
  expect(run(isTaken)).toBe(peer);
  expect(word(refcount)).toBe(6);
});

for (const [family, address, other] of [
  ["IPv4", v4(1), Peer.address],
  ["IPv6", v6(1, 2, 3, 4), Peer.addressRest],
] as const) {
  test(`a peer whose address has changed when it is taken is given back, and the search restarts: ${family}`, () => {
    const { heap, create, pool, run, word } = setUp();
    const peer = create(address);
    const addressReads = family === "IPv4" ? 1 : 4;
    const found = run(
      disturbed(findPeer(pool, address), 3 + addressReads, () => {
        heap.words[other(peer)] = 77;
      }),
    );
    expect(found).toBe(NIL);
    expect(word(Peer.refcount(peer))).toBe(1);
  });
}

test("peer memory is marked dead before its first peer, and after each", () => {
  const { create, put, advance, run, pool, word, find } = setUp(3);
  const counts = (): number[] =>
    [0, 1, 2].map((index) => word(Peer.refcount(pool.firstPeer + index * pool.peerStride)));
  expect(counts()).toEqual([DEAD, DEAD, DEAD]);
  const root = create(v4(2));
  const leaf = create(v4(1));
  put(leaf);
  put(root);
  advance(LONG_TICKS);
  const collector = create(v4(0));
  expect(find(v4(2))).toBe(NIL);
  expect(counts()).toEqual([DEAD, DEAD, 1]);
  run(invalidateTree(pool, "v4"));
  put(collector);
  run(collectDetached(pool));
  expect(counts()).toEqual([DEAD, DEAD, DEAD]);
  expect(word(Slab.live(pool.peers))).toBe(0);
});

test("the links of a peer are cleared, and a grace period passes, before its memory is free", () => {
  const { create, put, run, pool, word, log } = setUp();
  const root = create(v4(2));
  put(create(v4(1)));
  run(invalidateTree(pool, "v4"));
  put(root);
  expect(log(pool.freePeer(root))).toEqual(["cmpxchg", "writeOnce", "writeOnce", "callRcu"]);
  expect([word(Peer.left(root)), word(Peer.right(root))]).toEqual([pool.empty, pool.empty]);
});

test("sequentially, it returns the same results as the pool of 2012", () => {
  const operation = fc.oneof(
    fc.record({
      kind: fc.constantFrom("create" as const, "find" as const, "put" as const),
      word: fc.integer({ min: 0, max: 9 }),
    }),
    fc.record({ kind: fc.constantFrom("advance" as const, "invalidate" as const), word: fc.constantFrom(1, 90, 150) }),
  );
  const results = (
    operations: readonly { readonly kind: string; readonly word: number }[],
    isOptimistic: boolean,
  ): unknown[] => {
    const heap = createHeap(800);
    const clock = placeClock(heap, -50);
    const options = {
      limits: { ...defaultLimits(2 ** 30, 1), ttlMinTicks: 10, ttlMaxTicks: 100, threshold: 5 },
      peersMax: 40,
      firstIdentifier: () => 0,
    };
    const pool = isOptimistic ? createOptimisticPool(heap, clock, options) : createPeerPool(heap, clock, options);
    const [find, get] = isOptimistic ? [findPeer, getPeer] : [findPeerInOrder, getPeerInOrder];
    const held = new Map<number, number[]>();
    return operations.map(({ kind, word }) => {
      if (kind === "advance") return runAlone(heap, advanceClock(clock, word));
      if (kind === "invalidate") return runAlone(heap, invalidateTree(pool, "v4"));
      const mine = held.get(word) ?? [];
      held.set(word, mine);
      if (kind === "put") {
        const peer = mine.pop();
        return peer === undefined ? "none" : runAlone(heap, putPeer(pool, peer));
      }
      const peer = runAlone(heap, (kind === "create" ? get : find)(pool, v4(word)));
      if (peer !== NIL) mine.push(peer);
      return peer !== NIL;
    });
  };
  fc.assert(
    fc.property(fc.array(operation, { maxLength: 60 }), (operations) => {
      expect(results(operations, true)).toEqual(results(operations, false));
    }),
    { seed: 5, numRuns: 300 },
  );
});
