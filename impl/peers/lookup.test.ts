import { expect, test } from "vitest";
import type { AddressFamily, PeerAddress } from "#model/peers/peer-address.ts";
import { type Access, NIL } from "../memory/access.ts";
import { createHeap } from "../memory/heap.ts";
import { recorded } from "../memory/recorded.ts";
import { runAlone } from "../memory/sequential.ts";
import { Slab } from "../memory/slab.ts";
import { DelayedWork, WORK_STATE } from "../sync/delayed-work.ts";
import { advanceClock, placeClock } from "../sync/jiffies.ts";
import { createPath, lookupLocked, removePeer } from "./avl.ts";
import { collectDetached, invalidateTree } from "./invalidate.ts";
import { GcQueue, Peer } from "./layout.ts";
import { defaultLimits, type PeerLimits } from "./limits.ts";
import { findPeer, getPeer, putPeer } from "./lookup.ts";
import { createPeerPool } from "./create-pool.ts";

const v4 = (word: number): PeerAddress => ({ family: "v4", words: [word] });
const v6 = (...words: number[]): PeerAddress => ({ family: "v6", words });

function setUp({ peersMax = 20, ...changed }: Partial<PeerLimits> & { peersMax?: number } = {}) {
  const heap = createHeap(100 + 14 * (peersMax + 1));
  const clock = placeClock(heap, 1000);
  const limits = { ...defaultLimits(2 ** 30, 1), ...changed };
  const pool = createPeerPool(heap, clock, { limits, peersMax, firstIdentifier: ({ words }) => words[0] ?? 0 });
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
    total: (family: AddressFamily) => heap.words[pool[family].total],
    live: () => heap.words[Slab.live(pool.peers)],
  };
}

test("an address that the pool lacks is not found, and is created on request", () => {
  const { find, create, total, word, pool } = setUp();
  expect(find(v4(7))).toBe(NIL);
  const peer = create(v4(7));
  expect(peer).not.toBe(NIL);
  expect(find(v4(7))).toBe(peer);
  expect(create(v4(7))).toBe(peer);
  expect(word(Peer.refcount(peer))).toBe(3);
  expect(total("v4")).toBe(1);
  expect([word(Peer.left(peer)), word(Peer.right(peer)), word(Peer.height(peer))]).toEqual([pool.empty, pool.empty, 1]);
  expect(word(Peer.identifier(peer))).toBe(7);
});

test("addresses order by unsigned words, and the first that differ decide", () => {
  const { create, word } = setUp();
  const root = create(v6(5, 5, 5, 5));
  const left = create(v6(5, 5, 5, 4));
  const right = create(v6(0x80000000, 0, 0, 0));
  expect([word(Peer.left(root)), word(Peer.right(root))]).toEqual([left, right]);
  const between = create(v6(5, 5, 6, 0));
  expect(word(Peer.left(right))).toBe(between);
});

test("each family has its own tree", () => {
  const { create, find, total } = setUp();
  const peer = create(v4(1));
  expect(find(v6(1, 0, 0, 0))).toBe(NIL);
  expect(create(v6(1, 0, 0, 0))).not.toBe(peer);
  expect([total("v4"), total("v6")]).toEqual([1, 1]);
});

test("a release notes the time, then drops the reference", () => {
  const { create, pool, advance, word, run } = setUp();
  const peer = create(v4(1));
  advance(23);
  const log: string[] = [];
  expect(run(recorded(putPeer(pool, peer), log))).toBe(1023);
  expect(word(Peer.dtime(peer))).toBe(1023);
  expect(word(Peer.refcount(peer))).toBe(0);
  expect(log).toEqual(["readOnce", "writeOnce", "smpMbBeforeAtomic", "atomicAdd"]);
});

test("an idle peer is found again", () => {
  const { create, find, put, word } = setUp();
  const peer = create(v4(1));
  put(peer);
  expect(find(v4(1))).toBe(peer);
  expect(word(Peer.refcount(peer))).toBe(1);
});

test("a search collects the peers on its path that were idle for the ttl, and no others", () => {
  const { create, find, put, advance, live, total } = setUp();
  const old = create(v4(20));
  const held = create(v4(10));
  const aside = create(v4(30));
  put(old);
  put(aside);
  advance(599);
  put(create(v4(5))); // one tick too early for 20, even in a tree of three: 600 s − 0 s
  expect(total("v4")).toBe(4);
  advance(1);
  create(v4(7)); // passes 20, 10 and 5; 30 is not on the way
  expect(total("v4")).toBe(4);
  expect(live()).toBe(4);
  expect([find(v4(20)), find(v4(10)), find(v4(30))]).toEqual([NIL, held, aside]);
});

test("a confirmed miss collects nothing", () => {
  const { create, put, find, advance, total } = setUp();
  put(create(v4(20)));
  advance(10_000);
  expect(find(v4(10))).toBe(NIL);
  expect(total("v4")).toBe(1);
});

test("a tree at its threshold gives up every idle peer on a path", () => {
  const { create, put, total, live } = setUp({ threshold: 2 });
  put(create(v4(20)));
  put(create(v4(10)));
  create(v4(5));
  expect([total("v4"), live()]).toEqual([1, 1]);
});

test("a creation without memory returns NIL and changes nothing, after a collection that may make room", () => {
  const { create, put, total, advance } = setUp({ peersMax: 1 });
  const only = create(v4(1));
  expect(create(v4(2))).toBe(NIL);
  expect(total("v4")).toBe(1);
  put(only);
  advance(10_000);
  // The collected peer's memory comes back only after a grace period.
  expect(create(v4(2))).toBe(NIL);
  expect(total("v4")).toBe(0);
  expect(create(v4(2))).not.toBe(NIL);
});

test("an invalidation hides all peers at once; the holders keep theirs until the collector finds them released", () => {
  const { create, find, put, pool, run, live, total, advance, word } = setUp();
  const held = create(v4(20));
  put(create(v4(10)));
  put(create(v4(30)));
  const other = create(v6(1, 2, 3, 4));
  run(invalidateTree(pool, "v4"));
  expect([find(v4(20)), find(v4(10)), total("v4"), live()]).toEqual([NIL, NIL, 0, 4]);
  expect(find(v6(1, 2, 3, 4))).toBe(other);
  expect(word(DelayedWork.state(pool.gcWork))).toBe(WORK_STATE.pending);
  expect(word(DelayedWork.expires(pool.gcWork))).toBe(1060);

  run(collectDetached(pool));
  expect(live()).toBe(2);
  expect(word(GcQueue.head(pool.gcQueue))).toBe(held);
  expect(word(GcQueue.tail(pool.gcQueue))).toBe(held);
  expect(word(Peer.refcount(held))).toBe(1);
  put(held);
  run(collectDetached(pool));
  expect(live()).toBe(1);
  expect(word(GcQueue.head(pool.gcQueue))).toBe(NIL);
  expect(advance(1)).toBe(1001);
});

test("an address can be created anew beside the peer that a holder kept", () => {
  const { create, pool, run } = setUp();
  const before = create(v4(20));
  run(invalidateTree(pool, "v4"));
  const after = create(v4(20));
  expect(after).not.toBe(before);
});

test("an invalidation of an empty tree requests no work", () => {
  const { pool, run, word } = setUp();
  run(invalidateTree(pool, "v4"));
  expect(word(DelayedWork.state(pool.gcWork))).toBe(WORK_STATE.idle);
  run(collectDetached(pool)); // and a collector without work does nothing
  expect(word(DelayedWork.state(pool.gcWork))).toBe(WORK_STATE.idle);
});

test("several detached trees queue up, and those still held go back to the front", () => {
  const { create, put, pool, run, word, live } = setUp();
  const first = create(v4(1));
  run(invalidateTree(pool, "v4"));
  const second = create(v4(2));
  run(invalidateTree(pool, "v4"));
  const third = create(v6(1, 1, 1, 1));
  run(invalidateTree(pool, "v6"));
  const queue = () => {
    const peers: number[] = [];
    for (let peer = word(GcQueue.head(pool.gcQueue)); peer !== NIL; peer = word(Peer.gcNext(peer))) peers.push(peer);
    return peers;
  };
  expect(queue()).toEqual([first, second, third]);
  put(second);
  run(collectDetached(pool));
  expect(queue()).toEqual([first, third]);
  expect(word(GcQueue.tail(pool.gcQueue))).toBe(third);
  const fourth = create(v4(3));
  run(invalidateTree(pool, "v4"));
  expect(queue()).toEqual([first, third, fourth]);
  for (const peer of [first, third, fourth]) put(peer);
  run(collectDetached(pool));
  expect([queue(), live()]).toEqual([[], 0]);
});

test("held peers are queued before those queued while the collector ran", () => {
  const { create, put, pool, run, word } = setUp();
  const held = create(v4(1));
  run(invalidateTree(pool, "v4"));
  const late = create(v4(2));
  const collecting = collectDetached(pool);
  // Stops the collector between its two visits to the queue, by a flush in the middle of its first read of a count.
  const log: string[] = [];
  function* interrupted(): Access {
    let step = collecting.next(0);
    while (!step.done) {
      const found = yield step.value;
      log.push("access");
      if (log.length === 10) run(invalidateTree(pool, "v4"));
      step = collecting.next(found);
    }
  }
  run(interrupted());
  expect(word(GcQueue.head(pool.gcQueue))).toBe(held);
  expect(word(Peer.gcNext(held))).toBe(late);
  expect(word(GcQueue.tail(pool.gcQueue))).toBe(late);
  put(held);
});

test("a peer is not removed under a wrong address", () => {
  const { create, pool, run } = setUp();
  const peer = create(v4(1));
  expect(() => run(removePeer(pool, pool.v4, v4(2), peer, createPath(pool)))).toThrow(
    "a peer to be removed is found in the tree",
  );
});

test("a tree deeper than its bound is rejected by the writer, and given up on by the reader", () => {
  const { create, find, pool, run } = setUp({ linksMax: 3 });
  const peers = [4, 2, 6].map((word) => create(v4(word)));
  expect(find(v4(6))).toBe(peers[2]);
  const path = createPath(pool);
  expect(run(lookupLocked(pool, pool.v4, v4(7), path))).toBe(pool.empty);
  expect(path.length).toBe(3);
  create(v4(7));
  expect(() => create(v4(8))).toThrow("a path from the root fits into linksMax slots");
});

test("a reader follows linksMax links and no more", () => {
  const { heap, create, pool, find } = setUp({ linksMax: 3 });
  for (const word of [4, 2, 6, 7]) create(v4(word));
  expect(find(v4(7))).not.toBe(NIL); // the third peer on its way
  const smaller = { ...pool, limits: { ...pool.limits, linksMax: 2 } };
  expect(runAlone(heap, findPeer(smaller, v4(7)))).toBe(NIL);
});

test("a new peer's memory is written before it is linked in, by a release", () => {
  const { create, pool, run } = setUp();
  create(v4(1));
  const log: string[] = [];
  run(recorded(getPeer(pool, v4(2)), log));
  const published = log.indexOf("rcuAssignPointer");
  expect(log.slice(log.indexOf("allocate"), published)).toEqual([
    "allocate",
    "writeOnce",
    "write",
    "readOnce",
    "write",
    "writeOnce",
    "writeOnce",
    "write",
    "storeRelease",
  ]);
  expect(log.slice(0, 3)).toEqual(["rcuReadLock", "awaitEqual", "smpRmb"]);
});

test("a lookup without a lock: a section, the sequence before, the sequence after", () => {
  const { create, pool, run } = setUp();
  create(v4(1));
  const log: string[] = [];
  run(recorded(findPeer(pool, v4(2)), log));
  expect(log).toEqual([
    "rcuReadLock",
    "awaitEqual",
    "smpRmb",
    "rcuDereference",
    "read",
    "rcuDereference",
    "smpRmb",
    "readOnce",
    "rcuReadUnlock",
  ]);
  log.length = 0;
  run(recorded(findPeer(pool, v4(1)), log));
  expect(log).toEqual([
    "rcuReadLock",
    "awaitEqual",
    "smpRmb",
    "rcuDereference",
    "read",
    "readOnce",
    "cmpxchg",
    "rcuReadUnlock",
  ]);
});

test("the collector reads count, time and clock in this order, each behind a barrier", () => {
  const { create, put, pool, run } = setUp();
  put(create(v4(1)));
  const log: string[] = [];
  run(recorded(getPeer(pool, v4(2)), log));
  const count = log.lastIndexOf("smpRmb") - 2;
  expect(log.slice(count - 1, count + 4)).toEqual(["readOnce", "smpRmb", "readOnce", "smpRmb", "readOnce"]);
});

test("the deferred collector acquires the count it frees by", () => {
  const { create, put, pool, run } = setUp();
  put(create(v4(1)));
  run(invalidateTree(pool, "v4"));
  const log: string[] = [];
  run(recorded(collectDetached(pool), log));
  expect(log.slice(-2)).toEqual(["loadAcquire", "free"]);
});
