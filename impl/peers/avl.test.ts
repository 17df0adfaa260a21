import * as fc from "fast-check";
import { expect, test } from "vitest";
import type { PeerAddress } from "#model/peers/peer-address.ts";
import { ACCESS, type Access, type Address, NIL, request } from "../memory/access.ts";
import { createHeap } from "../memory/heap.ts";
import { recorded } from "../memory/recorded.ts";
import { runAlone } from "../memory/sequential.ts";
import { Slab } from "../memory/slab.ts";
import { placeClock } from "../sync/jiffies.ts";
import { createPath, lookupLocked, removePeer } from "./avl.ts";
import { Peer } from "./layout.ts";
import { defaultLimits } from "./limits.ts";
import { findPeer, getPeer, putPeer } from "./lookup.ts";
import { createPeerPool } from "./create-pool.ts";

const v4 = (word: number): PeerAddress => ({ family: "v4", words: [word] });

function setUp(words: readonly number[] = []) {
  const heap = createHeap(100 + 14 * 65);
  const clock = placeClock(heap, 1000);
  const pool = createPeerPool(heap, clock, {
    limits: defaultLimits(2 ** 30, 1),
    peersMax: 64,
    firstIdentifier: () => 0,
  });
  const run = <T>(procedure: Access<T>): T => runAlone(heap, procedure);
  const word = (address: number): number => heap.words[address] ?? 0;
  const create = (key: number): number => run(getPeer(pool, v4(key)));
  const remove = (key: number): void => {
    const path = createPath(pool);
    const peer = run(lookupLocked(pool, pool.v4, v4(key), path));
    run(removePeer(pool, pool.v4, v4(key), peer, path));
  };
  /** The tree as nested lists, `[left, key, right]`, checked to be an AVL tree with true heights. */
  const shapeBelow = (peer: number): { readonly shape: unknown; readonly height: number } => {
    if (peer === pool.empty) return { shape: "", height: 0 };
    const left = shapeBelow(word(Peer.left(peer)));
    const right = shapeBelow(word(Peer.right(peer)));
    const height = Math.max(left.height, right.height) + 1;
    expect(word(Peer.height(peer))).toBe(height);
    expect(Math.abs(left.height - right.height)).toBeLessThanOrEqual(1);
    const key = word(Peer.address(peer));
    return { shape: height === 1 ? key : [left.shape, key, right.shape], height };
  };
  const shape = (): unknown => shapeBelow(word(pool.v4.root)).shape;
  for (const key of words) create(key);
  return {
    heap,
    pool,
    run,
    word,
    create,
    remove,
    shape,
    total: () => word(pool.v4.total),
    live: () => word(Slab.live(pool.peers)),
  };
}

function keysOf(shape: unknown): number[] {
  if (typeof shape === "number") return [shape];
  return Array.isArray(shape) ? shape.flatMap(keysOf) : [];
}

test("after any insertions and removals the tree is right: peers, order, balance, heights and total", () => {
  const steps = fc.array(fc.record({ key: fc.integer({ min: 1, max: 30 }), removes: fc.boolean() }), { maxLength: 60 });
  fc.assert(
    fc.property(steps, (all) => {
      const { create, remove, shape, total, live } = setUp();
      const keys = new Set<number>();
      for (const { key, removes } of all) {
        if (!removes) {
          create(key);
          keys.add(key);
        } else if (keys.delete(key)) remove(key);
        expect(keysOf(shape())).toEqual([...keys].toSorted((left, right) => left - right));
        expect([total(), live()]).toEqual([keys.size, keys.size]);
      }
    }),
    { seed: 1, numRuns: 200 },
  );
});

test("each insertion that unbalances the tree causes the fitting rotation", () => {
  expect(setUp([30, 20, 10]).shape()).toEqual([10, 20, 30]);
  expect(setUp([10, 20, 30]).shape()).toEqual([10, 20, 30]);
  expect(setUp([30, 10, 20]).shape()).toEqual([10, 20, 30]);
  expect(setUp([10, 30, 20]).shape()).toEqual([10, 20, 30]);
});

test("a removal that leaves an even child on the heavy side takes a single rotation", () => {
  const fromTheRight = setUp([20, 10, 30, 5, 15]);
  fromTheRight.remove(30);
  expect(fromTheRight.shape()).toEqual([5, 10, [15, 20, ""]]);
  const fromTheLeft = setUp([20, 10, 30, 25, 35]);
  fromTheLeft.remove(10);
  expect(fromTheLeft.shape()).toEqual([["", 20, 25], 30, 35]);
});

test("a removal is rebalanced all the way up to the root", () => {
  // The least tree of height 4, whose removal at the shallow end rotates twice.
  const { remove, shape } = setUp([50, 30, 80, 20, 40, 70, 90, 10, 25, 35, 60, 5]);
  remove(90);
  expect(keysOf(shape())).toEqual([5, 10, 20, 25, 30, 35, 40, 50, 60, 70, 80]);
});

test("a peer with two children is replaced by its predecessor, near or far", () => {
  const near = setUp([20, 10, 30, 5]);
  near.remove(20);
  expect(near.shape()).toEqual([5, 10, 30]);
  const far = setUp([20, 10, 30, 5, 15, 25, 12]);
  far.remove(20);
  expect(far.shape()).toEqual([[5, 10, 12], 15, [25, 30, ""]]);
});

test("a peer without a left child is replaced by its right one", () => {
  const { remove, shape } = setUp([20, 10, 30, 15]);
  remove(10);
  expect(shape()).toEqual([15, 20, 30]);
});

test("every link that a reader may follow is published by a release", () => {
  const { pool, run } = setUp([30, 10]);
  const log: string[] = [];
  run(recorded(getPeer(pool, v4(20)), log));
  // A double rotation: the peer is linked in, four links change below, and the subtree's own link last.
  expect(log.filter((name) => name === "rcuAssignPointer").length).toBe(6);
  expect(log.lastIndexOf("rcuAssignPointer")).toBeGreaterThan(log.indexOf("rcuAssignPointer"));
});

test("the path to a peer ends at the link that holds it", () => {
  const { pool, run, word } = setUp([20, 10, 30, 5, 15]);
  const path = createPath(pool);
  const peer = run(lookupLocked(pool, pool.v4, v4(15), path));
  expect(path.length).toBe(3);
  expect(path.slots[0]).toBe(pool.v4.root);
  expect(word(path.slots[2] ?? 0)).toBe(peer);
  expect(run(lookupLocked(pool, pool.v4, v4(16), path))).toBe(pool.empty);
  expect([path.length, path.slots[3]]).toEqual([4, Peer.right(peer)]);
});

/** Runs `procedure`, and `between` once, right before the access that is the `at`-th. */
function* interrupted<T>(procedure: Access<T>, at: number, between: () => void): Access<T> {
  let step = procedure.next(0);
  for (let access = 1; !step.done; access++) {
    const found = yield step.value;
    if (access === at) between();
    step = procedure.next(found);
  }
  return step.value;
}

test("a miss during which a writer ran is looked up again under the lock", () => {
  const { heap, pool, create, word } = setUp([20]);
  // Right after the sequence was read, another thread creates the wanted peer, above the point that the search will
  // reach.
  const log: string[] = [];
  const search = recorded(findPeer(pool, v4(10)), log);
  let created = NIL;
  const found = runAlone(
    heap,
    interrupted(search, 6, () => void (created = create(10))),
  );
  expect(found).toBe(created);
  expect(word(Peer.refcount(created))).toBe(2);
  expect(log).toContain("spinLock");
});

test("a miss repeated under the lock returns no peer, and collects the idle peers on its path", () => {
  const { heap, pool, create, run, total } = setUp([20]);
  run(putPeer(pool, run(findPeer(pool, v4(20)))));
  const held = run(findPeer(pool, v4(20)));
  run(putPeer(pool, held));
  run(putPeer(pool, held));
  heap.words[pool.jiffies] = 100_000;
  const found = runAlone(
    heap,
    interrupted(findPeer(pool, v4(10)), 6, () => void create(30)),
  );
  expect(found).toBe(NIL);
  expect(total()).toBe(1);
});

test("a creation that finds the peer of another creation takes a reference to it", () => {
  const { heap, pool, create, word, total } = setUp([20]);
  let created = NIL;
  const found = runAlone(
    heap,
    interrupted(getPeer(pool, v4(10)), 6, () => void (created = create(10))),
  );
  expect(found).toBe(created);
  expect([word(Peer.refcount(created)), total()]).toEqual([2, 2]);
});

test("a reader without a lock finds every peer, on either side of any other", () => {
  const { pool, run, word } = setUp([40, 20, 60, 10, 30, 50, 70]);
  for (const key of [40, 20, 60, 10, 30, 50, 70]) {
    const peer = run(findPeer(pool, v4(key)));
    expect(word(Peer.address(peer))).toBe(key);
  }
});

test("victims are removed by their own addresses, wherever in the tree they are", () => {
  const { pool, run, create, heap, shape } = setUp();
  for (const key of [40, 20, 60, 10, 30]) {
    const peer = create(key);
    if (key === 20 || key === 10) run(putPeer(pool, peer));
  }
  heap.words[pool.jiffies] = 100_000;
  create(5); // passes 40, 20 and 10, of which the last two are idle
  expect(keysOf(shape())).toEqual([5, 30, 40, 60]);
});

test("victims of long addresses are removed by all their words", () => {
  const { pool, run, heap } = setUp();
  const v6 = (word: number): PeerAddress => ({ family: "v6", words: [0xfd000000, 0, 1, word] });
  for (const word of [40, 20, 60]) {
    const peer = run(getPeer(pool, v6(word)));
    if (word === 20) run(putPeer(pool, peer));
  }
  heap.words[pool.jiffies] = 100_000;
  run(getPeer(pool, v6(10)));
  expect([40, 20, 60, 10].map((word) => run(findPeer(pool, v6(word))) !== NIL)).toEqual([true, false, true, true]);
});

test("a thread that takes a peer about to be collected keeps it, at whichever access", () => {
  const outcomes = new Set<boolean>();
  for (let at = 1; at < 60; at++) {
    const { heap, pool, run, create, word, live } = setUp();
    const idle = create(20);
    run(putPeer(pool, idle));
    heap.words[pool.jiffies] = 100_000;
    let taken = NIL;
    // A search without a lock, as on another CPU; where a writer is inside, it would wait.
    const take = (): void => {
      const isWriting = (word(pool.v4.seqlock.sequence) & 1) === 1;
      if (word(Peer.refcount(idle)) === 0) {
        if (isWriting) heap.words[Peer.refcount(idle)] = 1;
        else run(findPeer(pool, v4(20)));
        taken = idle;
      }
    };
    runAlone(heap, interrupted(getPeer(pool, v4(10)), at, take));
    outcomes.add(taken !== NIL);
    expect(live()).toBe(taken === NIL ? 1 : 2);
    if (taken !== NIL) expect(word(Peer.refcount(idle))).toBe(1);
  }
  expect(outcomes).toEqual(new Set([true, false]));
});

test("a creation without memory writes nothing but the lock's sequence", () => {
  const heap = createHeap(100 + 14 * 2);
  const clock = placeClock(heap, 1000);
  const pool = createPeerPool(heap, clock, {
    limits: defaultLimits(2 ** 30, 1),
    peersMax: 1,
    firstIdentifier: () => 7,
  });
  runAlone(heap, getPeer(pool, v4(1)));
  const before = [...heap.words];
  expect(runAlone(heap, getPeer(pool, v4(2)))).toBe(NIL);
  const changed = [...heap.words.keys()].filter((address) => heap.words[address] !== before[address]);
  expect(changed).toEqual([pool.v4.seqlock.sequence]);
});

/** The procedure, recording the words that it reads or writes plainly. */
function* noting<T>(
  procedure: Access<T>,
  plain: { readonly read: Set<Address>; readonly written: Set<Address> },
): Access<T> {
  let step = procedure.next(0);
  while (step.done !== true) {
    if (step.value === ACCESS.read) plain.read.add(request.address);
    if (step.value === ACCESS.write) plain.written.add(request.address);
    step = procedure.next(yield step.value);
  }
  return step.value;
}

for (const [rotation, key] of [
  ["right", 5],
  ["left, then right", 15],
  ["left", 80],
  ["right, then left", 65],
] as const) {
  test(`where a subtree keeps its height, nothing above is visited: rotated to the ${rotation}`, () => {
    const { pool, run, word, shape } = setUp([40, 20, 60, 10, 70]);
    const root = word(pool.v4.root);
    const plain = { read: new Set<Address>(), written: new Set<Address>() };
    run(noting(getPeer(pool, v4(key)), plain));
    expect(plain.read.has(Peer.height(root))).toBe(false);
    expect(keysOf(shape())).toEqual([10, 20, 40, 60, 70, key].toSorted((one, other) => one - other));
  });
}

test("an unchanged height is not written, and nothing above is visited; a changed one is", () => {
  const { pool, run, word } = setUp([40, 20, 60, 10]);
  const [root, left, right] = [40, 20, 60].map((key) => run(findPeer(pool, v4(key))));
  const heights = (peers: Set<Address>): boolean[] =>
    [root, left, right].map((peer) => peers.has(Peer.height(peer ?? NIL)));
  const create = (key: number): { readonly read: Set<Address>; readonly written: Set<Address> } => {
    const plain = { read: new Set<Address>(), written: new Set<Address>() };
    run(noting(getPeer(pool, v4(key)), plain));
    return plain;
  };
  const balances = create(30); // 20 has 10 on its other side
  expect([heights(balances.read), heights(balances.written)]).toEqual([
    [false, true, false],
    [false, false, false],
  ]);
  const grows = create(50); // 60 has no other; 40 has a higher left side
  expect([heights(grows.read), heights(grows.written)]).toEqual([
    [true, true, true],
    [false, false, true],
  ]);
  expect(word(Peer.height(root ?? NIL))).toBe(3);
});
