/**
 * The part of the Linux-kernel memory model about plain accesses: their ordering, and data races.
 *
 * Source: Linux tools/memory-model/linux-kernel.cat, "Plain accesses and data races".
 */

import { bothSets, eitherSet, isEmptySet, setOf, without, type EventSet } from "./event-set.ts";
import type { ExecutionTerms } from "./execution-terms.ts";
import { fence, type LkmmOrderTerms } from "./lkmm-order.ts";
import type { LkmmRcuTerms } from "./lkmm-rcu.ts";
import {
  compose,
  difference,
  emptyRelation,
  from,
  intersection,
  into,
  inverse,
  optional,
  product,
  union,
  via,
  within,
  type Relation,
} from "./relation.ts";
import type { Definitions } from "./terms.ts";

export interface LkmmPlainTerms {
  /** Every event except the reads of operations without a result. */
  readonly N: EventSet;
  /** fen and strong, with the pairs that grace periods add. */
  readonly fenRcu: Relation;
  readonly strongRcu: Relation;
  readonly vis: Relation;
  /** Bounds that tie a plain access to marked ones of its process. */
  readonly wPre: Relation;
  readonly rPre: Relation;
  readonly wPost: Relation;
  readonly rPost: Relation;
  readonly wwVis: Relation;
  readonly wrVis: Relation;
  readonly rwXb: Relation;
  /** Pairs of accesses of different processes, at least one of them plain. */
  readonly preRace: Relation;
  readonly plainCoherence: Relation;
  readonly wwRace: Relation;
  readonly wrRace: Relation;
  readonly rwRace: Relation;
  readonly race: Relation;
  /** Plain writes and marked accesses of one variable with no barrier between them. */
  readonly mixedAccesses: Relation;
}

type Known = ExecutionTerms & LkmmOrderTerms & LkmmRcuTerms & LkmmPlainTerms;

export const lkmmPlainDefinitions: Definitions<LkmmPlainTerms, Known> = {
  N: ({ skeleton: { events }, NoRet }) =>
    without(
      setOf(events.length, () => true),
      NoRet,
    ),
  fenRcu: ({ fen, rcuFence }) => union(fen, rcuFence),
  strongRcu: ({ strong, rcuFence }) => union(strong, rcuFence),
  vis: ({ cumulStar, rfe, Mk, strongRcu, xb, int }) =>
    via(compose(cumulStar, optional(rfe)), Mk, union(via(strongRcu, Mk, xb), intersection(xb, int))),

  wPre: ({ Mk, addr, fenRcu }) => from(Mk, optional(union(addr, fenRcu))),
  rPre: (x) => from(x.Mk, optional(union(x.addr, x.nonrw, within(x.Rord, fence(x, x.tagged("Rmb")), x.N)))),
  wPost: ({ fenRcu, Mk, rmwseq }) => via(optional(fenRcu), Mk, rmwseq),
  rPost: (x) => into(optional(union(x.nonrw, within(x.N, fence(x, x.tagged("Rmb")), x.Rord))), x.Mk),

  wwVis: ({ fenRcu, strongRcu, xb, wPost, vis, wPre }) =>
    union(fenRcu, compose(strongRcu, xb, wPre), compose(wPost, vis, wPre)),
  wrVis: ({ fenRcu, strongRcu, xb, wPost, vis, rPre }) =>
    union(fenRcu, compose(strongRcu, xb, rPre), compose(wPost, vis, rPre)),
  rwXb: ({ fenRcu, rPost, xb, wPre }) => union(fenRcu, compose(rPost, xb, wPre)),

  preRace: ({ Pl, M, IW, ext }) => intersection(ext, union(product(Pl, M), product(without(M, IW), Pl))),
  plainCoherence: (x) => {
    // Without plain accesses there is nothing to relate, and the definitions above need not be evaluated.
    if (isEmptySet(x.Pl)) return emptyRelation(x.M.size);
    return intersection(
      x.preRace,
      union(
        intersection(x.rf, inverse(x.rwXb)),
        intersection(x.fr, inverse(x.wrVis)),
        intersection(x.co, inverse(x.wwVis)),
      ),
    );
  },
  wwRace: ({ preRace, co, wwVis, wrVis, rwXb, Mk, W }) => {
    const ordered = intersection(intersection(wwVis, union(product(Mk, W), rwXb)), union(product(W, Mk), wrVis));
    return difference(intersection(preRace, co), ordered);
  },
  wrRace: ({ preRace, co, rf, wrVis, rwXb }) =>
    difference(difference(intersection(preRace, compose(optional(co), rf)), wrVis), inverse(rwXb)),
  rwRace: ({ preRace, fr, rwXb }) => difference(intersection(preRace, fr), rwXb),
  race: (x) => (isEmptySet(x.Pl) ? emptyRelation(x.M.size) : union(x.wwRace, x.wrRace, x.rwRace)),

  mixedAccesses: (x) => {
    const plainWrites = bothSets(x.Pl, x.W);
    if (isEmptySet(plainWrites)) return emptyRelation(x.M.size);
    const barriers = eitherSet(
      x.Mb,
      x.Acq,
      x.Rel,
      x.ofKind("GPS"),
      x.tagged("Barrier"),
      x.tagged("Rmb"),
      x.tagged("Wmb"),
      x.tagged("GPR"),
      x.tagged("BA"),
      x.tagged("AA"),
      x.tagged("RLock"),
      x.tagged("RUnlock"),
      x.tagged("SLock"),
      x.tagged("SUnlock"),
    );
    const separated = union(fence(x, barriers), into(x.po, x.Rel), from(x.Acq, x.po));
    const adjacent = difference(x.poLoc, separated);
    return union(within(plainWrites, adjacent, x.Mk), within(x.Mk, adjacent, plainWrites));
  },
};
