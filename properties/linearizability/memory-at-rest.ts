/**
 * Memory at rest is the image of the model's state: when every thread has returned or waits for work, what lies in
 * memory is what one of the states says that the history allows, no more and no less.
 *
 * An operation may return what it should and leave something behind (a half of itself, a count too high, an entry that
 * nobody finds) that only a later one would stumble over. A system's abstraction function, from memory to the model's
 * state, sees that at once.
 */
import type { Watcher } from "../watcher.ts";
import type { OperationHistory } from "./operation-history.ts";
import { hashWords } from "./row-set.ts";

/** Pairs of a history and a memory that agree, kept before all are forgotten. */
const KNOWN_MAX = 4_000;

/** @param used words of the heap: what lies behind them is nobody's */
export function memoryAtRestWatcher(
  history: Pick<OperationHistory<unknown>, "differsFrom" | "position" | "identities">,
  used: number,
): Watcher {
  const known = new Map<number, Int32Array>();
  return {
    property: "memory-at-rest",
    rested: (words) => history.differsFrom(words),
    ended(words) {
      // Executions come to few different ends: what was seen to agree once does so again.
      const key = history.position * 2 ** 20 + (hashWords(words, 0, used) & 0xfffff);
      const seen = known.get(key);
      const { identities } = history;
      if (seen !== undefined && equals(seen, words, used, identities)) return undefined;
      const because = history.differsFrom(words);
      if (because !== undefined) return because;
      if (known.size === KNOWN_MAX) known.clear();
      const both = new Int32Array(used + identities.length);
      both.set(words.subarray(0, used));
      both.set(identities, used);
      known.set(key, both);
      return undefined;
    },
  };
}

function equals(seen: Int32Array, words: Int32Array, used: number, identities: Int32Array): boolean {
  for (let i = 0; i < used; i++) if (seen[i] !== words[i]) return false;
  for (let i = 0; i < identities.length; i++) if (seen[used + i] !== identities[i]) return false;
  return true;
}
