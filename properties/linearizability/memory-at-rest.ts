/**
 * Memory at rest is the image of the model's state: when every thread has returned or waits for work, the contents of
 * memory are exactly those of a state that the history allows.
 *
 * An operation may respond correctly and leave something behind (a partial effect, a count too high, an unreachable
 * entry) that only a later operation would run into. A system's abstraction function, from memory to the model's state,
 * reveals that at once.
 */
import type { Watcher } from "../watcher.ts";
import type { OperationHistory } from "./operation-history.ts";
import { hashWords } from "./row-set.ts";

/** Most agreeing pairs of a history and a memory to keep before all are dropped. */
const KNOWN_MAX = 4_000;

/** @param used words of the heap: the words after them are unallocated */
export function memoryAtRestWatcher(
  history: Pick<OperationHistory<unknown>, "differsFrom" | "position" | "identities">,
  used: number,
): Watcher {
  const known = new Map<number, Int32Array>();
  return {
    property: "memory-at-rest",
    rested: (words) => history.differsFrom(words),
    ended(words) {
      // Executions have few different ends: a pair that agreed once agrees again.
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
