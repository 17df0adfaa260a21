/**
 * The peer pool as a library: state for each remote address, shared by all worker threads of a process.
 *
 * ```js
 * import { createPeerPool, attachPeerPool } from "quiesce/peers";
 *
 * const pool = createPeerPool({ capacity: 65_536 });      // in one thread
 * const same = attachPeerPool(workerData.buffer);         // in the others, given pool.buffer
 * if (!pool.allowAt(socket.remoteAddress, 100)) refuse(); // one request in 100 ms, six in a row
 * ```
 *
 * Written in the one-source style: a generator here is a plain function in the library.
 *
 * A thread is online from its first operation in a turn of its event loop to the end of that turn, and passes a
 * quiescent state every `OPERATIONS_BETWEEN` operations. The peers it finds stay valid while it holds references to
 * them, whatever the turn. A thread that blocks in the middle of a turn delays only the reuse of freed peers. So does a
 * terminated thread, until the thread that started it is notified of its end, or `forgetThread` is called; the
 * references that it held are never given back. If it was terminated while it changed the pool, holding a lock, the
 * pool is abandoned: every later call throws instead of trusting it.
 */
import { threadId } from "node:worker_threads";
import type { AddressFamily, PeerAddress } from "#model/peers/peer-address.ts";
import { type Access, type Address, NIL, readOnce } from "../memory/access.ts";
import { Slab } from "../memory/slab.ts";
import { wordAt } from "../memory/word.ts";
import { nextIdentifier } from "../peers/identifier.ts";
import { collectDetached, invalidateTree } from "../peers/invalidate.ts";
import { putPeer } from "../peers/lookup.ts";
import { findPeer, getPeer } from "../peers/optimistic-pool.ts";
import { allowPeer } from "../peers/token-bucket.ts";
import { useWords } from "./atomics.ts";
import { attend } from "./attended-pools.ts";
import { deferredCount, runDeferred } from "./deferred.ts";
import { type IpAddress, parseIpAddress } from "./ip-address.ts";
import { holderOf } from "./lock.ts";
import { type Runtime, useRuntime } from "./native-access.ts";
import { PeerPoolError } from "./peer-pool-error.ts";
import { Peer, type PeerReference } from "./peer.ts";
import { ABANDONED, createLayout, layoutOf, type PoolLayout, SOUND, THREADS_MAX } from "./pool-buffer.ts";
import {
  type AttachOptions,
  type GetOptions,
  type PeerPoolOptions,
  type PeerPoolStats,
  settingsOf,
} from "./pool-options.ts";
import { runIfQueued } from "./queued-work.ts";
import { claimSlot, forgetThread, goOffline, passQuiescentState, ThreadSlot } from "./rcu.ts";
import { moveClockTo } from "./shared-clock.ts";

export type { IpAddress } from "./ip-address.ts";
export { Peer, type PeerReference } from "./peer.ts";
export { PeerPoolError, type PeerPoolErrorCode } from "./peer-pool-error.ts";
export type { AttachOptions, GetOptions, PeerPoolOptions, PeerPoolStats } from "./pool-options.ts";

/** Operations between two quiescent states of a thread that does not leave its turn. */
const OPERATIONS_BETWEEN = 128;

/**
 * Entries of the deferred queue that a thread runs at a quiescent state, besides as many as it has deferred: a thread
 * that only looks peers up does little of the others' work, and the entries a thread left behind still get done.
 */
const HELPED_AT_ONCE = 2;

/** The most entries that one operation runs. */
const DEFERRED_AT_ONCE = 256;

/** How often a creation that finds no memory tries to free some. */
const ROOM_TRIES = 4;

const STALL_MS = 5_000;

/** The longest timeout: a new peer is granted its first request at once for any timeout up to this. */
const TIMEOUT_MAX_MS = 60_000;

const MORE_MAX = 0xffff;

/** The pool to whose heap the accesses go. */
let inUse: PeerPool | undefined;

/** Is this pool already in use? */
function isInUse(pool: PeerPool): boolean {
  return inUse === pool;
}

function takeIntoUse(pool: PeerPool): void {
  inUse = pool;
}

/**
 * Creates an empty pool, and attaches this thread to it.
 *
 * @throws PeerPoolError `ERR_LIMITS` for an option out of its range
 * @throws RangeError if the host has no memory for it
 */
export function createPeerPool(options: PeerPoolOptions, attachOptions: AttachOptions = {}): PeerPool {
  const { now = monotonicMs() } = attachOptions;
  const layout = createLayout(settingsOf(options), Math.floor(now()) | 0);
  return new PeerPool(layout, attachOptions);
}

/**
 * Attaches this thread to the pool in `buffer`, another thread's `pool.buffer`.
 *
 * @throws PeerPoolError `ERR_BUFFER_FOREIGN`, `ERR_BUFFER_VERSION`, `ERR_BUFFER_DAMAGED`
 */
export function attachPeerPool(buffer: SharedArrayBuffer, options: AttachOptions = {}): PeerPool {
  return new PeerPool(layoutOf(buffer), options);
}

/** The host's monotonic clock, which all threads share, in milliseconds. */
function monotonicMs(): () => number {
  const ahead = Number(process.hrtime.bigint() / 1_000_000n) - performance.now();
  return () => performance.now() + ahead;
}

/**
 * One thread's handle of a pool. Not to be sent to other threads: send `buffer`.
 *
 * Every operation may throw `ERR_POOL_STALLED`, `ERR_POOL_ABANDONED` and `ERR_POOL_DETACHED`, and the first also
 * `ERR_THREADS`.
 */
export class PeerPool {
  /** The buffer that other threads attach to. */
  readonly buffer: SharedArrayBuffer;
  readonly #layout: PoolLayout;
  readonly #words: Int32Array<SharedArrayBuffer>;
  readonly #now: () => number;
  readonly #stallMs: number;
  #runtime: Runtime | undefined;
  #isDetached = false;
  #isOnline = false;
  /** Operations until the next quiescent state; 0 while this thread is offline. */
  #operationsLeft = 0;
  // Created once, so that operations allocate nothing.
  readonly #leaveSoon = (): unknown => this.#leave();
  readonly #runDue = (callback: number, argument: number): Access => this.#runCallback(callback, argument);
  readonly #collectDue = (): Access => collectDetached(this.#layout.pool);

  /** Pools are created by `createPeerPool` and `attachPeerPool`. */
  constructor(layout: PoolLayout, { stallMs = STALL_MS, now = monotonicMs() }: AttachOptions) {
    const { buffer } = layout.heap.words;
    if (!(buffer instanceof SharedArrayBuffer))
      throw new PeerPoolError("ERR_BUFFER_FOREIGN", "a pool lies in a SharedArrayBuffer");
    this.buffer = buffer;
    this.#words = new Int32Array(buffer);
    this.#layout = layout;
    this.#now = now;
    this.#stallMs = stallMs;
    attend(this);
  }

  /**
   * Takes a reference to the peer at `address`, to be given back by `put` or `using`; undefined if there is none.
   *
   * @throws PeerPoolError `ERR_ADDRESS`; with `create`, `ERR_POOL_FULL`
   */
  *get(address: IpAddress, options: GetOptions = {}): Access<Peer | undefined> {
    const reference = yield* this.acquire(address, options.create === true);
    return reference === NIL ? undefined : new Peer(this, reference);
  }

  /** Gives a peer back. @throws PeerPoolError `ERR_PEER_RELEASED` */
  *put(peer: Peer): Access {
    yield* this.release(peer.takeReference());
  }

  /**
   * `get` for hot paths: the reference is a number (0 if there is none) that must be given back by `release`, once.
   * Allocates nothing.
   *
   * @throws PeerPoolError `ERR_ADDRESS`; with `create`, `ERR_POOL_FULL`
   */
  *acquire(address: IpAddress, create: boolean): Access<PeerReference> {
    const parsed = parseIpAddress(address);
    yield* this.#enter();
    try {
      if (!create) return yield* findPeer(this.#layout.pool, parsed);
      const peer = yield* getPeer(this.#layout.pool, parsed);
      return peer === NIL ? yield* this.#makeRoom(parsed) : peer;
    } catch (error) {
      throw this.#failed(error);
    }
  }

  /**
   * `put` for hot paths. The reference must come from `acquire` and not have been released: that is not checked.
   *
   * @throws PeerPoolError `ERR_PEER_RELEASED` for 0
   */
  *release(reference: PeerReference): Access {
    const peer = referenceOf(reference);
    yield* this.#enter();
    yield* putPeer(this.#layout.pool, peer);
  }

  /**
   * May the holder act now, if an action is allowed once in `timeoutMs` and `burstFactor` times in a row? If so, it
   * counts as done.
   *
   * @param timeoutMs 0 to 60,000
   * @throws PeerPoolError `ERR_PEER_RELEASED`, `ERR_LIMITS`
   */
  *allow(peer: Peer | PeerReference, timeoutMs: number): Access<boolean> {
    const timeout = timeoutOf(timeoutMs);
    yield* this.#enter();
    return yield* allowPeer(this.#layout.pool, referenceOf(peer), timeout);
  }

  /**
   * `get` with `create`, `allow` and `put` in one call: the decision of a rate limiter. Allocates nothing for canonical
   * IPv4 addresses.
   *
   * @throws PeerPoolError `ERR_ADDRESS`, `ERR_LIMITS`, `ERR_POOL_FULL`
   */
  *allowAt(address: IpAddress, timeoutMs: number): Access<boolean> {
    const timeout = timeoutOf(timeoutMs);
    const peer = yield* this.acquire(address, true);
    const { pool } = this.#layout;
    const allowed = yield* allowPeer(pool, peer, timeout);
    yield* putPeer(pool, peer);
    return allowed;
  }

  /**
   * The first of `more` + 1 consecutive 16-bit identifiers that no other caller is given, modulo 65,536; outsiders
   * cannot predict where they start.
   *
   * @throws PeerPoolError `ERR_PEER_RELEASED`, `ERR_LIMITS`
   */
  *nextId(peer: Peer | PeerReference, more = 0): Access<number> {
    if (!Number.isInteger(more) || more < 0 || more > MORE_MAX)
      throw new PeerPoolError("ERR_LIMITS", `more is ${more}, and must be a whole number from 0 to ${MORE_MAX}`);
    yield* this.#enter();
    return yield* nextIdentifier(referenceOf(peer), more);
  }

  /**
   * Hides every peer of a family (of both, if none is given): no lookup finds them any more; holders keep theirs.
   *
   * @throws PeerPoolError `ERR_LIMITS` for another family
   */
  *invalidate(family?: AddressFamily): Access {
    if (family !== undefined && family !== "v4" && family !== "v6")
      throw new PeerPoolError("ERR_LIMITS", `family is ${String(family)}, and must be v4 or v6`);
    yield* this.#enter();
    try {
      if (family !== "v6") yield* invalidateTree(this.#layout.pool, "v4");
      if (family !== "v4") yield* invalidateTree(this.#layout.pool, "v6");
    } catch (error) {
      throw this.#failed(error);
    }
  }

  /** Numbers that may be stale at once. */
  *stats(): Access<PeerPoolStats> {
    yield* this.#enter();
    const { pool, deferred } = this.#layout;
    const v4 = yield readOnce(pool.v4.total);
    const v6 = yield readOnce(pool.v6.total);
    const used = yield readOnce(Slab.live(pool.peers));
    const reclaiming = yield* deferredCount(deferred);
    let threads = 0;
    for (const slot of deferred.rcu.slots) {
      const owner = yield readOnce(ThreadSlot.owner(slot));
      if (owner !== 0) threads++;
    }
    return { capacity: pool.peersMax, v4, v6, inUse: used, reclaiming, threads };
  }

  /**
   * Reports that the thread with this id (`worker.threadId`) has ended, so that memory it could see may be freed. Done
   * automatically in the thread that started the worker, if attached before. Returns whether the thread was attached.
   *
   * If it was terminated while it held a lock, the pool is abandoned.
   */
  *forgetThread(id: number): Access<boolean> {
    const { rcu } = this.#layout.deferred;
    let wasAttached = false;
    this.#use();
    for (const [index, slot] of rcu.slots.entries()) {
      const owner = yield readOnce(ThreadSlot.owner(slot));
      if (owner !== id + 1) continue;
      wasAttached = true;
      if (this.#holdsLock(index + 1)) this.#abandon();
      yield* forgetThread(slot);
    }
    return wasAttached;
  }

  /** Ends this thread's use of the pool. It must hold no reference; every later operation throws. */
  *detach(): Access {
    this.#isDetached = true;
    const runtime = this.#runtime;
    if (runtime === undefined) return;
    this.#use();
    yield* forgetThread(runtime.slot);
    this.#setOffline();
    this.#runtime = undefined;
  }

  /** Directs the accesses to this pool. */
  #use(): void {
    if (isInUse(this)) return;
    takeIntoUse(this);
    useWords(this.#words, (milliseconds) => this.#waited(milliseconds));
    if (this.#runtime !== undefined) useRuntime(this.#runtime);
  }

  /** Runs before every operation. */
  *#enter(): Access {
    if (this.#operationsLeft > 0 && isInUse(this)) this.#operationsLeft--;
    else yield* this.#arrive();
  }

  /** Comes online, switches back to this pool, or passes a quiescent state that is due. */
  *#arrive(): Access {
    this.#use();
    if (this.#operationsLeft > 0) {
      this.#operationsLeft--;
      return;
    }
    if (!this.#isOnline) {
      if (this.#runtime === undefined) this.#runtime = yield* this.#attach();
      this.#isOnline = true;
      queueMicrotask(this.#leaveSoon);
    }
    this.#operationsLeft = OPERATIONS_BETWEEN;
    if (wordAt(this.#words, this.#layout.condition) !== SOUND) throw abandonedError();
    yield* this.#serve(HELPED_AT_ONCE);
  }

  #setOffline(): void {
    this.#isOnline = false;
    this.#operationsLeft = 0;
  }

  /**
   * Passes a quiescent state, and runs due work: as many deferred entries as this thread owes, and `more` others.
   */
  *#serve(more: number): Access {
    const { deferred, clock, pool, workGuard } = this.#layout;
    const runtime = this.#runtime;
    if (runtime === undefined) return;
    const { me, slot } = runtime;
    yield* passQuiescentState(deferred.rcu, slot);
    yield* moveClockTo(clock, Math.floor(this.#now()));
    const count = yield* runDeferred(deferred, me, Math.min(runtime.owed + more, DEFERRED_AT_ONCE), this.#runDue);
    runtime.owed = Math.max(0, runtime.owed - count);
    yield* runIfQueued(pool.gcWork, workGuard, me, this.#collectDue);
  }

  *#runCallback(callback: number, argument: number): Access {
    const { pool } = this.#layout;
    if (callback === 0) yield* pool.freePeer(argument);
    else if (callback === 1) yield* pool.freeCleared(argument);
    else yield* pool.queueDetached(argument);
  }

  *#attach(): Access<Runtime> {
    if (this.#isDetached) throw new PeerPoolError("ERR_POOL_DETACHED", "this thread has detached itself from the pool");
    const { heap, deferred, allocatorLock, pool } = this.#layout;
    const index = yield* claimSlot(deferred.rcu, threadId + 1);
    const slot = deferred.rcu.slots[index];
    if (slot === undefined)
      throw new PeerPoolError(
        "ERR_THREADS",
        `${THREADS_MAX} threads are attached, which is all that a pool has room for; detach some`,
      );
    const runtime = {
      words: heap.words,
      me: index + 1,
      slot,
      allocatorLock,
      deferred,
      owed: 0,
      callbacks: [pool.freePeer, pool.freeCleared, pool.queueDetached],
    };
    useRuntime(runtime);
    return runtime;
  }

  /** The end of a turn: the thread holds nothing but references. */
  *#leave(): Access {
    this.#setOffline();
    const runtime = this.#runtime;
    if (runtime === undefined) return;
    this.#use();
    yield* goOffline(runtime.slot);
  }

  /** Frees memory if it can, and tries again. */
  *#makeRoom(address: PeerAddress): Access<Address> {
    const { pool } = this.#layout;
    for (let tries = 0; tries < ROOM_TRIES; tries++) {
      yield* this.#serve(DEFERRED_AT_ONCE);
      const peer = yield* getPeer(pool, address);
      if (peer !== NIL) return peer;
    }
    throw new PeerPoolError(
      "ERR_POOL_FULL",
      `all ${pool.peersMax} peers are in use: give peers back, or make the pool larger`,
    );
  }

  /** Called while a wait continues. */
  #waited(milliseconds: number): void {
    if (wordAt(this.#words, this.#layout.condition) !== SOUND) throw abandonedError();
    if (milliseconds >= this.#stallMs) {
      throw new PeerPoolError(
        "ERR_POOL_STALLED",
        `another thread has held a lock of the pool for ${milliseconds} ms: ` +
          "it is blocked, or was terminated and nobody called forgetThread",
      );
    }
  }

  #holdsLock(me: number): boolean {
    return this.#layout.locks.some((lock) => holderOf(wordAt(this.#words, lock)) === me);
  }

  #abandon(): void {
    Atomics.store(this.#words, this.#layout.condition, ABANDONED);
  }

  /** An operation that failed while it held a lock leaves a pool that no thread may trust. */
  #failed(error: unknown): unknown {
    if (this.#runtime !== undefined && this.#holdsLock(this.#runtime.me)) this.#abandon();
    return error;
  }
}

function abandonedError(): PeerPoolError {
  return new PeerPoolError("ERR_POOL_ABANDONED", "a thread was terminated while it changed the pool: make a new one");
}

function referenceOf(peer: Peer | PeerReference): PeerReference {
  const reference = typeof peer === "number" ? peer : peer.reference;
  if (reference === NIL) throw new PeerPoolError("ERR_PEER_RELEASED", "0 is no reference: the pool had no such peer");
  return reference;
}

function timeoutOf(timeoutMs: number): number {
  if (timeoutMs >= 0 && timeoutMs <= TIMEOUT_MAX_MS) return Math.ceil(timeoutMs);
  throw new PeerPoolError("ERR_LIMITS", `timeoutMs is ${timeoutMs}, and must be from 0 to ${TIMEOUT_MAX_MS}`);
}
