/**
 * A segment comes for a connection of which only a record is left.
 *
 * Source: NetBSD sys/netinet/tcp_vtw.c (2011), vtw_restart(); tcp_input.c, tcp_vtw_input().
 */
import type { TcpConnection } from "#model/time-wait/tcp-connection.ts";
import { type Access, assertHolds, loadAcquire, readOnce } from "../memory/access.ts";
import { writeSeqlock, writeSequnlock } from "../sync/seqlock.ts";
import { writeVestige } from "./add.ts";
import { hashVestige, removeSlot, takeSlot } from "./arena.ts";
import { HASHED, TimeWaitCell, Vestige } from "./layout.ts";
import { NO_SLOT } from "./lines.ts";
import { findVestige, snapshotOf } from "./lookup.ts";
import { arenaFor, storageOf, type TimeWaitTable, vestigeAt } from "./table.ts";

/** The outcome for the record: there was none, the request was done, or it stays as it was. */
export type SegmentOutcome = "absent" | "done" | "kept";

/**
 * The other end repeats itself: the record lives its whole life again, in the class that it has now. It is kept
 * unchanged if no slot is available.
 *
 * Linearizes where it reads the clock, or where it finds that there is no record at all.
 */
export function* restartTimeWait(table: TimeWaitTable, connection: TcpConnection): Access<SegmentOutcome> {
  const ticking = yield loadAcquire(TimeWaitCell.ticking(table.cell));
  if (ticking === 0) return "absent";
  yield* writeSeqlock(table.seqlock);
  const outcome = yield* restartLocked(table, connection);
  yield* writeSequnlock(table.seqlock);
  return outcome;
}

function* restartLocked(table: TimeWaitTable, connection: TcpConnection): Access<SegmentOutcome> {
  const family = table[connection.family];
  const now = yield readOnce(table.jiffies);
  const storage = yield* storageOf(family);
  const old = yield* findVestige(table, storage, connection, now);
  if (old === NO_SLOT) return "absent";

  // A copy: taking a slot may give up the very record that is restarted.
  const copy = yield* snapshotOf(vestigeAt(family, storage, old));
  const arena = yield* arenaFor(table, connection);
  const slot = yield* takeSlot(table, family, storage, arena, now);
  if (slot === NO_SLOT) return "kept";
  // Then there is nothing left to delete. The new slot may even be the old one, its record in the making.
  const attributes = yield readOnce(Vestige.attributes(vestigeAt(family, storage, old)));
  if ((attributes & HASHED) !== 0) yield* removeSlot(table, family, storage, old);
  yield* writeVestige(vestigeAt(family, storage, slot), { connection, ...copy });
  const hashed = yield* hashVestige(table, family, storage, arena, slot);
  yield assertHolds(hashed, "a record that was in the hash table has room there again");
  return "done";
}

/**
 * The other end requests a new connection of the same tuple: the record is gone at once if `sequence` is past
 * everything the old connection received, and is kept if the SYN may be an old one.
 *
 * Linearizes like {@link restartTimeWait}.
 */
export function* reopenTimeWait(
  table: TimeWaitTable,
  connection: TcpConnection,
  sequence: number,
): Access<SegmentOutcome> {
  const ticking = yield loadAcquire(TimeWaitCell.ticking(table.cell));
  if (ticking === 0) return "absent";
  yield* writeSeqlock(table.seqlock);
  const outcome = yield* reopenLocked(table, connection, sequence);
  yield* writeSequnlock(table.seqlock);
  return outcome;
}

function* reopenLocked(table: TimeWaitTable, connection: TcpConnection, sequence: number): Access<SegmentOutcome> {
  const family = table[connection.family];
  const now = yield readOnce(table.jiffies);
  const storage = yield* storageOf(family);
  const slot = yield* findVestige(table, storage, connection, now);
  if (slot === NO_SLOT) return "absent";
  const receiveNext = yield readOnce(Vestige.receiveNext(vestigeAt(family, storage, slot)));
  if (((sequence - receiveNext) | 0) <= 0) return "kept";
  yield* removeSlot(table, family, storage, slot);
  return "done";
}
