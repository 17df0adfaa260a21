import { expect, test } from "vitest";
import type { PeerAddress } from "#model/peers/peer-address.ts";
import { ACCESS, type Access, type AccessKind, NIL, request } from "../memory/access.ts";
import { createHeap, type Heap, nameOf, objectNameOf } from "../memory/heap.ts";
import { recorded } from "../memory/recorded.ts";
import { runAlone } from "../memory/sequential.ts";
import { Slab } from "../memory/slab.ts";
import { DelayedWork, WORK_STATE } from "../sync/delayed-work.ts";
import { advanceClock, placeClock } from "../sync/jiffies.ts";
import { cleanupOnce, cleanupWhenFull } from "./cleanup-once.ts";
import { ListedPeer, UnusedList } from "./layout.ts";
import { defaultListLimits, type ListLimits } from "./list-limits.ts";
import { checkExpired, startTimer } from "./periodic-timer.ts";
import { createRcuListPool, findPeer as findLockless, getPeer as getLockless } from "./rcu-list-pool.ts";
import { createRwlockPool, findPeer as findReadLocked, getPeer as getReadLocked } from "./rwlock-pool.ts";
import { peerOfLink, putPeer, takeLongestIdle, unlinkFromUnused } from "./unused-list.ts";

const v4 = (word: number): PeerAddress => ({ family: "v4", words: [word] });

const GENERATIONS = [
  {
    name: "before the conversion",
    createPool: createRwlockPool,
    findPeer: findReadLocked,
    getPeer: getReadLocked,
    mayFreeWith: 1,
  },
  {
    name: "after the conversion",
    createPool: createRcuListPool,
    findPeer: findLockless,
    getPeer: getLockless,
    mayFreeWith: 0,
  },
] as const;

type Generation = (typeof GENERATIONS)[number];

function setUp(
  { createPool, findPeer, getPeer }: Generation,
  { peersMax = 8, now = 1000, ...changed }: Partial<ListLimits> & { peersMax?: number; now?: number } = {},
) {
  const heap = createHeap(60 + 10 * (peersMax + 1));
  const clock = placeClock(heap, now);
  const limits = { ...defaultListLimits(2 ** 30, 1), ...changed };
  const pool = createPool(heap, clock, { limits, peersMax, firstIdentifier: ({ words }) => (words[0] ?? 0) * 3 });
  const run = <T>(procedure: Access<T>): T => runAlone(heap, procedure);
  const word = (address: number): number => heap.words[address] ?? 0;
  const ends = UnusedList.ends(pool.unusedList);
  return {
    heap,
    clock,
    pool,
    run,
    word,
    create: (key: number) => run(getPeer(pool, v4(key))),
    find: (key: number) => run(findPeer(pool, v4(key))),
    creating: (key: number) => getPeer(pool, v4(key)),
    finding: (key: number) => findPeer(pool, v4(key)),
    put: (peer: number) => run(putPeer(pool, peer)),
    advance: (ticks: number) => run(advanceClock(clock, ticks)),
    total: () => word(pool.v4.total),
    live: () => word(Slab.live(pool.peers)),
    refcount: (peer: number) => word(ListedPeer.refcount(peer)),
    /** The unused list forwards, checked to be the same backwards. */
    unused: () => {
      const forwards: number[] = [];
      for (let link = word(ends); link !== ends && forwards.length < 20; link = word(link))
        forwards.push(peerOfLink(link));
      const backwards: number[] = [];
      for (let link = word(ends + 1); link !== ends && backwards.length < 20; link = word(link + 1))
        backwards.push(peerOfLink(link));
      expect(backwards.toReversed()).toEqual(forwards);
      return forwards;
    },
  };
}

/** Runs a procedure, and `meanwhile` just before it makes its first access of that kind. */
function runWith<T>(heap: Heap, procedure: Access<T>, kind: AccessKind, meanwhile: () => void): T {
  function* interrupted(): Access<T> {
    let isDone = false;
    let step = procedure.next(0);
    while (!step.done) {
      if (step.value === kind && !isDone) {
        isDone = true;
        const registers = { ...request };
        meanwhile();
        Object.assign(request, registers);
      }
      const found = yield step.value;
      step = procedure.next(found);
    }
    expect(isDone).toBe(true);
    return step.value;
  }
  return runAlone(heap, interrupted());
}

for (const generation of GENERATIONS) {
  const name = (title: string) => `${generation.name}: ${title}`;

  test(name("an address that the pool lacks is not found, and is created on request"), () => {
    const { create, find, pool, word, total, refcount, unused, live } = setUp(generation);
    expect(find(7)).toBe(NIL);
    expect(live()).toBe(0);
    const peer = create(7);
    expect([find(7), create(7)]).toEqual([peer, peer]);
    expect([refcount(peer), total(), unused()]).toEqual([3, 1, []]);
    expect(
      [ListedPeer.left, ListedPeer.right, ListedPeer.height, ListedPeer.identifier, ListedPeer.address].map((field) =>
        word(field(peer)),
      ),
    ).toEqual([pool.empty, pool.empty, 1, 21, 7]);
    expect(word(ListedPeer.unused(peer))).toBe(ListedPeer.unused(peer));
    expect(word(ListedPeer.unused(peer) + 1)).toBe(ListedPeer.unused(peer));
  });

  test(name("the tree is searched in the order of unsigned addresses"), () => {
    const { create, word, find } = setUp(generation);
    const [root, left, right] = [create(20), create(10), create(0x8000_0000)];
    expect([word(ListedPeer.left(root)), word(ListedPeer.right(root))]).toEqual([left, right]);
    expect([find(10), find(0x8000_0000), find(15), find(21)]).toEqual([left, right, NIL, NIL]);
  });

  test(
    name("the last release puts a peer at the end of the unused list with the time; an earlier one changes nothing"),
    () => {
      const { create, put, advance, unused, word, refcount, pool } = setUp(generation);
      const [first, second] = [create(1), create(2)];
      create(1);
      put(second);
      advance(5);
      put(first);
      expect([unused(), refcount(first), word(ListedPeer.dtime(second))]).toEqual([[second], 1, 1000]);
      advance(5);
      put(first);
      expect([unused(), word(ListedPeer.dtime(first)), word(ListedPeer.dtime(second))]).toEqual([
        [second, first],
        1010,
        1000,
      ]);
      expect(word(pool.jiffies)).toBe(1010);
    },
  );

  test(name("a peer that is found again leaves the unused list from any place in it"), () => {
    const { create, put, find, unused, refcount } = setUp(generation);
    const [first, second, third] = [create(1), create(2), create(3)];
    for (const peer of [first, second, third]) put(peer);
    expect([find(2), unused()]).toEqual([second, [first, third]]);
    expect([find(1), unused()]).toEqual([first, [third]]);
    expect([create(3), unused()]).toEqual([third, []]);
    expect([first, second, third].map(refcount)).toEqual([1, 1, 1]);
    put(second);
    expect(unused()).toEqual([second]);
  });

  test(name("a collection takes the longest idle peer once it has been idle for the ttl, and no other"), () => {
    const { create, put, advance, run, pool, unused, total, find, live } = setUp(generation);
    const [first, second] = [create(1), create(2)];
    put(first);
    put(second);
    advance(99);
    expect([run(cleanupOnce(pool, 100)), unused()]).toEqual([false, [first, second]]);
    advance(1);
    expect([run(cleanupOnce(pool, 100)), unused(), total(), live()]).toEqual([true, [second], 1, 1]);
    expect([find(1), find(2)]).toEqual([NIL, second]);
    expect(run(cleanupOnce(pool, 0))).toBe(false);
  });

  test(name("idle time is right across the wrap of the clock"), () => {
    const { create, put, advance, run, pool } = setUp(generation, { now: -10 });
    put(create(1));
    advance(99);
    expect(run(cleanupOnce(pool, 100))).toBe(false);
    advance(1);
    expect(run(cleanupOnce(pool, 100))).toBe(true);
  });

  test(name("a creation that fills the pool takes one idle peer, however fresh; one below takes none"), () => {
    const { create, put, unused, total } = setUp(generation, { threshold: 3 });
    const [first, second] = [create(1), create(2)];
    put(first);
    put(second);
    const third = create(3);
    expect([unused(), total()]).toEqual([[second], 2]);
    put(third);
    put(create(4));
    expect([unused().length, total()]).toEqual([2, 2]);
  });

  test(name("a hit collects nothing, in the fullest pool"), () => {
    const { create, put, find, total } = setUp(generation, { threshold: 1 });
    const peer = create(1);
    const other = create(2);
    put(other);
    expect([find(1), create(1), total()]).toEqual([peer, peer, 2]);
  });

  test(name("a full pool of peers in use grows, and a collection takes none that is in use"), () => {
    const { create, total, run, pool } = setUp(generation, { threshold: 1 });
    for (const key of [1, 2, 3]) create(key);
    expect(total()).toBe(3);
    expect(run(cleanupOnce(pool, 0))).toBe(false);
    run(cleanupWhenFull(pool));
    expect(total()).toBe(3);
  });

  test(
    name("a peer that others have come to use stays, and returns to the list with a fresh time when all release it"),
    () => {
      const { create, put, run, pool, find, unused, refcount, advance, word, total } = setUp(generation);
      const peer = create(1);
      put(peer);
      const taken = run(takeLongestIdle(pool, 0));
      expect([taken, refcount(peer), unused()]).toEqual([peer, 1, []]);
      expect(find(1)).toBe(peer);
      run(pool.unlinkFromPool(peer));
      expect([refcount(peer), total(), unused()]).toEqual([1, 1, []]);
      advance(5);
      put(peer);
      expect([unused(), word(ListedPeer.dtime(peer))]).toEqual([[peer], 1005]);
    },
  );

  test(name("a user that releases before the peer is removed does not keep it"), () => {
    const { create, put, run, pool, find, total, live, unused } = setUp(generation);
    const peer = create(1);
    put(peer);
    run(takeLongestIdle(pool, 0));
    put(find(1));
    run(pool.unlinkFromPool(peer));
    expect([total(), live(), unused()]).toEqual([0, 0, []]);
  });

  test(name("a peer is freed with the count that its generation specifies"), () => {
    const { create, put, run, pool, refcount, live } = setUp(generation);
    const peer = create(1);
    put(peer);
    run(cleanupOnce(pool, 0));
    expect([live(), refcount(peer)]).toEqual([0, generation.mayFreeWith]);
  });

  test(name("without memory a creation returns NIL and changes nothing"), () => {
    const { create, find, total, live } = setUp(generation, { peersMax: 1 });
    const only = create(1);
    expect([create(2), total(), live()]).toEqual([NIL, 1, 1]);
    expect(find(1)).toBe(only);
  });

  test(name("a creation without memory writes nothing, wherever a peer of address 0 would be"), () => {
    const { heap, create } = setUp(generation, { peersMax: 1 });
    create(1);
    const words = heap.words.slice();
    create(2);
    expect(heap.words).toEqual(words);
  });

  test(name("words are named after their objects"), () => {
    const { heap, pool } = setUp(generation);
    expect(
      [pool.v4.root, pool.v4.lock, UnusedList.lock(pool.unusedList), DelayedWork.state(pool.timer)].map((address) =>
        nameOf(heap, address),
      ),
    ).toEqual(["peers.root", "peers.lock", "unused.lock", "timer.state"]);
    expect([objectNameOf(heap, pool.empty), objectNameOf(heap, pool.firstPeer)]).toEqual(["empty", "peer#1"]);
  });

  test(name("the timer is started once, a jitter after the longest time there is"), () => {
    const { run, pool, word } = setUp(generation);
    run(startTimer(pool, 17));
    expect([word(DelayedWork.state(pool.timer)), word(DelayedWork.expires(pool.timer))]).toEqual([
      WORK_STATE.pending,
      1000 + 120 + 17,
    ]);
  });

  test(name("the clock queues the timer when its time has come"), () => {
    const { run, pool, word, advance } = setUp(generation);
    run(startTimer(pool, 0));
    advance(119);
    expect(word(DelayedWork.state(pool.timer))).toBe(WORK_STATE.pending);
    advance(1);
    expect(word(DelayedWork.state(pool.timer))).toBe(WORK_STATE.queued);
  });

  test(name("a run of the timer takes all old peers, and requests the next by how full the pool then is"), () => {
    const { create, put, run, pool, advance, unused, word, total } = setUp(generation, { threshold: 10 });
    const [first, second, third] = [create(1), create(2), create(3)];
    put(first);
    put(second);
    advance(100);
    put(third);
    advance(455); // 3 of 10 peers: 600 s less 3 tenths of 480 s
    run(checkExpired(pool));
    expect([unused(), total()]).toEqual([[third], 1]);
    expect(word(DelayedWork.expires(pool.timer))).toBe(1555 + 120 - 11); // 1 of 10 peers: a tenth of 110 s
  });

  test(name("a run of the timer decides by how full the pool is when it begins"), () => {
    const { create, put, run, pool, advance, total } = setUp(generation, { threshold: 10 });
    for (const key of [1, 2, 3]) put(create(key));
    advance(455);
    run(checkExpired(pool)); // with 3 peers the ttl is 456
    expect(total()).toBe(3);
    advance(1);
    run(checkExpired(pool)); // with 2 peers it would be 504
    expect(total()).toBe(0);
  });

  test(
    name("at the threshold the timer takes peers idle for the least ttl, not fresh ones, and runs again soonest"),
    () => {
      const { create, put, run, pool, advance, total, word } = setUp(generation, { threshold: 2 });
      const peers = [create(1), create(2)];
      for (const peer of peers) put(peer);
      advance(119);
      run(checkExpired(pool));
      expect([total(), word(DelayedWork.expires(pool.timer))]).toEqual([2, 1119 + 10]);
      run(unlinkFromUnused(pool, peers[0] ?? NIL));
      advance(1);
      run(checkExpired(pool));
      expect(total()).toBe(1);
    },
  );

  test(name("a run of the timer ends where the clock ticks"), () => {
    const { heap, create, put, pool, advance, total } = setUp(generation);
    for (const key of [1, 2, 3]) put(create(key));
    advance(700);
    let reads = 0;
    function* ticking(procedure: Access): Access {
      let step = procedure.next(0);
      while (!step.done) {
        // Its own first read of the clock, the read of the first peer's idle time, and the check whether it has ticked.
        if (step.value === ACCESS.readOnce && request.address === pool.jiffies && ++reads === 3)
          heap.words[pool.jiffies] = 1701;
        const found = yield step.value;
        step = procedure.next(found);
      }
    }
    runAlone(heap, ticking(checkExpired(pool)));
    expect([total(), reads]).toEqual([2, 4]); // and a last read for the time of the next run
  });

  test(name("the sentinel and the pool's words are where the pool records them"), () => {
    const { pool, word, heap } = setUp(generation, { peersMax: 3 });
    expect([word(ListedPeer.left(pool.empty)), word(ListedPeer.right(pool.empty)), word(pool.v4.root)]).toEqual([
      pool.empty,
      pool.empty,
      pool.empty,
    ]);
    expect([pool.trees, pool.v4.family, pool.v4.addressWords, pool.peersMax]).toEqual([[pool.v4], "v4", 1, 3]);
    expect([pool.firstPeer, pool.peerStride]).toEqual([
      heap.words[Slab.first(pool.peers)],
      heap.words[Slab.stride(pool.peers)],
    ]);
    expect([Object.isFrozen(pool), Object.isFrozen(pool.v4)]).toEqual([true, true]);
  });
}

const [before, after] = GENERATIONS;

test("before the conversion: a thread that is too late takes the other's peer, and frees its own", () => {
  const { heap, creating, create, live, refcount, total, unused, put } = setUp(before);
  let other: number = NIL;
  const found = runWith(heap, creating(1), ACCESS.cmpxchgAcquire, () => {
    other = create(1);
    put(other);
  });
  expect([found, live(), refcount(found), total(), unused()]).toEqual([other, 1, 1, 1, []]);
});

test("before the conversion: lookups take the lock once and the list's lock, a miss only the first", () => {
  const { heap, create, finding } = setUp(before);
  create(1);
  const hit: string[] = [];
  runAlone(heap, recorded(finding(1), hit));
  expect(hit.filter((kind) => kind !== "read" && kind !== "write")).toEqual([
    "atomicAddReturnAcquire",
    "atomicAdd",
    "atomicAddReturnRelease",
    "spinLock",
    "spinUnlock",
  ]);
  const miss: string[] = [];
  runAlone(heap, recorded(finding(2), miss));
  expect(miss.filter((kind) => kind !== "read")).toEqual(["atomicAddReturnAcquire", "atomicAddReturnRelease"]);
});

test("before the conversion: a miss that may not create collects nothing", () => {
  const { create, put, find, total } = setUp(before, { threshold: 1 });
  put(create(1));
  expect([find(2), total()]).toEqual([NIL, 1]);
});

test("before the conversion: a creation without memory collects nothing", () => {
  const { create, put, total } = setUp(before, { threshold: 1, peersMax: 1 });
  put(create(1));
  expect([create(2), total()]).toEqual([NIL, 1]);
});

test("after the conversion: a peer in use is found without the tree's lock, an idle one and a miss under it", () => {
  const { heap, create, finding, put } = setUp(after);
  const peer = create(1);
  const sections = (procedure: Access<number>) => {
    const log: string[] = [];
    runAlone(heap, recorded(procedure, log));
    return log.filter((kind) => !["read", "write", "rcuDereference", "rcuDereferenceProtected"].includes(kind));
  };
  expect(sections(finding(1))).toEqual([
    "rcuReadLock",
    "readOnce",
    "cmpxchg",
    "rcuReadUnlock",
    "spinLock",
    "spinUnlock",
  ]);
  put(peer);
  put(peer);
  expect(sections(finding(1)).filter((kind) => kind !== "assertHolds")).toEqual([
    "rcuReadLock",
    "readOnce",
    "rcuReadUnlock",
    "spinLock",
    "atomicAdd",
    "spinUnlock",
    "spinLock",
    "spinUnlock",
  ]);
  expect(sections(finding(2)).filter((kind) => kind !== "assertHolds")).toEqual([
    "rcuReadLock",
    "rcuReadUnlock",
    "spinLock",
    "spinUnlock",
    "readOnce",
  ]);
});

test("after the conversion: a thread that is too late takes the other's peer, and creates none", () => {
  const { heap, creating, create, live, refcount, total, unused } = setUp(after);
  let other: number = NIL;
  const found = runWith(heap, creating(1), ACCESS.spinLock, () => {
    other = create(1);
  });
  expect([found, live(), refcount(found), total(), unused()]).toEqual([other, 1, 2, 1, []]);
});

test("after the conversion: a miss that may not create collects in a full pool", () => {
  const { create, put, find, total } = setUp(after, { threshold: 1 });
  put(create(1));
  expect([find(2), total()]).toEqual([NIL, 0]);
});

test("after the conversion: a creation without memory collects, so that the next one may succeed", () => {
  const { create, put, total } = setUp(after, { threshold: 1, peersMax: 1 });
  put(create(1));
  expect([create(2), total()]).toEqual([NIL, 0]);
  expect(create(2)).not.toBe(NIL);
});

test("after the conversion: a lockless search gives up after linksMax links, and the locked one finds the peer", () => {
  const { heap, create, finding } = setUp(after, { linksMax: 2 });
  create(20);
  const deep = create(10);
  const log: string[] = [];
  expect(runAlone(heap, recorded(finding(10), log))).toBe(deep);
  expect(log.filter((kind) => kind === "rcuDereference")).toHaveLength(2);
  expect(log).not.toContain("rcuDereferenceProtected");
  const { heap: otherHeap, create: createOther, finding: findingOther } = setUp(after, { linksMax: 3 });
  for (const key of [20, 10, 30]) createOther(key);
  const tooDeep: string[] = [];
  runAlone(otherHeap, recorded(findingOther(35), tooDeep));
  expect(tooDeep.filter((kind) => kind === "rcuDereference")).toHaveLength(3);
});
