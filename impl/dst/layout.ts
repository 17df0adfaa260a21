/**
 * The layout of a destination cache and its garbage, and the lock or protocol that guards each field.
 *
 * DstEntry:
 *   obsolete    LIVE, or DEAD once the collector owns it; written under the garbage lock, or by the running collector
 *   next        link of a garbage list: guarded by the garbage lock while fresh; by the mutex, or owned by the
 *               collector, while busy
 *   hashNext    guarded by the bucket's lock; published, read by any thread inside a read-side critical section
 *   key         immutable once published
 *   refcount    atomic; may rise from 0 only while a lookup can find the entry, until a grace period after the drop
 *   flags       immutable
 *   device      of a dead entry: written by device events, under the guard of its list; marked, for holders that send
 *   input,
 *   output      handlers; from FORWARD to DISCARD once, like `device`
 *   neighbour   immutable
 *   headerCache NIL until a holder attaches one, under the driver's lock; stored with a release
 *   child       immutable once published; the entry holds one reference to it
 *
 * Device: `refcount` atomic, one for each entry and neighbour that names the device; `state` marked, written under the
 * configuration lock; the rest immutable. Driver, a device's private area: `lock` guards `neighbours`, their number.
 *
 * Neighbour: `refcount` atomic; `device` as in an entry; `owner` immutable: the driver's own record of the owner,
 * which device events leave alone; `headerCache` the driver's lock. HeaderCache: `refcount` atomic.
 *
 * Cache: `locks` and `heads`, one of each per bucket; heads are published.
 *
 * Garbage: `lock` guards `list`, `growth` and `delay`. Busy (work-queue collector only): `mutex` guards `list`, the
 * entries that one run leaves to the next. Lock order: configuration, mutex, garbage lock, driver lock.
 *
 * Left out of the record: fields that no operation of cache or collector touches (metrics, expiry, header lengths, rate
 * limit, accounting). The owner's hooks are empty.
 *
 * Source: Linux include/net/dst.h and net/core/dst.c (2.6.23, 2.6.24).
 */
import { struct } from "../memory/struct.ts";

export const BUCKETS = 4;

// `obsolete` stands first: the slab overwrites an object's first word when it is freed, so a stale DEAD does not
// outlive its entry.
export const DstEntry = struct("dst", {
  obsolete: 1,
  next: 1,
  hashNext: 1,
  key: 1,
  refcount: 1,
  flags: 1,
  device: 1,
  input: 1,
  output: 1,
  neighbour: 1,
  headerCache: 1,
  child: 1,
});

export const OBSOLETE = { live: 0, dead: 2 } as const;

export const HANDLER = { discard: 0, forward: 1 } as const;

/** `notHashed`: a private child, in no bucket. `notCached`: also in no bucket, and destroyed by its last release. */
export const FLAG = { notHashed: 1, notCached: 2 } as const;

export const Device = struct("device", { refcount: 1, state: 1, loopback: 1, driver: 1, namespace: 1 });

export const DEVICE_STATE = { down: 0, up: 1, gone: 2 } as const;

/** The device events that a collector is notified of. */
export const DEVICE_EVENT = { down: 0, unregister: 1 } as const;

export type DeviceEvent = (typeof DEVICE_EVENT)[keyof typeof DEVICE_EVENT];

export const Driver = struct("driver", { lock: 1, neighbours: 1 });

export const Neighbour = struct("neighbour", { refcount: 1, device: 1, owner: 1, headerCache: 1 });

export const HeaderCache = struct("headerCache", { refcount: 1 });

export const Cache = struct("cache", { locks: BUCKETS, heads: BUCKETS });

export const Garbage = struct("garbage", { lock: 1, list: 1, growth: 1, delay: 1 });

export const Busy = struct("busy", { mutex: 1, list: 1 });
