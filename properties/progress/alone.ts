/**
 * What is promised to an operation that begins when nothing is under way: nobody disturbs it, so it takes the fast path
 * where there is one, and is not put off.
 *
 * Right answers alone do not show that: a search that goes astray and is rescued by the lock every time gives them too.
 */
import type { Address } from "#impl/memory/access.ts";
import type { OperationHistory } from "../linearizability/operation-history.ts";
import type { Watcher } from "../watcher.ts";

/** What the operation did, and what it came to. */
export interface AloneOperation<Operation> {
  readonly operation: Operation;
  /** The word that it returned. */
  readonly word: number;
  /** It used one of the locks, or words, of the slow path. */
  readonly wasSlow: boolean;
}

/** Why the operation did not get what memory at rest, before it began, had promised. */
export type JudgeAlone<Operation> = (one: AloneOperation<Operation>) => string | undefined;

export interface AlonePromise<Operation> {
  readonly property: string;
  /** Locks that only the slow path takes, and words that only it reads. */
  readonly locks: readonly Address[];
  readonly words?: readonly Address[];
  /** What memory at rest promises to the next operation. */
  promises(words: Int32Array): JudgeAlone<Operation>;
}

export function aloneWatcher<Operation>(
  history: Pick<OperationHistory<unknown>, "onResponse">,
  operationAt: (number: number) => Operation | undefined,
  { property, locks, words: slowWords = [], promises }: AlonePromise<Operation>,
): Watcher {
  let judge: JudgeAlone<Operation> | undefined;
  let wasSlow = false;
  let because: string | undefined;
  history.onResponse((number, word) => {
    const operation = operationAt(number);
    if (judge !== undefined && operation !== undefined) because ??= judge({ operation, word, wasSlow });
    judge = undefined; // what comes next begins after something has happened
  });
  return {
    property,
    begin() {
      judge = undefined;
      because = undefined;
    },
    watches: (address) => (slowWords.includes(address) ? "accesses" : undefined),
    accessed() {
      wasSlow = true;
      return undefined;
    },
    unlocked(_words, lock) {
      if (locks.includes(lock)) wasSlow = true;
      return undefined;
    },
    rested(words) {
      if (because !== undefined) return because;
      judge = promises(words);
      wasSlow = false;
      return undefined;
    },
    ended: () => because,
  };
}
