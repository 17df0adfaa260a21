/**
 * Sleeping until woken, on real threads: replaces wait-list.ts, whose head states the promises.
 *
 * A sleep ends after `SLEEP_MS` at the latest, so that the observer of the heap can end a wait for a thread that no
 * longer exists; the caller checks again in any case.
 */
import { type Access, type Address, NIL, pause, SPINS_MAX, stillWaiting, words } from "./atomics.ts";

/** The engine keeps a list for each word. */
export const OWN_LIST: Address = NIL;

const SLEEP_MS = 50;

/** How long this thread has slept for the lock it is waiting for. */
let sleptMs = 0;

/** Rereads a lock until it is free, up to a number of times; returns the last word found. */
export function lookAgain(lock: Address): Access<number> {
  let found = Atomics.load(words, lock);
  for (let looks = 0; found !== 0 && looks < SPINS_MAX; looks++) {
    pause();
    found = Atomics.load(words, lock);
  }
  if (found === 0) sleptMs = 0;
  return found;
}

/** Sleeps until woken or for `SLEEP_MS`, unless `word` no longer is `value`. */
export function sleepWhile(_list: Address, word: Address, value: number, _sleeper: number): Access {
  if (Atomics.wait(words, word, value, SLEEP_MS) !== "timed-out") return;
  const slept = sleptMs + SLEEP_MS;
  sleptMs = 0; // in case the observer ends the wait
  stillWaiting(slept);
  sleptMs = slept;
}

export function wakeOne(_list: Address, word: Address): Access {
  Atomics.notify(words, word, 1);
}
