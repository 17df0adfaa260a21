/**
 * The layout of the network's routing, and the lock or protocol that guards each field.
 *
 * Domain, one for each address family:
 *   lock        guards the table, the chain of live caches, and the fields marked `lock` below
 *   generation  written under `lock`, released; read by any thread. Advances with every route added or deleted: that
 *               store invalidates every cache filled under an earlier generation
 *   caches      `lock`; the chain of caches that hold an entry
 *   routes      `lock`; the table, longest prefixes first
 *   serial      `lock`; number of the route added last
 *   updating    the entry that is being changed, or NIL; written under `lock`, marked, so that threads may wait for NIL
 *   dead        `lock`; entries deleted in a soft interrupt, linked by `next`, for the worker to dispose of
 *
 * Sockaddr (pool of its family): belongs to its owner. Immutable while an entry in the table owns it.
 *
 * Entry (rtentry):
 *   next                   `lock`: in the table, or on the dead list
 *   key, length, serial    immutable once it is in the table; so are gateway and source
 *   interface              plain; written by a change when no thread holds the entry, and none can begin to
 *   flags                  written under `lock`, released; read with an acquire by any thread that keeps the entry
 *   refcount               atomic; holders other than caches. Taken under `lock`
 *   target                 of passive references: held by users of the entry through a cache
 *
 * Cache (struct route): belongs to its owner, who lets one thread use it at a time, except for
 *   entry                  written under `lock`, marked: by the owner, and by invalidations; not NIL exactly while the
 *                          cache is on the chain. Read by the owner inside a section
 *   next, previous         `lock`. `previous` is the link that leads here
 *   stamp, domain          the owner's: generation and domain it was filled under
 *   psref                  record of the one reference that the owner can hold through it
 *
 * Interface:         immutable but for its target; found through its slot, which is written under the interfaces' lock,
 *                    published
 * InterfaceAddress:  address, scope, interface and flags are immutable once listed; `next` is written under the lock,
 *                    published, and stays as it is when the address is taken off; `dead` belongs to the remover;
 *                    refcount atomic
 *
 * Left out: metrics, expiry, tags, packet counters. The table is a list and not a radix tree: caches rely only on the
 * lock.
 *
 * Source: NetBSD sys/net/route.h, sys/net/route.c, sys/net/if.h, sys/netinet6/in6_var.h.
 */
import { struct } from "../memory/struct.ts";
import { Psref, PsrefTarget } from "../sync/psref.ts";

export const Domain = struct("domain", {
  lock: 1,
  generation: 1,
  caches: 1,
  routes: 1,
  serial: 1,
  updating: 1,
  dead: 1,
});

// `family` stands first, and is overwritten when the pool takes the object back.
export const Sockaddr = struct("sockaddr", { family: 1, address: 1, scope: 1 });

export const Entry = struct("entry", {
  next: 1,
  key: 1,
  length: 1,
  gateway: 1,
  interface: 1,
  source: 1,
  flags: 1,
  refcount: 1,
  serial: 1,
  target: PsrefTarget.words,
});

export const ENTRY_FLAG = { up: 1, gateway: 2, reject: 4, cloning: 8, cloned: 16, updating: 32 } as const;

export const Cache = struct("cache", {
  destination: 1,
  entry: 1,
  domain: 1,
  stamp: 1,
  next: 1,
  previous: 1,
  psref: Psref.words,
});

export const Interface = struct("interface", { index: 1, serial: 1, isUp: 1, target: PsrefTarget.words });

export const InterfaceAddress = struct("interfaceAddress", {
  next: 1,
  dead: 1,
  address: 1,
  scope: 1,
  interface: 1,
  flags: 1,
  refcount: 1,
});

export const ADDRESS_FLAG = { deprecated: 1, temporary: 2, tentative: 4, anycast: 8, duplicated: 16 } as const;

/** Interface indices are 1 to this. */
export const INTERFACES_MAX = 7;

/** The index of the loopback interface. */
export const LOOPBACK_INDEX = 1;

export const Interfaces = struct("interfaces", {
  lock: 1,
  sequence: 1,
  serial: 1,
  addresses: 1,
  slots: INTERFACES_MAX + 1,
});

/** The multicast options of a socket: an index, 0 for none. They outlive interfaces, so they hold no pointer to one. */
export const MulticastOptions = struct("multicastOptions", { interface: 1 });

/** The per-CPU memory of a tunnel: it holds the addresses of the cache and the lock, not the objects themselves. */
export const PerCpuArea = struct("perCpuArea", { cache: 1, lock: 1 });

export const Tunnel = struct("tunnel", { lock: 1 });

/** How often packets were refused by their route, and how often a host was unreachable. Atomic. */
export const Statistics = struct("statistics", { discards: 1, noRoute: 1 });
