/**
 * The promise to an operation that begins when no other is open: nothing interferes, so it takes the fast path where
 * there is one, and succeeds at once.
 *
 * Correct responses alone do not show that: a search that always fails and falls back to the lock gives them too.
 */
import type { Address } from "#impl/memory/access.ts";
import type { OperationHistory } from "../linearizability/operation-history.ts";
import type { Watcher } from "../watcher.ts";

/** The operation, and its outcome. */
export interface AloneOperation<Operation> {
  readonly operation: Operation;
  /** The word that it returned. */
  readonly word: number;
  /** It used one of the locks, or words, of the slow path. */
  readonly wasSlow: boolean;
}

/** Why the operation did not get what memory at rest promised before it began. */
export type JudgeAlone<Operation> = (one: AloneOperation<Operation>) => string | undefined;

export interface AlonePromise<Operation> {
  readonly property: string;
  /** Locks that only the slow path takes, and words that only it reads. */
  readonly locks: readonly Address[];
  readonly words?: readonly Address[];
  /** The promise of memory at rest to the next operation. */
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
    judge = undefined; // the next operation does not begin at rest
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
