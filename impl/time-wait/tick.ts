/**
 * The timer: five times a second, while there are records, the expired ones are given up.
 *
 * Whether any are left, and the timer's stop if not, are decided under one hold of the lock: an addition in between
 * would see a running timer, and start none.
 *
 * Source: NetBSD sys/netinet/tcp_vtw.c (2011), vtw_tick().
 */
import { type Access, readOnce, writeOnce } from "../memory/access.ts";
import { queueDelayedWork } from "../sync/delayed-work.ts";
import { writeSeqlock, writeSequnlock } from "../sync/seqlock.ts";
import { ageArena } from "./arena.ts";
import { TimeWaitCell } from "./layout.ts";
import { storageOf, type TimeWaitTable } from "./table.ts";

/**
 * The handler of the table's work. It is requested only once there are records, so both families have their objects.
 */
export function* tickTimeWait(table: TimeWaitTable): Access {
  yield* writeSeqlock(table.seqlock);
  const now = yield readOnce(table.jiffies);
  let left = 0;
  for (const family of [table.v4, table.v6]) {
    const storage = yield* storageOf(family);
    for (const arena of family.arenas) left += yield* ageArena(table, family, storage, arena, now);
  }
  if (left === 0) yield writeOnce(TimeWaitCell.ticking(table.cell), 0);
  else yield* queueDelayedWork(table.tickWork, table.tickTicks, table.jiffies);
  yield* writeSequnlock(table.seqlock);
}
