import { expect, test } from "vitest";
import { ACCESS, type Access, type AccessKind, type Address, NIL } from "#impl/memory/access.ts";
import { createHeap, nameOf } from "#impl/memory/heap.ts";
import { runAlone } from "#impl/memory/sequential.ts";
import { invalidateTree } from "#impl/peers/invalidate.ts";
import { addressWord, GcQueue, Peer, Sentinel } from "#impl/peers/layout.ts";
import { defaultLimits } from "#impl/peers/limits.ts";
import { getPeer, putPeer } from "#impl/peers/lookup.ts";
import { createPeerPool } from "#impl/peers/create-pool.ts";
import type { PeerPool } from "#impl/peers/pool.ts";
import { placeClock } from "#impl/sync/jiffies.ts";
import { avlWatcher } from "./avl.ts";
import { collectsWhenDueWatcher } from "./collects-when-due.ts";
import { evictsOnlyIdleWatcher } from "./evicts-only-idle.ts";
import { oneAddressOnceWatcher } from "./one-address-once.ts";
import {
  collectPeers,
  comparePeers,
  isPeer,
  peerIndex,
  peerName,
  peerOf,
  treeOfLock,
  treeOfPeer,
} from "./peer-tree.ts";
import { readerWalkWatcher } from "./reader-walk.ts";
import { type PeerHolders, refcountWatcher } from "./refcount.ts";
import { sentinelWatcher } from "./sentinel.ts";
import type { Watcher } from "../watcher.ts";

/** A pool with 20 at the root of the v4 tree, 10 and 30 below it, all held. */
function setUp() {
  const heap = createHeap(300);
  const clock = placeClock(heap, 1000);
  const limits = { ...defaultLimits(2 ** 30, 1), threshold: 10, ttlMinTicks: 10, ttlMaxTicks: 100, linksMax: 5 };
  const pool = createPeerPool(heap, clock, { limits, peersMax: 8, firstIdentifier: () => 0 });
  const run = <T>(procedure: Access<T>): T => runAlone(heap, procedure);
  const create = (word: number) => run(getPeer(pool, { family: "v4", words: [word] }));
  const [root, left, right] = [create(20), create(10), create(30)];
  return { words: heap.words, pool, run, create, root, left, right };
}

const unlocked = (watcher: Watcher, words: Int32Array, pool: PeerPool) =>
  watcher.unlocked?.(words, pool.v4.seqlock.lock);

/** Writes a word, and calls the watcher if it watches the word. */
function write(
  watcher: Watcher,
  words: Int32Array,
  address: Address,
  after: number,
  kind: AccessKind = ACCESS.writeOnce,
  thread = 0,
): string | undefined {
  const before = words[address] ?? 0;
  words[address] = after;
  return watcher.watches?.(address) === undefined
    ? undefined
    : watcher.accessed?.(words, { thread, kind, address, before, after });
}

/** Reads a word, and calls the watcher if it watches reads. */
function read(watcher: Watcher, words: Int32Array, address: Address, thread = 0): string | undefined {
  const value = words[address] ?? 0;
  return watcher.watches?.(address) === "accesses"
    ? watcher.accessed?.(words, { thread, kind: ACCESS.readOnce, address, before: value, after: value })
    : undefined;
}

// Functions the watchers read with.

test("peers are identified by their place in the slab", () => {
  const { pool, root, left } = setUp();
  expect([peerIndex(pool, root), peerIndex(pool, left)]).toEqual([0, 1]);
  expect(peerIndex(pool, Peer.emptySince(left))).toBe(1);
  expect([peerIndex(pool, pool.firstPeer - 1), peerIndex(pool, pool.firstPeer + 8 * pool.peerStride)]).toEqual([
    -1, -1,
  ]);
  expect([isPeer(pool, left), isPeer(pool, left + 1), isPeer(pool, pool.empty)]).toEqual([true, false, false]);
  expect(peerOf(pool, Peer.height(left))).toBe(left);
  expect([peerName(pool, left), peerName(pool, pool.empty), peerName(pool, 5)]).toEqual(["peer#2", "empty", "word 5"]);
});

test("a tree is identified by its lock, and by the peers in it", () => {
  const { words, pool, run, left } = setUp();
  expect([
    treeOfLock(pool, pool.v4.seqlock.lock),
    treeOfLock(pool, pool.v6.seqlock.lock),
    treeOfLock(pool, GcQueue.lock(pool.gcQueue)),
  ]).toEqual([pool.v4, pool.v6, undefined]);
  const other = run(getPeer(pool, { family: "v6", words: [1, 2, 3, 4] }));
  const below = run(getPeer(pool, { family: "v6", words: [1, 2, 3, 3] }));
  const above = run(getPeer(pool, { family: "v6", words: [1, 2, 3, 5] }));
  expect([left, other, below, above].map((peer) => treeOfPeer(words, pool, peer)?.family)).toEqual([
    "v4",
    "v6",
    "v6",
    "v6",
  ]);
  expect(comparePeers(words, pool.v6, below, other)).toBeLessThan(0);
  expect(comparePeers(words, pool.v6, other, other)).toBe(0);
});

test("the peers below a root are listed, those with two links twice, and a cycle has no end", () => {
  const { words, pool, root, left, right } = setUp();
  const into = new Int32Array(4);
  expect([collectPeers(words, pool, root, into), ...into]).toEqual([3, root, left, right, 0]);
  expect([collectPeers(words, pool, pool.empty, into), collectPeers(words, pool, NIL, into)]).toEqual([0, 0]);
  words[Peer.left(right)] = left;
  expect([collectPeers(words, pool, root, into), ...into]).toEqual([4, root, left, right, left]);
  words[Peer.left(left)] = root;
  expect(collectPeers(words, pool, root, into)).toBe(-1);
});

// avl

test("avl: quiet on a correct tree, and on other locks", () => {
  const { words, pool, create } = setUp();
  const watcher = avlWatcher(pool);
  for (const word of [5, 40, 50, 7]) {
    create(word);
    expect(unlocked(watcher, words, pool)).toBeUndefined();
  }
  words[pool.v4.total] = 99;
  expect(watcher.unlocked?.(words, pool.v6.seqlock.lock)).toBeUndefined();
  expect(watcher.unlocked?.(words, GcQueue.lock(pool.gcQueue))).toBeUndefined();
});

test("avl: fires at a peer on the wrong side", () => {
  const { words, pool, root, left, right } = setUp();
  words[Peer.left(root)] = right;
  words[Peer.right(root)] = left;
  expect(unlocked(avlWatcher(pool), words, pool)).toBe(
    "peer#3 stands before peer#1 in the v4 tree, and its address does not",
  );
  words[Peer.left(root)] = left;
  expect(unlocked(avlWatcher(pool), words, pool)).toBe(
    "peer#2 stands after peer#1 in the v4 tree, and its address does not",
  );
});

test("avl: fires at an order broken only by a grandchild", () => {
  const { words, pool, create, left } = setUp();
  const leaf = create(15);
  words[Peer.address(leaf)] = 25; // right of 10, and not left of 20
  expect(unlocked(avlWatcher(pool), words, pool)).toBe(
    "peer#4 stands before peer#1 in the v4 tree, and its address does not",
  );
  words[Peer.address(leaf)] = 10;
  expect(unlocked(avlWatcher(pool), words, pool)).toBe(
    `${peerName(pool, leaf)} stands after ${peerName(pool, left)} in the v4 tree, and its address does not`,
  );
});

test("avl: fires at a cycle and at a second way to a peer", () => {
  const { words, pool, root, left, right } = setUp();
  words[Peer.right(right)] = root;
  expect(unlocked(avlWatcher(pool), words, pool)).toContain("stands after");
  words[Peer.right(right)] = pool.empty;
  words[Peer.left(right)] = left;
  expect(unlocked(avlWatcher(pool), words, pool)).toContain("stands after");
});

test("avl: fires at a wrong height, at a loss of balance and at a wrong total", () => {
  const { words, pool, root, left, right, create } = setUp();
  words[Peer.height(root)] = 3;
  expect(unlocked(avlWatcher(pool), words, pool)).toBe("peer#1 has height 3, and its subtree is 2 high");
  words[Peer.height(root)] = 2;
  words[pool.v4.total] = 2;
  expect(unlocked(avlWatcher(pool), words, pool)).toBe("the v4 tree has 3 peers, and its total is 2");
  words[pool.v4.total] = 3;
  create(5);
  words[Peer.right(root)] = pool.empty;
  expect(unlocked(avlWatcher(pool), words, pool)).toBe(
    "peer#1 is out of balance: its left side is 2 high, its right side 0",
  );
  expect(left).not.toBe(right);
});

test("avl: fires at a link to a word that is no peer", () => {
  const { words, pool, left } = setUp();
  words[Peer.left(left)] = 5;
  expect(unlocked(avlWatcher(pool), words, pool)).toBe("a link of the v4 tree leads to word 5, which is no peer");
});

// one-address-once

test("one-address-once: fires at two peers of one address anywhere in a tree, and not across trees", () => {
  const { words, pool, run, left, right } = setUp();
  const watcher = oneAddressOnceWatcher(pool);
  run(getPeer(pool, { family: "v6", words: [20, 0, 0, 0] }));
  expect(unlocked(watcher, words, pool)).toBeUndefined();
  words[Peer.address(right)] = words[Peer.address(left)] ?? 0;
  expect(unlocked(watcher, words, pool)).toBe("peer#2 and peer#3 have one address, and both are in the v4 tree");
  expect(watcher.unlocked?.(words, pool.v6.seqlock.lock)).toBeUndefined();
  expect(watcher.unlocked?.(words, GcQueue.lock(pool.gcQueue))).toBeUndefined();
});

test("one-address-once: leaves a peer reached twice, and an endless tree, to other properties", () => {
  const { words, pool, root, left, right } = setUp();
  words[Peer.left(right)] = left;
  expect(unlocked(oneAddressOnceWatcher(pool), words, pool)).toBeUndefined();
  words[Peer.left(left)] = root;
  expect(unlocked(oneAddressOnceWatcher(pool), words, pool)).toBeUndefined();
});

// reader-walk

function startedReaderWalk(words: Int32Array, pool: PeerPool): Watcher {
  const watcher = readerWalkWatcher(pool);
  watcher.begin?.(words);
  return watcher;
}

test("reader-walk: quiet when a new peer is made and linked in", () => {
  const { words, pool, left } = setUp();
  const watcher = startedReaderWalk(words, pool);
  const peer = pool.firstPeer + 3 * pool.peerStride;
  expect(write(watcher, words, Peer.left(peer), pool.empty, ACCESS.write)).toBeUndefined();
  expect(write(watcher, words, Peer.right(peer), pool.empty, ACCESS.write)).toBeUndefined();
  expect(write(watcher, words, Peer.left(left), peer, ACCESS.rcuAssignPointer)).toBeUndefined();
});

test("reader-walk: fires at a link to a peer that was never made, or to a word that is no peer", () => {
  const { words, pool, left } = setUp();
  const peer = pool.firstPeer + 3 * pool.peerStride;
  expect(write(startedReaderWalk(words, pool), words, Peer.left(left), peer)).toBe(
    "a link is made to peer#4, which is no live peer",
  );
  expect(write(startedReaderWalk(words, pool), words, Peer.right(left), 5)).toBe(
    "a link is made to word 5, which is no live peer",
  );
});

test("reader-walk: a freed peer is alive again only when its memory holds a new peer", () => {
  const { words, pool, left, right } = setUp();
  const watcher = startedReaderWalk(words, pool);
  write(watcher, words, Peer.right(words[pool.v4.root] ?? 0), pool.empty);
  expect(watcher.freed?.(words, pool.peers, right)).toBeUndefined();
  expect(watcher.freed?.(words, pool.gcQueue, left)).toBeUndefined();
  expect(write(watcher, words, Peer.left(left), right)).toBe("a link is made to peer#3, which is no live peer");
  write(watcher, words, Peer.left(left), pool.empty);
  write(watcher, words, Peer.left(right), pool.empty, ACCESS.write);
  expect(write(watcher, words, Peer.left(left), right)).toBeUndefined();
});

test("reader-walk: fires at the next write of a link when a tree leads to freed memory", () => {
  const { words, pool, left, right } = setUp();
  const watcher = startedReaderWalk(words, pool);
  watcher.freed?.(words, pool.peers, right);
  expect(write(watcher, words, Peer.left(left), pool.empty)).toBe(
    "a reader's walk leads to peer#3, which is no live peer",
  );
});

test("reader-walk: fires at a cycle, in either family", () => {
  const { words, pool, run, root, left } = setUp();
  expect(write(startedReaderWalk(words, pool), words, Peer.left(left), root)).toMatch(
    /^a reader's walk goes on at peer#\d after 5 links$/,
  );
  words[Peer.left(left)] = pool.empty;
  const other = run(getPeer(pool, { family: "v6", words: [1, 0, 0, 0] }));
  expect(write(startedReaderWalk(words, pool), words, Peer.right(other), other)).toContain("after 5 links");
});

test("reader-walk: peers that wait for the deferred collector are alive", () => {
  const { words, pool, run, root, left } = setUp();
  run(invalidateTree(pool, "v4"));
  const watcher = startedReaderWalk(words, pool);
  expect(write(watcher, words, pool.v4.root, root)).toBeUndefined();
  expect(write(watcher, words, Peer.right(left), pool.empty)).toBeUndefined();
});

test("reader-walk: watches links only", () => {
  const { words, pool, left } = setUp();
  const watcher = startedReaderWalk(words, pool);
  const watched = [pool.v4.root, pool.v6.root, Peer.left(left), Peer.right(left)];
  expect(watched.map((address) => watcher.watches?.(address))).toEqual(["writes", "writes", "writes", "writes"]);
  const others = [pool.v4.total, Peer.height(left), Peer.refcount(left), Peer.left(pool.empty), pool.jiffies];
  expect(others.map((address) => watcher.watches?.(address))).toEqual(others.map(() => undefined));
});

// refcount

function holding(...peers: Address[]): PeerHolders {
  return { countOf: (peer) => peers.filter((held) => held === peer).length, total: peers.length };
}

test("refcount: quiet as references are taken, dropped, and an idle peer dies", () => {
  const { words, pool, left } = setUp();
  const watcher = refcountWatcher(pool, holding());
  for (const count of [2, 1, 0, -1])
    expect(write(watcher, words, Peer.refcount(left), count, ACCESS.cmpxchg)).toBeUndefined();
  expect(write(watcher, words, Peer.refcount(left), 1, ACCESS.write)).toBeUndefined(); // the memory's next peer
  expect(write(watcher, words, Peer.dtime(left), -5)).toBeUndefined();
});

test("refcount: fires below dead, and at the revival of a dead peer", () => {
  const { words, pool, left } = setUp();
  const watcher = refcountWatcher(pool, holding());
  words[Peer.refcount(left)] = -1;
  expect(write(watcher, words, Peer.refcount(left), 0, ACCESS.atomicAdd)).toBe(
    "the dead peer#2 is taken: its refcount goes from -1 to 0",
  );
  words[Peer.refcount(left)] = -1;
  expect(write(watcher, words, Peer.refcount(left), -2, ACCESS.atomicAdd)).toBe(
    "the refcount of peer#2 falls from -1 to -2",
  );
});

test("refcount: fires at the free of a held peer, and of one in a tree", () => {
  const { words, pool, run, root, left, right } = setUp();
  const watcher = refcountWatcher(pool, holding());
  expect(watcher.freed?.(words, pool.peers, left)).toBe("peer#2 is freed with a refcount of 1");
  words[Peer.refcount(left)] = 0;
  expect(watcher.freed?.(words, pool.peers, left)).toBe("peer#2 is freed, and is in a tree");
  const other = run(getPeer(pool, { family: "v6", words: [1, 0, 0, 0] }));
  words[Peer.refcount(other)] = -1;
  expect(watcher.freed?.(words, pool.peers, other)).toBe("peer#4 is freed, and is in a tree");
  words[Peer.left(root)] = pool.empty;
  expect(watcher.freed?.(words, pool.peers, left)).toBeUndefined();
  words[Peer.refcount(left)] = -1;
  expect(watcher.freed?.(words, pool.peers, left)).toBeUndefined();
  expect(watcher.freed?.(words, pool.gcQueue, right)).toBeUndefined();
});

test("refcount: at the end counts equal the references held, in trees and on the collector's queue", () => {
  const { words, pool, run, root, left, right } = setUp();
  const other = run(getPeer(pool, { family: "v6", words: [1, 0, 0, 0] }));
  expect(refcountWatcher(pool, holding(root, left, right, other)).ended?.(words)).toBeUndefined();
  expect(refcountWatcher(pool, holding(root, left, right)).ended?.(words)).toBe(
    "at the end the refcount of peer#4 is 1, and 0 references to it are held",
  );
  expect(refcountWatcher(pool, holding(root, left, left, right, other)).ended?.(words)).toBe(
    "at the end the refcount of peer#2 is 1, and 2 references to it are held",
  );
  run(invalidateTree(pool, "v6"));
  run(invalidateTree(pool, "v4"));
  expect(refcountWatcher(pool, holding(root, left, right, other)).ended?.(words)).toBeUndefined();
  expect(refcountWatcher(pool, holding(root, left, other)).ended?.(words)).toBe(
    "at the end the refcount of peer#3 is 1, and 0 references to it are held",
  );
  const lost = pool.firstPeer + 5 * pool.peerStride;
  expect(refcountWatcher(pool, holding(root, left, right, other, lost)).ended?.(words)).toBe(
    "at the end 5 references are held, 1 of them to peers that are gone",
  );
});

// evicts-only-idle and collects-when-due

/** Makes peer 10 idle since tick 1000, and sets the clock. The ttl of three peers in ten is 100 − 27 = 73. */
function idleSetUp(now: number) {
  const all = setUp();
  all.run(putPeer(all.pool, all.left));
  all.words[all.pool.jiffies] = now;
  return all;
}

function look(watcher: Watcher, { words, pool, left }: ReturnType<typeof setUp>, thread = 0): void {
  read(watcher, words, Peer.refcount(left), thread);
  read(watcher, words, Peer.dtime(left), thread);
  read(watcher, words, pool.jiffies, thread);
}

const kill = (watcher: Watcher, { words, left }: ReturnType<typeof setUp>, thread = 0) =>
  write(watcher, words, Peer.refcount(left), -1, ACCESS.cmpxchg, thread);

function startedEvicts(pool: PeerPool): Watcher {
  const watcher = evictsOnlyIdleWatcher(pool, 3);
  watcher.begin?.(new Int32Array());
  return watcher;
}

test("evicts-only-idle: quiet when count, time and clock were read and the ttl has passed", () => {
  const all = idleSetUp(1073);
  const watcher = startedEvicts(all.pool);
  look(watcher, all, 1);
  expect(kill(watcher, all, 1)).toBeUndefined();
});

test("evicts-only-idle: fires a tick before the ttl", () => {
  const all = idleSetUp(1072);
  const watcher = startedEvicts(all.pool);
  look(watcher, all);
  expect(kill(watcher, all)).toBe("peer#2 is marked dead when idle for 72 ticks, and the ttl is 73");
});

test("evicts-only-idle: judges by the values the thread read, not the current ones", () => {
  const all = idleSetUp(1073);
  const watcher = startedEvicts(all.pool);
  look(watcher, all);
  write(watcher, all.words, Peer.dtime(all.left), 1073, ACCESS.writeOnce, 2);
  expect(kill(watcher, all)).toBeUndefined();
});

test("evicts-only-idle: fires when the thread has not looked, or another has", () => {
  const all = idleSetUp(5000);
  const watcher = startedEvicts(all.pool);
  look(watcher, all, 1);
  expect(kill(watcher, all, 0)).toBe("peer#2 is marked dead by a thread that did not look whether it is idle");
  all.words[Peer.refcount(all.left)] = 0;
  watcher.begin?.(all.words);
  expect(kill(watcher, all, 1)).toBe("peer#2 is marked dead by a thread that did not look whether it is idle");
});

test("evicts-only-idle: fires when the time was read before the count, or the clock before the time", () => {
  const all = idleSetUp(5000);
  const { words, pool, left } = all;
  const watcher = startedEvicts(pool);
  read(watcher, words, Peer.dtime(left));
  read(watcher, words, Peer.refcount(left));
  read(watcher, words, pool.jiffies);
  expect(kill(watcher, all)).toBe(
    "peer#2 is marked dead by a thread that did not read its time of last use after it saw it idle",
  );
  words[Peer.refcount(left)] = 0;
  read(watcher, words, Peer.refcount(left));
  read(watcher, words, pool.jiffies);
  read(watcher, words, Peer.dtime(left));
  expect(kill(watcher, all)).toBe("peer#2 is marked dead by a clock read before its time of last use");
});

test("evicts-only-idle: measures idle time across the wrap of the clock, with the total of the peer's tree", () => {
  const all = idleSetUp(-2147483640);
  all.words[Peer.dtime(all.left)] = 2147483600;
  all.words[all.pool.v6.total] = 50;
  const watcher = startedEvicts(all.pool);
  look(watcher, all);
  expect(kill(watcher, all)).toBe("peer#2 is marked dead when idle for 56 ticks, and the ttl is 73");
  all.words[Peer.refcount(all.left)] = 0;
  all.words[all.pool.v4.total] = 10;
  look(watcher, all);
  expect(kill(watcher, all)).toBeUndefined();
});

test("evicts-only-idle: ignores other changes of a count", () => {
  const all = idleSetUp(1000);
  const watcher = startedEvicts(all.pool);
  expect(write(watcher, all.words, Peer.refcount(all.left), 1, ACCESS.cmpxchg)).toBeUndefined();
  expect(write(watcher, all.words, Peer.refcount(all.left), -1, ACCESS.cmpxchg)).toBeUndefined(); // refcount reports it
  const { pool, left } = all;
  expect(
    [Peer.height(left), pool.v4.total, Peer.refcount(pool.empty)].map((address) => watcher.watches?.(address)),
  ).toEqual([undefined, undefined, undefined]);
});

function startedCollects(pool: PeerPool): Watcher {
  const watcher = collectsWhenDueWatcher(pool, 3);
  watcher.begin?.(new Int32Array());
  return watcher;
}

test("collects-when-due: quiet when a due peer is tried, even without success, and when a peer is not due", () => {
  const all = idleSetUp(1073);
  const { words, pool, left } = all;
  const watcher = startedCollects(pool);
  look(watcher, all);
  expect(read(watcher, words, Peer.refcount(left))).toBeUndefined(); // a cmpxchg that failed
  expect(unlocked(watcher, words, pool)).toBeUndefined();
  look(watcher, all);
  kill(watcher, all);
  expect(unlocked(watcher, words, pool)).toBeUndefined();
  words[Peer.refcount(left)] = 0;
  words[pool.jiffies] = 1072;
  look(watcher, all);
  expect(unlocked(watcher, words, pool)).toBeUndefined();
});

test("collects-when-due: fires when a due peer is passed over", () => {
  const all = idleSetUp(1073);
  const watcher = startedCollects(all.pool);
  look(watcher, all);
  expect(watcher.unlocked?.(all.words, all.pool.v6.seqlock.lock)).toBeUndefined();
  expect(watcher.unlocked?.(all.words, GcQueue.lock(all.pool.gcQueue))).toBeUndefined();
  expect(unlocked(watcher, all.words, all.pool)).toBe(
    "peer#2 is passed over by a search: it was idle for 73 ticks, and the ttl was 73",
  );
});

test("collects-when-due: fires for a fresh peer of a tree over its threshold; another's attempt does not count", () => {
  const all = idleSetUp(1000);
  all.words[all.pool.v4.total] = 10;
  const watcher = startedCollects(all.pool);
  look(watcher, all, 1);
  read(watcher, all.words, Peer.refcount(all.left), 2);
  expect(unlocked(watcher, all.words, all.pool)).toBe(
    "peer#2 is passed over by a search: it was idle for 0 ticks, and the ttl was 0",
  );
  watcher.begin?.(all.words);
  expect(unlocked(watcher, all.words, all.pool)).toBeUndefined();
});

test("collects-when-due: reading the clock, or a count, for another purpose is not a look", () => {
  const all = idleSetUp(5000);
  const { words, pool, left, right } = all;
  const watcher = startedCollects(pool);
  read(watcher, words, pool.jiffies);
  read(watcher, words, Peer.refcount(left));
  read(watcher, words, pool.jiffies);
  read(watcher, words, Peer.refcount(right)); // held
  read(watcher, words, Peer.dtime(left));
  read(watcher, words, pool.jiffies);
  expect(unlocked(watcher, words, pool)).toBeUndefined();
});

test("collects-when-due: the IPv6 tree too", () => {
  const all = idleSetUp(5000);
  const { words, pool, run } = all;
  const peer = run(getPeer(pool, { family: "v6", words: [1, 0, 0, 0] }));
  run(putPeer(pool, peer));
  words[pool.jiffies] = 6000;
  const watcher = startedCollects(pool);
  const pass = () => look(watcher, { ...all, left: peer });
  pass();
  read(watcher, words, Peer.refcount(peer));
  expect(watcher.unlocked?.(words, pool.v6.seqlock.lock)).toBeUndefined();
  pass();
  expect(unlocked(watcher, words, pool)).toBeUndefined();
  expect(watcher.unlocked?.(words, pool.v6.seqlock.lock)).toBe(
    "peer#4 is passed over by a search: it was idle for 1000 ticks, and the ttl was 91",
  );
});

// sentinel

test("sentinel: fires at any write of the sentinel, and at no other", () => {
  const { words, pool, left } = setUp();
  const watcher = sentinelWatcher(pool);
  expect(write(watcher, words, Peer.left(pool.empty), 1)).toBe(`the sentinel's left is written: ${pool.empty} → 1`);
  expect(write(watcher, words, Peer.refcount(pool.empty), 0)).toBe("the sentinel's refcount is written: 0 → 0");
  expect(write(watcher, words, Peer.address(pool.empty), 3)).toBe("the sentinel's address is written: 0 → 3");
  expect(write(watcher, words, Peer.left(left), 1)).toBeUndefined();
  expect([watcher.watches?.(pool.empty - 1), watcher.watches?.(pool.empty + Sentinel.words)]).toEqual([
    undefined,
    undefined,
  ]);
});

// Accesses that neither may count as a look

test("evicts-only-idle: a thread that brought the count to 0, or took the peer from 0, has not seen it idle", () => {
  const dropped = setUp();
  const watcher = startedEvicts(dropped.pool);
  write(watcher, dropped.words, Peer.refcount(dropped.left), 0, ACCESS.atomicAdd);
  dropped.words[dropped.pool.jiffies] = 5000;
  read(watcher, dropped.words, Peer.dtime(dropped.left));
  read(watcher, dropped.words, dropped.pool.jiffies);
  expect(kill(watcher, dropped)).toBe("peer#2 is marked dead by a thread that did not look whether it is idle");
  const taken = idleSetUp(5000);
  write(watcher, taken.words, Peer.refcount(taken.left), 1, ACCESS.cmpxchg);
  taken.words[Peer.refcount(taken.left)] = 0;
  watcher.begin?.(taken.words);
  write(watcher, taken.words, Peer.refcount(taken.left), 1, ACCESS.cmpxchg);
  read(watcher, taken.words, Peer.refcount(taken.left)); // held: 1
  taken.words[Peer.refcount(taken.left)] = 0;
  expect(kill(watcher, taken)).toBe("peer#2 is marked dead by a thread that did not look whether it is idle");
});

test("evicts-only-idle: reads of one execution do not count in the next", () => {
  const all = idleSetUp(5000);
  const watcher = startedEvicts(all.pool);
  look(watcher, all);
  watcher.begin?.(all.words);
  read(watcher, all.words, Peer.refcount(all.left));
  expect(kill(watcher, all)).toContain("did not read its time of last use");
});

test("collects-when-due: bringing the count to 0, taking the peer from 0, or seeing it held is not a look", () => {
  const all = idleSetUp(5000);
  const { words, pool, left } = all;
  const watcher = startedCollects(pool);
  const rest = () => {
    read(watcher, words, Peer.dtime(left));
    read(watcher, words, pool.jiffies);
    return unlocked(watcher, words, pool);
  };
  write(watcher, words, Peer.refcount(left), 1, ACCESS.cmpxchg);
  expect(rest()).toBeUndefined();
  read(watcher, words, Peer.refcount(left));
  expect(rest()).toBeUndefined();
  write(watcher, words, Peer.refcount(left), 0, ACCESS.atomicAdd);
  expect(rest()).toBeUndefined();
});

test("collects-when-due: a look does not continue into the next execution", () => {
  const all = idleSetUp(5000);
  const { words, pool, left } = all;
  const watcher = startedCollects(pool);
  read(watcher, words, Peer.refcount(left));
  read(watcher, words, Peer.dtime(left));
  watcher.begin?.(words);
  read(watcher, words, pool.jiffies);
  expect(unlocked(watcher, words, pool)).toBeUndefined();
  look(watcher, all);
  watcher.begin?.(words);
  expect(unlocked(watcher, words, pool)).toBeUndefined();
});

test("collects-when-due: trying one peer does not excuse passing over another, nor the other tree", () => {
  const all = idleSetUp(5000);
  const { words, pool, left, right, run } = all;
  run(putPeer(pool, right));
  words[Peer.dtime(right)] = 1000;
  const other = run(getPeer(pool, { family: "v6", words: [1, 0, 0, 0] }));
  run(putPeer(pool, other));
  words[Peer.dtime(other)] = 1000;
  const watcher = startedCollects(pool);
  look(watcher, all);
  read(watcher, words, Peer.refcount(right));
  look(watcher, { ...all, left: other }, 1);
  read(watcher, words, Peer.refcount(other), 2);
  expect(unlocked(watcher, words, pool)).toContain("peer#2 is passed over");
  expect(watcher.unlocked?.(words, pool.v6.seqlock.lock)).toContain("peer#4 is passed over");
  expect(left).not.toBe(right);
});

test("every watcher has its property's name", () => {
  const { pool } = setUp();
  const watchers = [
    avlWatcher(pool),
    oneAddressOnceWatcher(pool),
    readerWalkWatcher(pool),
    refcountWatcher(pool, holding()),
    evictsOnlyIdleWatcher(pool, 1),
    collectsWhenDueWatcher(pool, 1),
    sentinelWatcher(pool),
  ];
  const names = [
    "avl",
    "one-address-once",
    "reader-walk",
    "refcount",
    "evicts-only-idle",
    "collects-when-due",
    "sentinel",
  ];
  expect(watchers.map(({ property }) => property)).toEqual(names);
});

test("evicts-only-idle and collects-when-due watch counts, times and the clock", () => {
  const { pool, left } = setUp();
  for (const watcher of [evictsOnlyIdleWatcher(pool, 1), collectsWhenDueWatcher(pool, 1)]) {
    expect([pool.jiffies, Peer.refcount(left), Peer.dtime(left)].map((address) => watcher.watches?.(address))).toEqual([
      "accesses",
      "accesses",
      "accesses",
    ]);
    expect(
      [Peer.height(left), pool.v4.total, Peer.refcount(pool.empty)].map((address) => watcher.watches?.(address)),
    ).toEqual([undefined, undefined, undefined]);
  }
});

// Words before and behind the slab, stale rows, cycles, second executions

test("a word below the slab belongs to no peer, however far below", () => {
  const { pool } = setUp();
  const below = pool.firstPeer - pool.peerStride;
  expect([peerIndex(pool, below), peerIndex(pool, below - 1)]).toEqual([-1, -1]);
  expect([isPeer(pool, below), isPeer(pool, pool.firstPeer + 8 * pool.peerStride)]).toEqual([false, false]);
  const watchers = [
    refcountWatcher(pool, holding()),
    readerWalkWatcher(pool),
    evictsOnlyIdleWatcher(pool, 3),
    collectsWhenDueWatcher(pool, 3),
  ];
  const fields = [Peer.refcount(below), Peer.dtime(below), Peer.left(below), Peer.right(below)];
  for (const watcher of watchers)
    expect(fields.map((address) => watcher.watches?.(address))).toEqual(fields.map(() => undefined));
});

test("watchers that judge only writes declare so", () => {
  const { pool, left } = setUp();
  expect(refcountWatcher(pool, holding()).watches?.(Peer.refcount(left))).toBe("writes");
  expect(sentinelWatcher(pool).watches?.(pool.empty)).toBe("writes");
});

test("words of the pool have descriptive names", () => {
  const heap = createHeap(300);
  const pool = createPeerPool(heap, placeClock(heap, 0), {
    limits: defaultLimits(2 ** 30, 1),
    peersMax: 2,
    firstIdentifier: () => 0,
  });
  const words = [
    Peer.left(pool.empty),
    Peer.refcount(pool.firstPeer),
    GcQueue.head(pool.gcQueue),
    pool.gcWork,
    pool.jiffies,
  ];
  expect(words.map((address) => nameOf(heap, address))).toEqual([
    "empty.left",
    "peer#1.refcount",
    "gcQueue.head",
    "gcWork.state",
    "clock.jiffies",
  ]);
});

test("peers are compared by the words of their address and no others", () => {
  const { words, pool, run } = setUp();
  const one = run(getPeer(pool, { family: "v6", words: [1, 2, 3, 4] }));
  const other = run(getPeer(pool, { family: "v6", words: [1, 2, 3, 5] }));
  words[addressWord(other, 3)] = 4;
  const address = new Set([0, 1, 2, 3].map((index) => addressWord(other, index)));
  for (let word = other; word < other + Peer.words; word++) if (!address.has(word)) words[word] = 99;
  expect(comparePeers(words, pool.v6, one, other)).toBe(0);
});

test("leftovers of an earlier list are not part of the next, and an unwritten link leads nowhere", () => {
  const { words, pool, root, left, right } = setUp();
  const into = new Int32Array(8);
  collectPeers(words, pool, root, into);
  expect(collectPeers(words, pool, left, into)).toBe(1);
  into[1] = root;
  expect(collectPeers(words, pool, right, into)).toBe(1);
  words[Peer.left(left)] = NIL;
  expect(collectPeers(words, pool, root, into)).toBe(3);
});

test("the search for a peer's tree ends, whatever the links", () => {
  const { words, pool, run, left } = setUp();
  const other = run(getPeer(pool, { family: "v6", words: [1, 0, 0, 0] }));
  words[Peer.left(other)] = NIL;
  words[Peer.right(other)] = other;
  expect(treeOfPeer(words, pool, left)?.family).toBe("v4");
  words[Peer.left(other)] = other;
  words[Peer.right(other)] = pool.empty;
  expect(treeOfPeer(words, pool, left)?.family).toBe("v4");
});

test("avl: fires at a peer that equals its parent, and compares addresses as unsigned of any size", () => {
  const { words, pool, left, create } = setUp();
  create(0x7fffffff);
  create(0xfffffff0);
  create(0xfffffff1);
  expect(unlocked(avlWatcher(pool), words, pool)).toBeUndefined();
  words[Peer.address(left)] = 20;
  expect(unlocked(avlWatcher(pool), words, pool)).toContain("peer#2 stands before");
});

test("one-address-once: a peer that has left the tree is not compared", () => {
  const { words, pool, root, left, right } = setUp();
  const watcher = oneAddressOnceWatcher(pool);
  expect(unlocked(watcher, words, pool)).toBeUndefined();
  words[Peer.right(root)] = pool.empty;
  words[Peer.address(right)] = words[Peer.address(left)] ?? 0;
  expect(unlocked(watcher, words, pool)).toBeUndefined();
});

test("reader-walk: a cycle present from the start is walked once", () => {
  const { words, pool, left, root } = setUp();
  words[Peer.left(left)] = root;
  expect(() => startedReaderWalk(words, pool)).not.toThrow();
});

test("reader-walk: peers of an earlier execution are not alive in the next", () => {
  const { words, pool, root, left, right } = setUp();
  const watcher = startedReaderWalk(words, pool);
  words[Peer.right(root)] = pool.empty;
  watcher.begin?.(words);
  expect(write(watcher, words, Peer.left(left), right)).toBe("a link is made to peer#3, which is no live peer");
});

test("reader-walk: an unpublished write makes a peer; a published link of a free one does not", () => {
  const { words, pool, root, left, right } = setUp();
  const watcher = startedReaderWalk(words, pool);
  write(watcher, words, Peer.right(root), pool.empty);
  watcher.freed?.(words, pool.peers, right);
  write(watcher, words, Peer.left(right), pool.empty, ACCESS.rcuAssignPointer);
  expect(write(watcher, words, Peer.left(left), right)).toBe("a link is made to peer#3, which is no live peer");
});

test("refcount: a dead peer that is written dead again is as dead as before", () => {
  const { words, pool, left } = setUp();
  words[Peer.refcount(left)] = -1;
  expect(write(refcountWatcher(pool, holding()), words, Peer.refcount(left), -1, ACCESS.cmpxchg)).toBeUndefined();
});

test("refcount: a peer removed since the last check is in no tree", () => {
  const { words, pool, root, left, right } = setUp();
  const watcher = refcountWatcher(pool, holding());
  words[Peer.refcount(left)] = -1;
  words[Peer.refcount(right)] = -1;
  expect(watcher.freed?.(words, pool.peers, left)).toBe("peer#2 is freed, and is in a tree");
  words[Peer.right(root)] = pool.empty;
  expect(watcher.freed?.(words, pool.peers, right)).toBeUndefined();
});

test("refcount: the check at the end terminates, even when the collector's queue is endless", () => {
  const { words, pool, run, root, left, right } = setUp();
  run(invalidateTree(pool, "v4"));
  words[Peer.gcNext(root)] = root;
  expect(refcountWatcher(pool, holding(root, left, right)).ended?.(words)).toMatch(
    /^at the end 3 references are held, -?\d+ of them/,
  );
});

test("evicts-only-idle: a clock read in one execution does not count in the next", () => {
  const all = idleSetUp(5000);
  const { words, pool, left } = all;
  const watcher = startedEvicts(pool);
  look(watcher, all);
  read(watcher, words, pool.jiffies);
  watcher.begin?.(words);
  read(watcher, words, Peer.refcount(left));
  read(watcher, words, Peer.dtime(left));
  expect(kill(watcher, all)).toBe("peer#2 is marked dead by a clock read before its time of last use");
});

test("collects-when-due: the time of one peer does not count for another", () => {
  const all = idleSetUp(5000);
  const { words, pool, run, left, right } = all;
  run(putPeer(pool, right));
  words[Peer.dtime(right)] = 0;
  const watcher = startedCollects(pool);
  read(watcher, words, Peer.refcount(left));
  read(watcher, words, Peer.dtime(right));
  read(watcher, words, pool.jiffies);
  expect(unlocked(watcher, words, pool)).toBeUndefined();
});

test("collects-when-due: names the first peer passed over, and keeps the trees apart", () => {
  const all = idleSetUp(5000);
  const { words, pool, run, left, right } = all;
  run(putPeer(pool, right));
  words[Peer.dtime(right)] = 4000;
  const other = run(getPeer(pool, { family: "v6", words: [1, 0, 0, 0] }));
  run(putPeer(pool, other));
  words[pool.jiffies] = 6000;
  const watcher = startedCollects(pool);
  look(watcher, all);
  look(watcher, { ...all, left: right });
  look(watcher, { ...all, left: other });
  read(watcher, words, Peer.refcount(all.root));
  expect(unlocked(watcher, words, pool)).toBe(
    `${peerName(pool, left)} is passed over by a search: it was idle for 5000 ticks, and the ttl was 73`,
  );
  expect(watcher.unlocked?.(words, pool.v6.seqlock.lock)).toContain(`${peerName(pool, other)} is passed over`);
});
