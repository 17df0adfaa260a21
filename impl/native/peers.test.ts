/** The library's behaviour under the sequential driver; on real threads it is tested in fuzz/native. */
import { EventEmitter } from "node:events";
import { expect, test } from "vitest";
import type { Access } from "../memory/access.ts";
import type { Heap } from "../memory/heap.ts";
import { runAlone } from "../memory/sequential.ts";
import { wordAt } from "../memory/word.ts";
import { invalidateTree } from "../peers/invalidate.ts";
import { defer } from "./deferred.ts";
import { attachPeerPool, createPeerPool, PeerPool, type PeerPoolOptions } from "./peers.ts";
import { layoutOf, THREADS_MAX } from "./pool-buffer.ts";
import { claimSlot, ThreadSlot } from "./rcu.ts";

interface Running {
  readonly pool: PeerPool;
  readonly heap: Heap;
  run<T>(procedure: Access<T>): T;
}

function created(options: PeerPoolOptions, time: { now: number } = { now: 1000 }): Running {
  const pool = createPeerPool(options, { now: () => time.now, stallMs: 50 });
  const heap: Heap = { words: new Int32Array(pool.buffer), regions: [], used: 0 };
  return { pool, heap, run: (procedure) => runAlone(heap, procedure) };
}

function codeOf(act: () => unknown): unknown {
  try {
    act();
  } catch (error) {
    return error instanceof Error && "code" in error ? error.code : error;
  }
  return "none";
}

test("a peer is created, found, used and given back", () => {
  const { pool, run } = created({ capacity: 4 });
  expect(run(pool.get("10.0.0.1"))).toBeUndefined();
  const peer = run(pool.get("10.0.0.1", { create: true }));
  if (peer === undefined) throw new Error("there is no peer");
  const first = run(pool.nextId(peer));
  expect(run(pool.nextId(peer.reference, 3))).toBe((first + 1) & 0xffff);
  expect(Array.from({ length: 8 }, () => run(pool.allow(peer, 10)))).toEqual([
    true,
    true,
    true,
    true,
    true,
    true,
    false,
    false,
  ]);
  run(pool.put(peer));
  expect(peer.isReleased).toBe(true);
  expect(codeOf(() => run(pool.put(peer)))).toBe("ERR_PEER_RELEASED");
  expect(codeOf(() => run(pool.allow(peer, 1)))).toBe("ERR_PEER_RELEASED");
  run(peer[Symbol.dispose]()); // no effect, once it is given back
  const again = run(pool.get("10.0.0.1"));
  if (again !== undefined) run(again[Symbol.dispose]());
  expect(again?.isReleased).toBe(true);
  expect(run(pool.allowAt("10.0.0.1", 10))).toBe(false);
  expect(run(pool.allowAt("10.0.0.2", 10))).toBe(true);
});

test("a full pool is reported, and an idle peer makes room", () => {
  const { pool, run } = created({ capacity: 1, threshold: 0 });
  const peer = run(pool.get(1, { create: true }));
  expect(codeOf(() => run(pool.acquire(2, true)))).toBe("ERR_POOL_FULL");
  if (peer !== undefined) run(pool.put(peer));
  // The idle peer is collected at once; alone, a thread's grace periods end with its operation.
  expect(codeOf(() => run(pool.acquire(2, true)))).toBe("ERR_POOL_FULL");
  expect(run(pool.stats()).inUse).toBe(1);
  run(pool.stats());
});

test("options and arguments out of their range are reported by name", () => {
  const cases: readonly (readonly [PeerPoolOptions, string])[] = [
    [{ capacity: 0 }, "capacity is 0, and must be a whole number from 1 to 16777216"],
    [{ capacity: 1.5 }, "capacity is 1.5"],
    [{ capacity: 5, threshold: -1 }, "threshold is -1"],
    [{ capacity: 5, ttlMinMs: 9, ttlMaxMs: 8 }, "ttlMaxMs is 8, and must be a whole number from 9 to 1073741823"],
    [{ capacity: 5, gcDelayMs: 0 }, "gcDelayMs is 0"],
    [{ capacity: 5, burstFactor: 0 }, "burstFactor is 0"],
  ];
  for (const [options, message] of cases) expect(() => createPeerPool(options)).toThrow(message);
  const { pool, run } = created({ capacity: 4 });
  for (const timeout of [-1, 60_001, Number.NaN])
    expect(codeOf(() => run(pool.allowAt(1, timeout)))).toBe("ERR_LIMITS");
  for (const more of [-1, 65_536, 0.5]) expect(codeOf(() => run(pool.nextId(1, more)))).toBe("ERR_LIMITS");
});

test("invalidated peers are not found, of one family or both", () => {
  const { pool, run } = created({ capacity: 9 });
  const fill = (): void => {
    for (const address of ["10.0.0.1", "2001:db8::1"]) run(pool.release(run(pool.acquire(address, true))));
  };
  fill();
  run(pool.invalidate("v6"));
  expect(run(pool.stats())).toMatchObject({ v4: 1, v6: 0 });
  fill();
  run(pool.invalidate("v4"));
  expect(run(pool.stats())).toMatchObject({ v4: 0, v6: 1 });
  fill();
  run(pool.invalidate());
  expect(run(pool.stats())).toMatchObject({ v4: 0, v6: 0 });
});

test("at regular intervals the thread is quiescent, the clock moves, and due work is done", () => {
  const time = { now: 1000 };
  const { pool, heap, run } = created({ capacity: 9, gcDelayMs: 5 }, time);
  const layout = layoutOf(pool.buffer);
  run(pool.release(run(pool.acquire(1, true))));
  run(pool.invalidate("v4")); // its grace period is over at once here: the tree is queued for the collector
  const peer = run(pool.acquire(2, true));
  run(defer(layout.deferred, 1, 1, peer)); // as the second callback would be: another tree, of one peer
  run(pool.release(peer));
  time.now += 6;
  for (let i = 0; i < 64; i++) run(pool.stats());
  time.now += 6;
  for (let i = 0; i < 128; i++) run(pool.stats());
  expect(wordAt(heap.words, layout.clock.jiffies)).toBe(1012);
  expect(run(pool.stats())).toMatchObject({ inUse: 0, reclaiming: 0 });
  const other = run(pool.acquire(3, false));
  expect(other).toBe(0);
  const spare = run(pool.acquire(4, true));
  run(defer(layout.deferred, 1, 0, spare)); // as the first would be: a peer that is freed
  for (let i = 0; i < 64; i++) run(pool.stats());
  expect(run(pool.stats()).inUse).toBe(0);
});

test("a lock that another thread holds stalls an operation; a terminated holder abandons the pool", () => {
  const { pool, heap, run } = created({ capacity: 4 });
  const { pool: places, deferred } = layoutOf(pool.buffer);
  run(pool.stats());
  run(claimSlot(deferred.rcu, 78));
  heap.words[places.v4.lock] = 2; // held by the thread in the second slot
  expect(codeOf(() => run(pool.acquire(1, true)))).toMatchObject({
    message: expect.stringContaining("never ends") as string,
  });
  expect(run(pool.forgetThread(55_555))).toBe(false);
  expect(run(pool.forgetThread(77))).toBe(true);
  const other = attachPeerPool(pool.buffer);
  expect(codeOf(() => run(other.acquire(1, false)))).toBe("ERR_POOL_ABANDONED");
});

/** Runs a procedure until it waits for a taken lock, then makes it fail. */
function failAtLock(heap: Heap, procedure: Access<unknown>): void {
  expect(() => runAlone(heap, procedure)).toThrow("never ends");
  expect(() => procedure.throw(new Error("the wait was ended"))).toThrow("the wait was ended");
}

test("an operation that fails while it holds a lock abandons the pool, and one without a lock does not", () => {
  const [get, invalidate] = [created({ capacity: 4 }), created({ capacity: 4 })];
  const locks = (pool: PeerPool) => layoutOf(pool.buffer).pool;
  for (const holder of [2, 1]) {
    for (const { pool, heap, run } of [get, invalidate]) {
      run(pool.stats());
      heap.words[locks(pool).v6.lock] = holder; // 1 is this thread's own number
      failAtLock(heap, pool === get.pool ? pool.acquire("2001:db8::1", true) : pool.invalidate());
      const other = attachPeerPool(pool.buffer);
      expect(codeOf(() => run(other.acquire(1, false)))).toBe(holder === 1 ? "ERR_POOL_ABANDONED" : "none");
      heap.words[locks(pool).v6.lock] = 0;
    }
  }
});

test("more threads than slots, and a thread that has detached itself, are errors", () => {
  const { pool, run } = created({ capacity: 4 });
  const { deferred } = layoutOf(pool.buffer);
  for (let thread = 0; thread < THREADS_MAX; thread++) run(claimSlot(deferred.rcu, 100 + thread));
  expect(codeOf(() => run(pool.stats()))).toBe("ERR_THREADS");
  expect(run(pool.forgetThread(99))).toBe(true);
  expect(run(pool.stats()).threads).toBe(THREADS_MAX);
  run(pool.detach());
  expect(codeOf(() => run(pool.stats()))).toBe("ERR_POOL_DETACHED");
  run(created({ capacity: 4 }).pool.detach());
});

test("one listener serves all pools of a thread", () => {
  created({ capacity: 4 });
  created({ capacity: 4 });
  const worker = Object.assign(new EventEmitter(), { threadId: 41 });
  process.emit("worker", worker as never);
  expect(worker.listenerCount("exit")).toBe(1);
  worker.emit("exit", 0); // the work that this starts needs real threads
});

test("a turn that ends takes the thread offline", async () => {
  const { pool, heap, run } = created({ capacity: 4 });
  const { deferred } = layoutOf(pool.buffer);
  run(pool.stats());
  const slot = deferred.rcu.slots[0] ?? 0;
  expect(wordAt(heap.words, ThreadSlot.seen(slot))).not.toBe(0);
  await Promise.resolve(); // under simulation, nothing runs the work of the turn's end
  expect(pool.buffer.byteLength).toBeGreaterThan(0);
});

test("a thread that deferred nothing runs two callbacks of other threads at a quiescent state", () => {
  const { pool, run } = created({ capacity: 20 });
  const { deferred, pool: places } = layoutOf(pool.buffer);
  const peers = Array.from({ length: 20 }, (_, word) => run(pool.acquire(word, true)));
  run(invalidateTree(places, "v4"));
  for (const peer of peers) run(defer(deferred, 2, 1, peer)); // by the thread in the second slot: to be freed
  expect(run(pool.stats()).reclaiming).toBe(20);
  run(pool.detach());
  const other = attachPeerPool(pool.buffer, { now: () => 1000 }); // its first operation is a quiescent state
  expect(run(other.stats()).reclaiming).toBe(18);
});

test("a missing reference and an unknown family are rejected", () => {
  const { pool, run } = created({ capacity: 4 });
  const missing = run(pool.acquire(1, false));
  expect(missing).toBe(0);
  for (const act of [() => pool.release(missing), () => pool.allow(missing, 1), () => pool.nextId(missing)])
    expect(codeOf(() => run<unknown>(act()))).toBe("ERR_PEER_RELEASED");
  run(pool.acquire(1, true));
  expect(codeOf(() => run(pool.invalidate("v5" as "v4")))).toBe("ERR_LIMITS");
  expect(run(pool.stats()).v4).toBe(1);
});
