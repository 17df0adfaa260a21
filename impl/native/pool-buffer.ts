/**
 * A peer pool in a buffer: its layout, and how a thread recognises a buffer that it receives.
 *
 *     Control  written by the creator before any other thread has the buffer, never after: identifies the buffer, and
 *              holds the pool's limits
 *     State    atomic: `SOUND`, or `ABANDONED` for good
 *     Locks    allocator guards the slab; work is only ever tried, by threads that would run the deferred collector
 *
 * The places follow from the capacity alone, so every thread computes them.
 */
import { createHeap, type Heap, NIL_WORDS, place } from "../memory/heap.ts";
import { struct } from "../memory/struct.ts";
import { wordAt } from "../memory/word.ts";
import { keyedIdentifier } from "../peers/identifier.ts";
import { Peer } from "../peers/layout.ts";
import { createOptimisticPool, markAllDead, type OptimisticPool } from "../peers/optimistic-pool.ts";
import { type Clock, placeClock } from "../sync/jiffies.ts";
import type { Address } from "../memory/access.ts";
import { type Deferred, deferredLock, placeDeferred } from "./deferred.ts";
import { usedAfterSlab } from "./native-heap.ts";
import { PeerPoolError } from "./peer-pool-error.ts";
import { placeRcu } from "./rcu.ts";
import { OWN_LIST } from "./wait-list.ts";

const Control = struct("control", {
  magic: 1,
  version: 1,
  size: 1,
  capacity: 1,
  threshold: 1,
  ttlMinMs: 1,
  ttlMaxMs: 1,
  gcDelayMs: 1,
  burstFactor: 1,
  secret: 2,
  checksum: 1,
});
const State = struct("state", { condition: 1 });
const Locks = struct("locks", { allocator: 1, work: 1 });

export const SOUND = 0;
export const ABANDONED = 1;

/** "peer", as bytes. */
const MAGIC = 0x70656572;

/** Changes whenever a word of the buffer means something else. */
const VERSION = 2;

/** Threads that may be attached at a time. */
export const THREADS_MAX = 64;

export const CAPACITY_MAX = 1 << 24;

/**
 * Words needed to free a peer, and of everything that does not grow with the capacity, with some to spare.
 */
const DEFERRED_WORDS = 3;
const OTHER_WORDS = 16 * (THREADS_MAX + 64);

const TICKS_PER_SECOND = 1000;
const LINKS_MAX = 40;

/** Users may read everything except the secret. Times are milliseconds. */
export interface PoolSettings {
  readonly capacity: number;
  readonly threshold: number;
  readonly ttlMinMs: number;
  readonly ttlMaxMs: number;
  readonly gcDelayMs: number;
  readonly burstFactor: number;
  readonly secret: readonly [number, number];
}

export interface PoolLayout {
  readonly heap: Heap;
  readonly control: Address;
  readonly condition: Address;
  readonly allocatorLock: Address;
  readonly workGuard: Address;
  readonly clock: Clock;
  readonly deferred: Deferred;
  readonly pool: OptimisticPool;
  /** Every lock that a thread may hold when it is terminated. */
  readonly locks: readonly Address[];
}

/** @throws RangeError if the host has no memory for it */
export function createLayout(settings: PoolSettings, now: number): PoolLayout {
  const { capacity } = settings;
  const heap = createHeap(OTHER_WORDS + usedAfterSlab(Peer, capacity, OTHER_WORDS + DEFERRED_WORDS * capacity));
  const layout = placeAll(heap, settings, now);
  markAllDead(heap, layout.pool);
  const { words } = heap;
  const { control } = layout;
  words[Control.magic(control)] = MAGIC;
  words[Control.version(control)] = VERSION;
  words[Control.size(control)] = words.length;
  words[Control.capacity(control)] = settings.capacity;
  words[Control.threshold(control)] = settings.threshold;
  words[Control.ttlMinMs(control)] = settings.ttlMinMs;
  words[Control.ttlMaxMs(control)] = settings.ttlMaxMs;
  words[Control.gcDelayMs(control)] = settings.gcDelayMs;
  words[Control.burstFactor(control)] = settings.burstFactor;
  words.set(settings.secret, Control.secret(control));
  words[Control.checksum(control)] = checksumOf(words, control);
  return layout;
}

/**
 * The layout of a pool that another thread made.
 *
 * @throws PeerPoolError `ERR_BUFFER_FOREIGN`, `ERR_BUFFER_VERSION` or `ERR_BUFFER_DAMAGED`
 */
export function layoutOf(buffer: unknown): PoolLayout {
  if (!(buffer instanceof SharedArrayBuffer))
    throw new PeerPoolError("ERR_BUFFER_FOREIGN", "the buffer must be the SharedArrayBuffer of a peer pool");
  const words = new Int32Array(buffer, 0, Math.floor(buffer.byteLength / Int32Array.BYTES_PER_ELEMENT));
  if (words.length < OTHER_WORDS)
    throw new PeerPoolError("ERR_BUFFER_FOREIGN", `the buffer has ${buffer.byteLength} bytes, too few for a peer pool`);
  const control = place({ words, regions: [], used: NIL_WORDS }, { ...Control, words: 0 }, "control");
  const at = (field: Address): number => wordAt(words, field);
  if (at(Control.magic(control)) !== MAGIC)
    throw new PeerPoolError("ERR_BUFFER_FOREIGN", "the buffer holds no peer pool");
  const version = at(Control.version(control));
  if (version !== VERSION)
    throw new PeerPoolError(
      "ERR_BUFFER_VERSION",
      `the buffer holds a peer pool of version ${version}, and this library knows version ${VERSION}: ` +
        "use one release of it in all threads",
    );
  if (at(Control.size(control)) !== words.length) {
    throw new PeerPoolError(
      "ERR_BUFFER_DAMAGED",
      `the pool has ${at(Control.size(control))} words, and its buffer ${words.length}`,
    );
  }
  if (at(Control.checksum(control)) !== checksumOf(words, control))
    throw new PeerPoolError("ERR_BUFFER_DAMAGED", "the head of the pool has been overwritten: its checksum is wrong");
  const settings: PoolSettings = {
    capacity: at(Control.capacity(control)),
    threshold: at(Control.threshold(control)),
    ttlMinMs: at(Control.ttlMinMs(control)),
    ttlMaxMs: at(Control.ttlMaxMs(control)),
    gcDelayMs: at(Control.gcDelayMs(control)),
    burstFactor: at(Control.burstFactor(control)),
    secret: [at(Control.secret(control)), at(Control.secret(control) + 1)],
  };
  // Placing writes the initial contents, so it is done in memory that no other thread has; the host commits only the
  // pages that are written.
  const { heap, ...places } = placeAll(
    { words: new Int32Array(words.length), regions: [], used: NIL_WORDS },
    settings,
    0,
  );
  return { ...places, heap: { ...heap, words } };
}

function placeAll(
  heap: Heap,
  { capacity, threshold, ttlMinMs, ttlMaxMs, gcDelayMs, burstFactor, secret }: PoolSettings,
  now: number,
): PoolLayout {
  const control = place(heap, Control, "control");
  const condition = State.condition(place(heap, State, "state"));
  const locks = place(heap, Locks, "locks");
  const clock = placeClock(heap, now);
  const rcu = placeRcu(heap, THREADS_MAX);
  // A deferred entry is a peer, or the root of a detached tree of peers.
  const deferred = placeDeferred(heap, rcu, capacity + 1, OWN_LIST);
  const limits = {
    threshold,
    ttlMinTicks: ttlMinMs,
    ttlMaxTicks: ttlMaxMs,
    gcDelayTicks: gcDelayMs,
    ticksPerSecond: TICKS_PER_SECOND,
    linksMax: LINKS_MAX,
    burstFactor,
  };
  const pool = createOptimisticPool(heap, clock, {
    limits,
    peersMax: capacity,
    firstIdentifier: keyedIdentifier(secret),
  });
  const allocatorLock = Locks.allocator(locks);
  const workGuard = Locks.work(locks);
  return {
    heap,
    control,
    condition,
    allocatorLock,
    workGuard,
    clock,
    deferred,
    pool,
    locks: [pool.v4.lock, pool.v6.lock, pool.gcQueue, allocatorLock, workGuard, deferredLock(deferred)],
  };
}

/** FNV-1a over the words of the head. */
function checksumOf(words: Int32Array, control: Address): number {
  let hash = 0x811c9dc5;
  for (let address = Control.magic(control); address < Control.checksum(control); address++)
    hash = Math.imul(hash ^ wordAt(words, address), 0x01000193);
  return hash | 0;
}
