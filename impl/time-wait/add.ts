/**
 * A connection closes: a record of a few words replaces its control block for as long as it must wait.
 *
 * Source: NetBSD sys/netinet/tcp_vtw.c (2011), vtw_add().
 */
import type { TcpConnection } from "#model/time-wait/tcp-connection.ts";
import { type Access, type Address, read, readOnce, storeRelease, writeOnce } from "../memory/access.ts";
import { queueDelayedWork } from "../sync/delayed-work.ts";
import { writeSeqlock, writeSequnlock } from "../sync/seqlock.ts";
import { hashVestige, removeSlot, takeSlot } from "./arena.ts";
import { REUSE, TimeWaitCell, Vestige } from "./layout.ts";
import { NO_SLOT } from "./lines.ts";
import { findVestige } from "./lookup.ts";
import { arenaFor, storageOf, type TimeWaitTable, vestigeAt } from "./table.ts";
import { writeTuple } from "./tuple.ts";

/** The part of a connection that is kept. Numbers are int32. */
export interface ClosedConnection {
  readonly connection: TcpConnection;
  readonly receiveNext: number;
  readonly receiveWindow: number;
  readonly sendNext: number;
  readonly uid: number;
  /** Did its owner allow others to reuse the local port? */
  readonly reuse: boolean;
}

/**
 * Replaces the closed connection by a record. False if that is impossible, and the owner must keep the connection:
 * the facility is disabled, there is no slot or line, or there is already a record of the same tuple.
 *
 * Linearizes where it reads the clock, or where it finds that the facility is disabled.
 */
export function* addTimeWait(table: TimeWaitTable, closed: ClosedConnection): Access<boolean> {
  const enabled = yield readOnce(TimeWaitCell.enabled(table.cell));
  if (enabled === 0) return false;
  yield* writeSeqlock(table.seqlock);
  const added = yield* addLocked(table, closed);
  yield* writeSequnlock(table.seqlock);
  return added;
}

function* addLocked(table: TimeWaitTable, closed: ClosedConnection): Access<boolean> {
  const enabled = yield read(TimeWaitCell.enabled(table.cell));
  if (enabled === 0) return false;
  // Before the clock is read: a thread that finds the timer asleep then precedes this record, whose life begins at that
  // reading.
  yield* startTicking(table);
  const { connection } = closed;
  const family = table[connection.family];
  const now = yield readOnce(table.jiffies);
  const storage = yield* storageOf(family);
  const twin = yield* findVestige(table, storage, connection, now);
  if (twin !== NO_SLOT) return false;

  const arena = yield* arenaFor(table, connection);
  const slot = yield* takeSlot(table, family, storage, arena, now);
  if (slot === NO_SLOT) return false;
  yield* writeVestige(vestigeAt(family, storage, slot), closed);
  const hashed = yield* hashVestige(table, family, storage, arena, slot);
  if (!hashed) {
    yield* removeSlot(table, family, storage, slot);
    return false;
  }
  return true;
}

/** Fills in a newly taken slot. */
export function* writeVestige(vestige: Address, closed: ClosedConnection): Access {
  yield writeOnce(Vestige.receiveNext(vestige), closed.receiveNext);
  yield writeOnce(Vestige.receiveWindow(vestige), closed.receiveWindow);
  yield writeOnce(Vestige.sendNext(vestige), closed.sendNext);
  yield writeOnce(Vestige.uid(vestige), closed.uid);
  yield* writeTuple(vestige, closed.connection);
  if (!closed.reuse) return;
  const attributes = yield readOnce(Vestige.attributes(vestige));
  yield writeOnce(Vestige.attributes(vestige), attributes | REUSE);
}

/**
 * The first record starts the timer, and makes lookups search. The timer stops itself, even if the record was not
 * created: tick.ts.
 */
function* startTicking(table: TimeWaitTable): Access {
  const ticking = yield read(TimeWaitCell.ticking(table.cell));
  if (ticking !== 0) return;
  yield storeRelease(TimeWaitCell.ticking(table.cell), 1);
  yield* queueDelayedWork(table.tickWork, table.tickTicks, table.jiffies);
}
