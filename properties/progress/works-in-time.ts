/**
 * Delayed work runs no earlier than scheduled, no later than promised, and is never forgotten.
 *
 * - It is handed to its worker only once its delay has passed. Of several threads that move the clock at once, one may
 *   hand over a run that was scheduled after it looked: only scenarios have more than one such thread.
 * - At rest, no work is left queued or half scheduled, due work has been handed over, and the next run is no further
 *   away than the longest delay ever requested.
 * - Work for which there is something to do has been scheduled.
 *
 * Source: Linux kernel/timer.c, kernel/workqueue.c.
 */
import type { Address } from "#impl/memory/access.ts";
import { mayWrite } from "#impl/memory/access-class.ts";
import { wordAt } from "#impl/memory/word.ts";
import { DelayedWork, WORK_STATE } from "#impl/sync/delayed-work.ts";
import { hasReached } from "#impl/sync/ticks.ts";
import type { Watcher } from "../watcher.ts";

export interface PromisedWork {
  /** The name shown in messages. */
  readonly name: string;
  readonly work: Address;
  /** Longest delay with which it is ever scheduled. */
  readonly delayMax: number;
  /** Is there something to do, so that it must have been scheduled? */
  isDemanded?(words: Int32Array): boolean;
}

export function worksInTimeWatcher(jiffies: Address, works: readonly PromisedWork[]): Watcher {
  /** How often each work has been scheduled with a delay, now and when a thread last looked. */
  const askings = new Int32Array(works.length);
  const lookedAt = new Map<number, number>();

  function checkEnd(words: Int32Array): string | undefined {
    for (const { name, work, delayMax, isDemanded } of works) {
      const state = wordAt(words, DelayedWork.state(work));
      if (state === WORK_STATE.queued) return `${name} is due, and nobody runs it`;
      if (state === WORK_STATE.arming) return `${name} is being asked for, for ever`;
      if (state === WORK_STATE.idle && isDemanded?.(words) === true)
        return `there is something to do for ${name}, and nobody has asked for it`;
      const wait = (wordAt(words, DelayedWork.expires(work)) - wordAt(words, jiffies)) | 0;
      if (state === WORK_STATE.pending && wait > delayMax)
        return `${name} runs in ${wait} ticks, and ${delayMax} are promised`;
    }
    return undefined;
  }

  return {
    property: "works-in-time",
    begin() {
      askings.fill(0);
      lookedAt.clear();
    },
    watches(address) {
      if (works.some(({ work }) => DelayedWork.state(work) === address)) return "writes";
      return works.some(({ work }) => DelayedWork.expires(work) === address) ? "accesses" : undefined;
    },
    accessed(words, { thread, kind, address, before, after }) {
      const place = works.findIndex(({ work }) => DelayedWork.expires(work) === address);
      if (place !== -1) {
        if (mayWrite(kind)) askings[place] = wordAt(askings, place) + 1;
        else lookedAt.set(thread, wordAt(askings, place));
        return undefined;
      }
      if (before !== WORK_STATE.pending || after !== WORK_STATE.queued) return undefined;
      const found = works.find(({ work }) => DelayedWork.state(work) === address);
      if (found === undefined || lookedAt.get(thread) !== askings[works.indexOf(found)]) return undefined;
      const expires = wordAt(words, DelayedWork.expires(found.work));
      const now = wordAt(words, jiffies);
      return hasReached(now, expires) ? undefined : `${found.name} is to run at ${expires}, and runs at ${now}`;
    },
    rested(words) {
      const now = wordAt(words, jiffies);
      const late = works.find(
        ({ work }) =>
          wordAt(words, DelayedWork.state(work)) === WORK_STATE.pending &&
          hasReached(now, wordAt(words, DelayedWork.expires(work))),
      );
      // With other threads running, the clock may have moved while it was being scheduled.
      if (late !== undefined)
        return `${late.name} was to run at ${wordAt(words, DelayedWork.expires(late.work))}, and it is ${now}`;
      return checkEnd(words);
    },
    ended: checkEnd,
  };
}
