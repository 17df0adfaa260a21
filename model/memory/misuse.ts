/**
 * Signs that a program misuses locks, RCU or SRCU. They concern the program, not the model, so every
 * model raises them.
 *
 * Source: Linux tools/memory-model, linux-kernel.bell and lock.cat.
 */

import type { Flag } from "./axiom.ts";
import { eitherSet, without } from "./event-set.ts";
import type { ExecutionTerms } from "./execution-terms.ts";
import {
  compose,
  difference,
  domainOf,
  identityOn,
  intersection,
  inverse,
  rangeOf,
  via,
  within,
  type Relation,
} from "./relation.ts";
import type { Definitions } from "./terms.ts";

export interface MisuseTerms {
  /** Markers and unlocks without a partner, each related to itself. */
  readonly unmatchedRcuLock: Relation;
  readonly unmatchedRcuUnlock: Relation;
  readonly unmatchedSrcuLock: Relation;
  readonly unmatchedSrcuUnlock: Relation;
  readonly unmatchedUnlock: Relation;
  /** Two unlocks that one SRCU lock's value reaches. */
  readonly multipleSrcuMatches: Relation;
  /** An SRCU lock and its unlock that pass different values. */
  readonly srcuBadValueMatch: Relation;
  /** RCU sections around an SRCU grace period, which sleeps. */
  readonly invalidSleep: Relation;
  /** An ordinary access, and a lock or SRCU event of the same variable. */
  readonly mixedLockAccesses: Relation;
}

export const misuseDefinitions: Definitions<MisuseTerms, ExecutionTerms & MisuseTerms> = {
  unmatchedRcuLock: (x) => identityOn(without(x.tagged("RLock"), domainOf(x.rscs))),
  unmatchedRcuUnlock: (x) => identityOn(without(x.tagged("RUnlock"), rangeOf(x.rscs))),
  unmatchedSrcuLock: (x) => identityOn(without(x.tagged("SLock"), domainOf(x.srscs))),
  unmatchedSrcuUnlock: (x) => identityOn(without(x.tagged("SUnlock"), rangeOf(x.srscs))),
  unmatchedUnlock: (x) => identityOn(without(x.ofKind("UL"), rangeOf(x.crit))),
  multipleSrcuMatches: ({ srscs, id }) => difference(compose(inverse(srscs), srscs), id),
  srcuBadValueMatch: (x) => (x.srscs.rows.every((word) => word === 0) ? x.srscs : difference(x.srscs, x.sameValue)),
  invalidSleep: (x) => intersection(x.rscs, via(x.po, x.ofKind("GPS"), x.po)),
  mixedLockAccesses: (x) => {
    const srcu = eitherSet(x.tagged("SLock"), x.tagged("SUnlock"), x.ofKind("GPS"));
    const special = eitherSet(srcu, x.ofKind("LKR", "LKW", "UL", "LF", "RL", "RU"));
    return within(without(x.ofKind("R", "W"), srcu), x.loc, special);
  },
};

export const misuseFlags: readonly Flag[] = [
  { name: "invalid-sleep", relation: "invalidSleep" },
  { name: "mixed-lock-accesses", relation: "mixedLockAccesses" },
  { name: "multiple-srcu-matches", relation: "multipleSrcuMatches" },
  { name: "srcu-bad-value-match", relation: "srcuBadValueMatch" },
  { name: "unmatched-rcu-lock", relation: "unmatchedRcuLock" },
  { name: "unmatched-rcu-unlock", relation: "unmatchedRcuUnlock" },
  { name: "unmatched-srcu-lock", relation: "unmatchedSrcuLock" },
  { name: "unmatched-srcu-unlock", relation: "unmatchedSrcuUnlock" },
  { name: "unmatched-unlock", relation: "unmatchedUnlock" },
];
