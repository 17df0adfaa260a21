import { expect, test } from "vitest";
import { ACCESS, type Access, type AccessKind, type Address, NIL } from "#impl/memory/access.ts";
import { createHeap } from "#impl/memory/heap.ts";
import { runAlone } from "#impl/memory/sequential.ts";
import { cleanupOnce } from "#impl/peers/cleanup-once.ts";
import { ListedPeer, UnusedList } from "#impl/peers/layout.ts";
import { defaultListLimits } from "#impl/peers/list-limits.ts";
import { startTimer } from "#impl/peers/periodic-timer.ts";
import { createRcuListPool } from "#impl/peers/rcu-list-pool.ts";
import { createRwlockPool, findPeer, getPeer } from "#impl/peers/rwlock-pool.ts";
import { putPeer } from "#impl/peers/unused-list.ts";
import { DelayedWork, WORK_STATE } from "#impl/sync/delayed-work.ts";
import { advanceClock, placeClock } from "#impl/sync/jiffies.ts";
import { WRITER } from "#impl/sync/rwlock.ts";
import { avlWatcher } from "./avl.ts";
import { collectsWhenFullWatcher } from "./collects-when-full.ts";
import { oneAddressOnceWatcher } from "./one-address-once.ts";
import { releasesWriter } from "./peer-tree.ts";
import { readerWalkWatcher } from "./reader-walk.ts";
import { DEAD_IS_ZERO, FREED_BY_HOLDER, type PeerHolders, refcountWatcher } from "./refcount.ts";
import { takesLongestIdleWatcher } from "./takes-longest-idle.ts";
import { timerArmedWatcher } from "./timer-armed.ts";
import { nextUnused, unusedListWatcher } from "./unused-list.ts";
import type { Watcher } from "../watcher.ts";

const NOBODY: PeerHolders = { countOf: () => 0, total: 0 };

function holding(...peers: Address[]): PeerHolders {
  return { countOf: (peer) => peers.filter((held) => held === peer).length, total: peers.length };
}

/** A pool with 20 at the root, 10 and 30 below it, all idle: used last at 1000, 1010 and 1020. The threshold is 4. */
function setUp() {
  const heap = createHeap(200);
  const clock = placeClock(heap, 1000);
  const limits = { ...defaultListLimits(2 ** 30, 1), threshold: 4, ttlMinTicks: 10, ttlMaxTicks: 90 };
  const pool = createRwlockPool(heap, clock, { limits, peersMax: 6, firstIdentifier: () => 0 });
  const run = <T>(procedure: Access<T>): T => runAlone(heap, procedure);
  const create = (word: number) => run(getPeer(pool, { family: "v4", words: [word] }));
  const [first, second, third] = [create(20), create(10), create(30)];
  for (const peer of [first, second, third]) {
    run(putPeer(pool, peer));
    run(advanceClock(clock, 10));
  }
  const listLock = UnusedList.lock(pool.unusedList);
  const ends = UnusedList.ends(pool.unusedList);
  return { words: heap.words, pool, run, create, first, second, third, listLock, ends };
}

/** Writes a word, and calls the watcher if it watches the word. */
function write(
  watcher: Watcher,
  words: Int32Array,
  address: Address,
  after: number,
  kind: AccessKind = ACCESS.atomicAdd,
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

// Checks at the release of a reader-writer lock.

test("a writer's release is one that leaves a negative word", () => {
  expect([
    releasesWriter(WRITER, 0),
    releasesWriter(WRITER + 1, 1),
    releasesWriter(WRITER, WRITER + 1),
    releasesWriter(1, 0),
    releasesWriter(0, WRITER),
  ]).toEqual([true, true, false, false, false]);
});

test("avl and one-address-once: fire where the writer leaves a reader-writer lock, and not where a reader does", () => {
  const { words, pool, first, second, third } = setUp();
  words[ListedPeer.address(third)] = 10;
  for (const [watcher, because] of [
    [avlWatcher(pool), "peer#3 stands after peer#1 in the v4 tree, and its address does not"],
    [oneAddressOnceWatcher(pool), "peer#2 and peer#3 have one address, and both are in the v4 tree"],
  ] as const) {
    expect(write(watcher, words, pool.v4.lock, WRITER)).toBeUndefined();
    expect(write(watcher, words, pool.v4.lock, 0)).toBe(because);
    expect(write(watcher, words, pool.v4.lock, 1)).toBeUndefined();
    expect(write(watcher, words, pool.v4.lock, 0)).toBeUndefined();
    expect(watcher.watches?.(pool.v4.total)).toBeUndefined();
    expect(
      watcher.accessed?.(words, { thread: 0, kind: ACCESS.writeOnce, address: pool.v4.total, before: -1, after: 0 }),
    ).toBeUndefined();
  }
  words[ListedPeer.address(third)] = 30;
  words[pool.v4.lock] = WRITER;
  expect(write(avlWatcher(pool), words, pool.v4.lock, 0)).toBeUndefined();
  expect([first, second]).toHaveLength(2);
});

test("reader-walk: walks the only tree of a pool that detaches none", () => {
  const { words, pool, first } = setUp();
  const watcher = readerWalkWatcher(pool);
  watcher.begin?.(words);
  expect(write(watcher, words, pool.v4.root, first, ACCESS.rcuAssignPointer)).toBeUndefined();
  expect(write(watcher, words, pool.v4.root, pool.v4.total, ACCESS.rcuAssignPointer)).toBe(
    `a link is made to word ${pool.v4.total}, which is no live peer`,
  );
});

// refcount

test("refcount: no count of 2010 is below 0", () => {
  const { words, pool, first } = setUp();
  for (const convention of [DEAD_IS_ZERO, FREED_BY_HOLDER]) {
    const watcher = refcountWatcher(pool, NOBODY, convention);
    words[ListedPeer.refcount(first)] = 0;
    expect(write(watcher, words, ListedPeer.refcount(first), -1)).toBe("the refcount of peer#1 falls from 0 to -1");
  }
});

test("refcount: after the conversion a cmpxchg of the last reference kills a peer, until its memory is reused", () => {
  const { words, pool, first, second } = setUp();
  const watcher = refcountWatcher(pool, NOBODY, DEAD_IS_ZERO);
  const refcount = ListedPeer.refcount(first);
  const dies = () => {
    words[refcount] = 1;
    return write(watcher, words, refcount, 0, ACCESS.cmpxchg);
  };
  expect(dies()).toBeUndefined();
  expect(write(watcher, words, refcount, 1)).toBe("the dead peer#1 is taken: its refcount goes from 0 to 1");
  expect(write(watcher, words, ListedPeer.refcount(second), 1)).toBeUndefined();
  expect(write(watcher, words, refcount, 1, ACCESS.write)).toBeUndefined();
  expect(write(watcher, words, refcount, 2)).toBeUndefined();
  expect(dies()).toBeUndefined();
  watcher.begin?.(words);
  expect(write(watcher, words, refcount, 1)).toBeUndefined();
});

test("refcount: a peer that is released, or taken by a cmpxchg, is not dead", () => {
  const { words, pool, first } = setUp();
  const watcher = refcountWatcher(pool, NOBODY, DEAD_IS_ZERO);
  const refcount = ListedPeer.refcount(first);
  words[refcount] = 1;
  for (const [after, kind] of [
    [0, ACCESS.atomicAddReturn],
    [1, ACCESS.atomicAdd],
    [2, ACCESS.cmpxchg],
    [1, ACCESS.cmpxchg],
    [0, ACCESS.atomicAddReturn],
    [1, ACCESS.cmpxchg],
  ] as const) {
    expect(write(watcher, words, refcount, after, kind)).toBeUndefined();
  }
});

test("refcount: before the conversion no count is final", () => {
  const { words, pool, first } = setUp();
  const watcher = refcountWatcher(pool, NOBODY, FREED_BY_HOLDER);
  words[ListedPeer.refcount(first)] = 1;
  expect(write(watcher, words, ListedPeer.refcount(first), 0, ACCESS.cmpxchg)).toBeUndefined();
  expect(write(watcher, words, ListedPeer.refcount(first), 1)).toBeUndefined();
});

test("refcount: a removed peer is freed by its only holder before the conversion, and at count 0 after it", () => {
  const { words, pool, first, second } = setUp();
  words[ListedPeer.left(first)] = pool.empty;
  const freedWith = (count: number) => {
    words[ListedPeer.refcount(second)] = count;
    return [FREED_BY_HOLDER, DEAD_IS_ZERO].map((convention) =>
      refcountWatcher(pool, NOBODY, convention).freed?.(words, pool.peers, second),
    );
  };
  expect(freedWith(0)).toEqual(["peer#2 is freed with a refcount of 0", undefined]);
  expect(freedWith(1)).toEqual([undefined, "peer#2 is freed with a refcount of 1"]);
  expect(freedWith(-1)).toEqual(["peer#2 is freed with a refcount of -1", "peer#2 is freed with a refcount of -1"]);
  words[ListedPeer.left(first)] = second;
  expect(freedWith(0)[1]).toBe("peer#2 is freed, and is in a tree");
});

test("refcount: at the end counts equal the references held, in the only tree", () => {
  const { words, pool, create, first } = setUp();
  expect(create(20)).toBe(first);
  expect(refcountWatcher(pool, holding(first), FREED_BY_HOLDER).ended?.(words)).toBeUndefined();
  expect(refcountWatcher(pool, NOBODY, FREED_BY_HOLDER).ended?.(words)).toBe(
    "at the end the refcount of peer#1 is 1, and 0 references to it are held",
  );
  expect(refcountWatcher(pool, holding(first, 1), FREED_BY_HOLDER).ended?.(words)).toBe(
    "at the end 2 references are held, 1 of them to peers that are gone",
  );
});

// unused-list

test("the unused list is read from its first peer to its last", () => {
  const { words, pool, first, second, third } = setUp();
  expect([
    nextUnused(words, pool, NIL),
    nextUnused(words, pool, first),
    nextUnused(words, pool, second),
    nextUnused(words, pool, third),
  ]).toEqual([first, second, third, NIL]);
});

test("unused-list: quiet on a list in the pool's order, empty or not, and on other locks", () => {
  const { words, pool, run, create, listLock, first } = setUp();
  const watcher = unusedListWatcher(pool, NOBODY);
  expect([watcher.unlocked?.(words, listLock), watcher.ended?.(words)]).toEqual([undefined, undefined]);
  for (const word of [10, 20, 30]) create(word);
  expect([watcher.unlocked?.(words, listLock), watcher.ended?.(words)]).toEqual([undefined, undefined]);
  run(putPeer(pool, first));
  words[ListedPeer.unused(first)] = 1;
  expect(watcher.unlocked?.(words, pool.v4.lock)).toBeUndefined();
});

test("unused-list: fires at a link to no peer, at links that do not fit, and at a torn end", () => {
  const { words, pool, listLock, first, second, third, ends } = setUp();
  const check = () => unusedListWatcher(pool, NOBODY).unlocked?.(words, listLock);
  words[ListedPeer.unused(second)] = ListedPeer.unused(third) + 1;
  expect(check()).toBe(`the unused list leads to word ${ListedPeer.unused(third) + 1}, which is no peer's link`);
  words[ListedPeer.unused(second)] = ListedPeer.unused(first);
  expect(check()).toBe("the unused list is torn at peer#1: the links before and after do not fit together");
  words[ListedPeer.unused(second)] = ListedPeer.unused(second);
  words[ListedPeer.unused(second) + 1] = ListedPeer.unused(second);
  expect(check()).toBe("the unused list is torn at peer#2: the links before and after do not fit together");
  words[ListedPeer.unused(second)] = ListedPeer.unused(third);
  words[ListedPeer.unused(second) + 1] = ListedPeer.unused(first);
  expect(check()).toBeUndefined();
  words[ends + 1] = ListedPeer.unused(second);
  expect(check()).toBe("the unused list is torn at its end: the links before and after do not fit together");
});

test("unused-list: a peer linked to itself both ways is an endless list, and is found", () => {
  const { words, pool, listLock, first, ends } = setUp();
  words[ends] = ListedPeer.unused(first);
  words[ListedPeer.unused(first)] = ListedPeer.unused(first);
  words[ListedPeer.unused(first) + 1] = ListedPeer.unused(first);
  expect(unusedListWatcher(pool, NOBODY).unlocked?.(words, listLock)).toBe(
    "the unused list is torn at peer#1: the links before and after do not fit together",
  );
  expect(
    unusedListWatcher(pool, NOBODY).freed?.(words, pool.peers, pool.firstPeer + 5 * pool.peerStride),
  ).toBeUndefined();
});

test("unused-list: fires at a peer that was used later than the one after it, across the wrap too", () => {
  const { words, pool, listLock, first, second, third } = setUp();
  const check = () => unusedListWatcher(pool, NOBODY).unlocked?.(words, listLock);
  words[ListedPeer.dtime(second)] = 999;
  expect(check()).toBe("the unused list has peer#2, used last at 999, after peer#1, used last at 1000");
  words[ListedPeer.dtime(second)] = 1000;
  expect(check()).toBeUndefined();
  words[ListedPeer.dtime(first)] = 0x7fffffff;
  words[ListedPeer.dtime(second)] = -0x80000000;
  words[ListedPeer.dtime(third)] = -0x7fffffff;
  expect(check()).toBeUndefined();
});

test("unused-list: fires at a held peer on the list", () => {
  const { words, pool, listLock, second } = setUp();
  expect(unusedListWatcher(pool, holding(second)).unlocked?.(words, listLock)).toBe(
    "peer#2 is on the unused list, and somebody holds it",
  );
});

test("unused-list: fires at the free of a peer on the list, first or last", () => {
  const { words, pool, first, third, create } = setUp();
  const watcher = unusedListWatcher(pool, NOBODY);
  expect(watcher.freed?.(words, pool.peers, first)).toBe("peer#1 is freed, and is on the unused list");
  expect(watcher.freed?.(words, pool.peers, third)).toBe("peer#3 is freed, and is on the unused list");
  expect(watcher.freed?.(words, NIL, first)).toBeUndefined();
  expect(watcher.freed?.(words, pool.peers, create(30))).toBeUndefined();
});

test("unused-list: at the end fires at an idle peer off the list, and at one on it in use or in no tree", () => {
  const { words, pool, first, second } = setUp();
  const watcher = unusedListWatcher(pool, NOBODY);
  words[ListedPeer.refcount(second)] = 1;
  expect(watcher.ended?.(words)).toBe("at the end the refcount of peer#2 is 1, and it is on the unused list");
  words[ListedPeer.refcount(second)] = 0;
  words[ListedPeer.left(first)] = pool.empty;
  expect(watcher.ended?.(words)).toBe("at the end 1 peers on the unused list are in no tree");
  const { words: others, pool: other, run, first: taken } = setUp();
  run(findPeer(other, { family: "v4", words: [20] }));
  others[ListedPeer.refcount(taken)] = 0;
  expect(unusedListWatcher(other, NOBODY).ended?.(others)).toBe(
    "at the end the refcount of peer#1 is 0, and it is not on the unused list",
  );
});

test("unused-list: quiet where every peer of the slab is on the list", () => {
  const heap = createHeap(100);
  const pool = createRwlockPool(heap, placeClock(heap, 0), {
    limits: defaultListLimits(2 ** 30, 1),
    peersMax: 2,
    firstIdentifier: () => 0,
  });
  for (const word of [1, 2])
    runAlone(heap, putPeer(pool, runAlone(heap, getPeer(pool, { family: "v4", words: [word] }))));
  const watcher = unusedListWatcher(pool, NOBODY);
  expect([watcher.unlocked?.(heap.words, UnusedList.lock(pool.unusedList)), watcher.ended?.(heap.words)]).toEqual([
    undefined,
    undefined,
  ]);
  expect(watcher.freed?.(heap.words, pool.peers, pool.firstPeer + pool.peerStride)).toBe(
    "peer#2 is freed, and is on the unused list",
  );
});

test("the properties have the names that systems and patches use", () => {
  const { pool } = setUp();
  const watchers = [
    unusedListWatcher(pool, NOBODY),
    takesLongestIdleWatcher(pool, { threadsMax: 1, timerThread: -1 }),
    collectsWhenFullWatcher(pool, 1),
    timerArmedWatcher(pool),
  ];
  expect(watchers.map(({ property }) => property)).toEqual([
    "unused-list",
    "takes-longest-idle",
    "collects-when-full",
    "timer-armed",
  ]);
});

// takes-longest-idle

/** Thread 0 is a creation, thread 1 the timer. The clock shows 1030. */
function taking() {
  const { words, pool, listLock, first, second, third, ends } = setUp();
  const watcher = takesLongestIdleWatcher(pool, { threadsMax: 2, timerThread: 1 });
  watcher.begin?.(words);
  const looks = (peer: Address, thread: number) =>
    read(watcher, words, ListedPeer.dtime(peer), thread) ?? read(watcher, words, pool.jiffies, thread);
  const takes = (peer: Address, thread: number) =>
    write(
      watcher,
      words,
      ListedPeer.refcount(peer),
      (words[ListedPeer.refcount(peer)] ?? 0) + 1,
      ACCESS.atomicAdd,
      thread,
    );
  const decides = (total: number, thread: number) => {
    words[pool.v4.total] = total;
    return read(watcher, words, pool.v4.total, thread);
  };
  return { words, pool, watcher, listLock, first, second, third, ends, looks, takes, decides };
}

test("takes-longest-idle: quiet when the first on the list is taken, in a full pool and by the timer", () => {
  const { decides, looks, takes, first, watcher, words, listLock } = taking();
  expect([decides(4, 0), looks(first, 0), takes(first, 0)]).toEqual([undefined, undefined, undefined]);
  watcher.unlocked?.(words, listLock);
  // Of 4 the timer asks for at least 10 ticks; 30 have passed.
  expect([decides(4, 1), looks(first, 1), takes(first, 1)]).toEqual([undefined, undefined, undefined]);
});

test("takes-longest-idle: fires at a peer that is not idle for the timer's ttl", () => {
  const { decides, looks, takes, first, words, pool } = taking();
  decides(3, 1); // 90 − 60 ticks
  words[pool.jiffies] = 1029;
  looks(first, 1);
  expect(takes(first, 1)).toBe("peer#1 is taken when idle for 29 ticks, and the ttl is 30");
  words[pool.jiffies] = 1030;
  looks(first, 1);
  expect(takes(first, 1)).toBeUndefined();
});

test("takes-longest-idle: in a full pool the timer, unlike a creation, keeps to the minimum ttl", () => {
  const { decides, looks, takes, first, words, pool } = taking();
  words[pool.jiffies] = 1009;
  for (const dtime of [1000, 1010, 1020]) expect(words).toContain(dtime);
  decides(4, 1);
  looks(first, 1);
  expect(takes(first, 1)).toBe("peer#1 is taken when idle for 9 ticks, and the ttl is 10");
});

test("takes-longest-idle: fires at a creation in a pool that is not full, and at a thread that read no total", () => {
  const { decides, looks, takes, first } = taking();
  looks(first, 0);
  expect(takes(first, 0)).toBe("peer#1 is taken by a thread that did not look how full the pool is");
  decides(3, 0);
  looks(first, 0);
  expect(takes(first, 0)).toBe("peer#1 is taken by a creation that found 3 peers, and the threshold is 4");
});

test("takes-longest-idle: a thread's own write of the total does not count as reading it", () => {
  const { looks, takes, first, watcher, words, pool } = taking();
  write(watcher, words, pool.v4.total, 4, ACCESS.writeOnce);
  looks(first, 0);
  expect(takes(first, 0)).toBe("peer#1 is taken by a thread that did not look how full the pool is");
});

test("takes-longest-idle: fires where another has been idle for longer", () => {
  const { decides, looks, takes, second } = taking();
  decides(4, 0);
  looks(second, 0);
  expect(takes(second, 0)).toBe("peer#2 is taken when idle for 20 ticks, and peer#1 has been idle for 30");
});

test("takes-longest-idle: equal idle times may be taken in any order, and a torn list ends", () => {
  const { decides, looks, takes, first, second, words, ends } = taking();
  words[ListedPeer.dtime(second)] = 1000;
  words[ends] = ListedPeer.unused(first);
  words[ListedPeer.unused(first)] = ListedPeer.unused(first);
  decides(4, 0);
  looks(second, 0);
  expect(takes(second, 0)).toBeUndefined();
});

test("takes-longest-idle: fires where the clock was not read after the time of last use", () => {
  const { decides, takes, first, watcher, words, pool, looks } = taking();
  decides(4, 0);
  looks(first, 0);
  read(watcher, words, ListedPeer.dtime(first), 0);
  expect(takes(first, 0)).toBe("peer#1 is taken by a thread that did not look at the clock after its time of last use");
  read(watcher, words, pool.jiffies, 1);
  expect(takes(first, 0)).toBe("peer#1 is taken by a thread that did not look at the clock after its time of last use");
});

test("takes-longest-idle: a look under an earlier lock, another thread, another peer, a release are no taking", () => {
  const { decides, looks, takes, first, second, watcher, words, listLock, pool } = taking();
  decides(3, 0);
  looks(first, 0);
  expect(takes(second, 0)).toBeUndefined();
  expect(takes(first, 1)).toBeUndefined();
  expect(write(watcher, words, ListedPeer.refcount(first), 0)).toBeUndefined();
  expect(write(watcher, words, ListedPeer.refcount(first), 0)).toBeUndefined();
  watcher.unlocked?.(words, pool.v4.lock);
  expect(takes(first, 0)).toBe("peer#1 is taken by a creation that found 3 peers, and the threshold is 4");
  looks(first, 0);
  watcher.unlocked?.(words, listLock);
  expect(takes(first, 0)).toBeUndefined();
});

test("takes-longest-idle: writing a time of last use is not looking at it, and executions are separate", () => {
  const { decides, looks, takes, first, watcher, words, pool } = taking();
  decides(3, 0);
  write(watcher, words, ListedPeer.dtime(first), 1000, ACCESS.write);
  read(watcher, words, pool.jiffies, 0);
  expect(takes(first, 0)).toBeUndefined();
  looks(first, 0);
  watcher.begin?.(words);
  expect(takes(first, 0)).toBeUndefined();
  looks(first, 0);
  expect(takes(first, 0)).toBe("peer#1 is taken by a thread that did not look how full the pool is");
});

test("takes-longest-idle: watches counts and times of peers, the clock and the total, nothing else", () => {
  const { watcher, first, pool } = taking();
  const watched = [ListedPeer.refcount(first), ListedPeer.dtime(first), pool.jiffies, pool.v4.total];
  expect(watched.map((address) => watcher.watches?.(address))).toEqual([
    "accesses",
    "accesses",
    "accesses",
    "accesses",
  ]);
  expect(
    [ListedPeer.left(first), pool.v4.root, ListedPeer.refcount(pool.empty)].map((address) =>
      watcher.watches?.(address),
    ),
  ).toEqual([undefined, undefined, undefined]);
});

// collects-when-full

function filling() {
  const { words, pool, run, listLock, first, ends, second } = setUp();
  const watcher = collectsWhenFullWatcher(pool, 2);
  watcher.begin?.(words);
  return {
    words,
    pool,
    run,
    watcher,
    first,
    second,
    ends,
    fills: (total: number, thread = 0) => {
      words[pool.v4.total] = total - 1;
      return write(watcher, words, pool.v4.total, total, ACCESS.writeOnce, thread);
    },
    looks: (thread = 0) => read(watcher, words, ends, thread),
    takes: (peer: Address) => write(watcher, words, ListedPeer.refcount(peer), 1),
    letsGo: () => watcher.unlocked?.(words, listLock),
    ends_: () => watcher.ended?.(words),
  };
}

test("collects-when-full: quiet when a creation that fills the pool takes the first on the list", () => {
  const { fills, looks, takes, letsGo, ends_, first } = filling();
  expect([fills(4), looks(), takes(first), letsGo(), ends_()]).toEqual([
    undefined,
    undefined,
    undefined,
    undefined,
    undefined,
  ]);
});

test("collects-when-full: fires at the end where a creation filled the pool and did not look at the list", () => {
  const { fills, looks, ends_ } = filling();
  fills(4, 1);
  looks(0);
  expect(ends_()).toBe("a creation left 4 peers, the threshold is 4, and it did not collect");
  fills(5, 1);
  expect(ends_()).toBe("a creation left 5 peers, the threshold is 4, and it did not collect");
});

test("collects-when-full: a creation that leaves or finds room, and a removal, need not collect", () => {
  const { fills, ends_, watcher, words, pool } = filling();
  fills(3);
  expect(ends_()).toBeUndefined();
  words[pool.v4.total] = 6;
  write(watcher, words, pool.v4.total, 5, ACCESS.writeOnce);
  expect(ends_()).toBeUndefined();
  fills(4);
  read(watcher, words, pool.v4.total);
  expect(ends_()).toBeDefined();
  words[pool.v4.total] = 3;
  read(watcher, words, pool.v4.total);
  expect(ends_()).toBeUndefined();
});

test("collects-when-full: fires where a creation looks at an idle peer and leaves it", () => {
  const { fills, looks, letsGo, takes, second } = filling();
  fills(4);
  looks();
  takes(second);
  expect(letsGo()).toBe("peer#1 is idle, and a creation that filled the pool leaves it there");
});

test("collects-when-full: a count that falls is not taken, and other locks do not matter", () => {
  const { fills, looks, letsGo, first, watcher, words, pool } = filling();
  fills(4);
  looks();
  words[ListedPeer.refcount(first)] = 1;
  write(watcher, words, ListedPeer.refcount(first), 0);
  expect(watcher.unlocked?.(words, pool.v4.lock)).toBeUndefined();
  expect(letsGo()).toBe("peer#1 is idle, and a creation that filled the pool leaves it there");
});

test("collects-when-full: looking at an empty list is enough; a write to the list's end is not a look", () => {
  const { fills, looks, letsGo, ends_, words, ends, watcher } = filling();
  fills(4);
  write(watcher, words, ends, ends, ACCESS.write);
  expect(ends_()).toBeDefined();
  looks();
  expect([letsGo(), ends_()]).toEqual([undefined, undefined]);
});

test("collects-when-full: a thread that filled nothing may look and leave, and executions are separate", () => {
  const { fills, looks, letsGo, ends_, watcher, words } = filling();
  looks();
  expect(letsGo()).toBeUndefined();
  fills(4);
  looks();
  watcher.begin?.(words);
  expect(letsGo()).toBeUndefined();
  fills(4);
  watcher.begin?.(words);
  expect(ends_()).toBeUndefined();
});

test("collects-when-full: watches the total, the list's first link and counts, nothing else", () => {
  const { watcher, pool, ends, first } = filling();
  expect([pool.v4.total, ends, ListedPeer.refcount(first)].map((address) => watcher.watches?.(address))).toEqual([
    "accesses",
    "accesses",
    "writes",
  ]);
  expect(
    [ends + 1, ListedPeer.dtime(first), pool.jiffies, ListedPeer.refcount(pool.empty)].map((address) =>
      watcher.watches?.(address),
    ),
  ).toEqual([undefined, undefined, undefined, undefined]);
});

test("the watchers accept the pool's own collection", () => {
  const { words, pool, run, listLock } = setUp();
  run(cleanupOnce(pool, 0));
  expect(unusedListWatcher(pool, NOBODY).unlocked?.(words, listLock)).toBeUndefined();
  expect(unusedListWatcher(pool, NOBODY).ended?.(words)).toBeUndefined();
});

// timer-armed

test("timer-armed: fires where the timer's next run is not scheduled", () => {
  const { words, pool, run } = setUp();
  const watcher = timerArmedWatcher(pool);
  expect(watcher.ended?.(words)).toBe("at the end nobody has asked for the timer's next run");
  run(startTimer(pool, 0));
  expect(watcher.ended?.(words)).toBeUndefined();
  words[DelayedWork.state(pool.timer)] = WORK_STATE.queued;
  expect(watcher.ended?.(words)).toBeUndefined();
});

test("both pools of 2010 are watched alike", () => {
  const heap = createHeap(100);
  const pool = createRcuListPool(heap, placeClock(heap, 0), {
    limits: defaultListLimits(2 ** 30, 1),
    peersMax: 1,
    firstIdentifier: () => 0,
  });
  expect(unusedListWatcher(pool, NOBODY).ended?.(heap.words)).toBeUndefined();
});
