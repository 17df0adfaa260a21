/**
 * The lookup of a new connection: is there a record of a connection with the same tuple?
 *
 * Without the lock: read the sequence, walk the chain, copy the record, and trust it only if no writer intervened.
 * Records and lines are never freed, so a walk that goes astray finds nonsense but no freed memory. After one failure
 * the lock is taken. In the original, lookups hold the one lock of the network.
 *
 * Source: NetBSD sys/netinet/tcp_vtw.c (2011), vtw_lookup_hash_v4() and tcp_lookup_v4().
 */
import type { TcpConnection } from "#model/time-wait/tcp-connection.ts";
import { type Access, type Address, loadAcquire, readOnce, spinLock, spinUnlock } from "../memory/access.ts";
import { readBegin, readRetry } from "../sync/seqlock.ts";
import { hasReached } from "../sync/ticks.ts";
import { CLASS_MASK, HASHED, REUSE, TimeWaitCell, Vestige } from "./layout.ts";
import { CHAIN, locatorOf, NO_SLOT, nextCandidate, startWalk } from "./lines.ts";
import { type Storage, storageOf, type TimeWaitTable, vestigeAt } from "./table.ts";
import { isVestigeOf, tupleKey } from "./tuple.ts";

/** The rest of a connection. */
export interface VestigeSnapshot {
  readonly receiveNext: number;
  readonly receiveWindow: number;
  readonly sendNext: number;
  readonly uid: number;
  /** Had its owner allowed others to reuse the local port? */
  readonly reuse: boolean;
  readonly mslClass: number;
}

/**
 * The record of the connection, if there is one that has not expired.
 *
 * Linearizes where it reads the clock, or at its only access if there is no record at all.
 */
export function* lookupTimeWait(table: TimeWaitTable, connection: TcpConnection): Access<VestigeSnapshot | undefined> {
  const ticking = yield loadAcquire(TimeWaitCell.ticking(table.cell));
  if (ticking === 0) return undefined;
  const begun = yield* readBegin(table.seqlock);
  const snapshot = yield* findSnapshot(table, connection);
  const changed = yield* readRetry(table.seqlock, begun);
  if (!changed) return snapshot;

  yield spinLock(table.seqlock.lock);
  const certain = yield* findSnapshot(table, connection);
  yield spinUnlock(table.seqlock.lock);
  return certain;
}

function* findSnapshot(table: TimeWaitTable, connection: TcpConnection): Access<VestigeSnapshot | undefined> {
  const now = yield readOnce(table.jiffies);
  const storage = yield* storageOf(table[connection.family]);
  const slot = yield* findVestige(table, storage, connection, now);
  if (slot === NO_SLOT) return undefined;
  return yield* snapshotOf(vestigeAt(table[connection.family], storage, slot));
}

/** Copies a record. */
export function* snapshotOf(vestige: Address): Access<VestigeSnapshot> {
  const receiveNext = yield readOnce(Vestige.receiveNext(vestige));
  const receiveWindow = yield readOnce(Vestige.receiveWindow(vestige));
  const sendNext = yield readOnce(Vestige.sendNext(vestige));
  const uid = yield readOnce(Vestige.uid(vestige));
  const attributes = yield readOnce(Vestige.attributes(vestige));
  return {
    receiveNext,
    receiveWindow,
    sendNext,
    uid,
    reuse: (attributes & REUSE) !== 0,
    mslClass: attributes & CLASS_MASK,
  };
}

/**
 * The slot of the connection's record, if it has one that has not expired at `now`. Under the lock, or not to be
 * trusted.
 */
export function* findVestige(
  table: TimeWaitTable,
  storage: Storage,
  connection: TcpConnection,
  now: number,
): Access<number> {
  const key = tupleKey(connection);
  const walk = yield* startWalk(table, storage.lines, CHAIN.tuple, key);
  for (;;) {
    const slot = yield* nextCandidate(table, storage.lines, key, walk);
    if (slot === NO_SLOT) return NO_SLOT;
    const vestige = vestigeAt(table[connection.family], storage, slot);
    const isThere = yield* isAlive(vestige, now);
    if (!isThere) continue;
    const locator = yield readOnce(Vestige.tupleLocator(vestige));
    if (locator !== locatorOf(walk.line, walk.position)) continue;
    const isIt = yield* isVestigeOf(vestige, connection);
    if (isIt) return slot;
  }
}

/** Is the slot's record in the hash table, and not expired at `now`? The timer may be late; a lookup is not. */
export function* isAlive(vestige: Address, now: number): Access<boolean> {
  const attributes = yield readOnce(Vestige.attributes(vestige));
  if ((attributes & HASHED) === 0) return false;
  const expires = yield readOnce(Vestige.expires(vestige));
  return !hasReached(now, expires);
}
