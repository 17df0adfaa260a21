/**
 * The periodic timer always runs again: when everything is at rest, its next run has been scheduled.
 *
 * Source: Linux net/ipv4/inetpeer.c (2010), peer_check_expire(), which ends in add_timer().
 */
import { wordAt } from "#impl/memory/word.ts";
import type { ListedPool } from "#impl/peers/listed-pool.ts";
import { DelayedWork, WORK_STATE } from "#impl/sync/delayed-work.ts";
import type { Watcher } from "../watcher.ts";

export function timerArmedWatcher({ timer }: ListedPool): Watcher {
  return {
    property: "timer-armed",
    ended: (words) =>
      wordAt(words, DelayedWork.state(timer)) === WORK_STATE.idle
        ? "at the end nobody has asked for the timer's next run"
        : undefined,
  };
}
