/**
 * No record outlives its expiry by more than one period of the timer: a run of the timer leaves no record that had
 * expired when the run read the clock; and at the end, while there are records, the timer is armed for at most a period
 * from now, and lookups look.
 *
 * Not measured against the clock alone: it may advance by any number of ticks while the timer runs.
 *
 * Source: NetBSD sys/netinet/tcp_vtw.c (2011), vtw_tick() and vtw_age().
 */
import { wordAt } from "#impl/memory/word.ts";
import { DelayedWork, WORK_STATE } from "#impl/sync/delayed-work.ts";
import { HASHED, TimeWaitCell, Vestige } from "#impl/time-wait/layout.ts";
import { type TimeWaitTable, vestigeAt } from "#impl/time-wait/table.ts";
import { attributesIn, slotName, storageIn } from "./time-wait-table.ts";
import type { Watcher } from "../watcher.ts";

const NOBODY = -1;

export function expiresInTimeWatcher(table: TimeWaitTable): Watcher {
  const workState = DelayedWork.state(table.tickWork);
  /** The thread that is about to read the clock for a run of the timer. */
  let starting = NOBODY;
  /** The clock as read by a run that has not released the lock yet. */
  let isRunning = false;
  let runNow = 0;

  return {
    property: "expires-in-time",
    begin() {
      starting = NOBODY;
      isRunning = false;
    },
    watches(address) {
      if (address === table.jiffies) return "accesses";
      return address === workState ? "writes" : undefined;
    },
    accessed(_words, { thread, address, before, after }) {
      if (address === workState) {
        if (before === WORK_STATE.queued && after === WORK_STATE.idle) starting = thread;
      } else if (thread === starting) {
        starting = NOBODY;
        isRunning = true;
        runNow = after;
      }
      return undefined;
    },
    unlocked(words, lock) {
      if (!isRunning || lock !== table.seqlock.lock) return undefined;
      isRunning = false;
      return firstRecord(words, table, (name, expires) => {
        const overdue = (runNow - expires) | 0;
        return overdue < 0 ? undefined : `the timer ran at ${runNow} and left ${name}, which expired at ${expires}`;
      });
    },
    ended(words) {
      return firstRecord(words, table, (name) => {
        if (wordAt(words, TimeWaitCell.ticking(table.cell)) === 0)
          return `${name} is there, and lookups take the table for empty`;
        if (wordAt(words, workState) !== WORK_STATE.pending) return `${name} is there, and the timer is not armed`;
        const wait = (wordAt(words, DelayedWork.expires(table.tickWork)) - wordAt(words, table.jiffies)) | 0;
        return wait <= table.tickTicks
          ? undefined
          : `${name} is there, and the timer waits for ${wait} ticks, where its period is ${table.tickTicks}`;
      });
    },
  };
}

/** What is wrong with the first record of the hash tables that `judge` rejects. */
function firstRecord(
  words: Int32Array,
  table: TimeWaitTable,
  judge: (name: string, expires: number) => string | undefined,
): string | undefined {
  for (const family of [table.v4, table.v6]) {
    const storage = storageIn(words, family);
    if (storage === undefined) continue;
    for (let slot = 0; slot < table.limits.slots; slot++) {
      if ((attributesIn(words, family, storage, slot) & HASHED) === 0) continue;
      const because = judge(slotName(family, slot), wordAt(words, Vestige.expires(vestigeAt(family, storage, slot))));
      if (because !== undefined) return because;
    }
  }
  return undefined;
}
