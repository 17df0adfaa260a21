/**
 * The Linux-kernel memory model up to `pb`: fences, preserved program order, propagation,
 * happens-before, propagates-before. One definition per relation, in the order of the model.
 *
 * Source: Linux tools/memory-model/linux-kernel.cat.
 */

import { bothSets, eitherSet, isEmptySet, without, type EventSet } from "./event-set.ts";
import type { ExecutionTerms } from "./execution-terms.ts";
import {
  compose,
  difference,
  emptyRelation,
  from,
  intersection,
  into,
  isEmpty,
  optional,
  star,
  union,
  via,
  within,
  type Relation,
} from "./relation.ts";
import type { Definitions, Primitives } from "./terms.ts";

export interface LkmmOrderTerms {
  /** Reads of operations without a result, which `smp_rmb` does not order. */
  readonly NoRet: EventSet;
  /** Reads that `smp_rmb` orders. */
  readonly Rord: EventSet;
  readonly UL: EventSet;
  readonly LKR: EventSet;

  readonly rmb: Relation;
  readonly wmb: Relation;
  readonly ulk: Relation;
  readonly mb: Relation;
  readonly gp: Relation;
  readonly strong: Relation;
  readonly porel: Relation;
  readonly acqpo: Relation;
  readonly nonrw: Relation;
  readonly fen: Relation;

  /** Dependencies, carried through memory of the same process. */
  readonly carry: Relation;
  readonly addr: Relation;
  readonly data: Relation;
  readonly ctrl: Relation;
  readonly dep: Relation;
  readonly overwrite: Relation;
  readonly overwriteExt: Relation;
  readonly toWrite: Relation;
  readonly toRead: Relation;
  readonly ppo: Relation;

  readonly rmwStep: Relation;
  readonly rmwseq: Relation;
  readonly rfeMarked: Relation;
  readonly cumul: Relation;
  readonly cumulStar: Relation;
  readonly prop: Relation;
  readonly propInt: Relation;
  readonly hb: Relation;
  readonly hbStar: Relation;
  readonly pb: Relation;
  readonly pbStar: Relation;
}

type Known = Primitives & ExecutionTerms & LkmmOrderTerms;

/** po · [T] · po. */
export function fence({ po }: ExecutionTerms, middle: EventSet): Relation {
  return via(po, middle, po);
}

/** acum(r) = (rfe · [Mk])? · r: r also orders for the process that was read from before it. */
function acum({ rfeMarked }: Known, r: Relation): Relation {
  return union(r, compose(rfeMarked, r));
}

function fullBarriers(x: Known): Relation {
  const { M, Mb, R, W, RMW, po, poOpt } = x;
  const parts = [within(M, fence(x, Mb), M), within(M, po, bothSets(Mb, R)), within(bothSets(Mb, W), po, M)];
  // The fences that strengthen a neighbour are rare: most executions have none.
  const BA = x.tagged("BA");
  const AA = x.tagged("AA");
  const AS = x.tagged("AS");
  const AUL = x.tagged("AUL");
  const ASRU = x.tagged("ASRU");
  if (!isEmptySet(BA)) parts.push(within(M, via(fence(x, BA), RMW, poOpt), M));
  if (!isEmptySet(AA)) parts.push(within(M, via(poOpt, RMW, fence(x, AA)), M));
  if (!isEmptySet(AS)) parts.push(within(M, via(poOpt, x.ofKind("LKW"), fence(x, AS)), M));
  if (!isEmptySet(AUL)) parts.push(within(M, via(x.ulk, AUL, po), M));
  if (!isEmptySet(ASRU)) parts.push(within(M, via(poOpt, x.tagged("SUnlock"), fence(x, ASRU)), M));
  return union(emptyRelation(M.size), ...parts);
}

export const lkmmOrderDefinitions: Definitions<LkmmOrderTerms, ExecutionTerms & LkmmOrderTerms> = {
  UL: (x) => x.ofKind("UL"),
  LKR: (x) => x.ofKind("LKR"),
  NoRet: (x) => without(x.tagged("NoRet"), x.W),
  Rord: ({ R, NoRet }) => without(R, NoRet),

  // Fences
  rmb: (x) => within(x.Rord, fence(x, x.tagged("Rmb")), x.Rord),
  wmb: (x) => within(x.W, fence(x, x.tagged("Wmb")), x.W),
  // The rf alternative, a handover of one lock, can cross processes. Without locks it must not read rf: see terms.ts.
  ulk: (x) => (isEmptySet(x.UL) ? emptyRelation(x.M.size) : via(via(x.po, x.UL, union(x.po, x.rf)), x.LKR, x.po)),
  mb: fullBarriers,
  gp: (x) => compose(into(x.po, eitherSet(x.tagged("GPR"), x.ofKind("GPS"))), x.poOpt),
  strong: ({ mb, gp }) => union(mb, gp),
  porel: ({ M, po, Rel }) => within(M, po, Rel),
  acqpo: ({ Acq, po, M }) => within(Acq, po, M),
  nonrw: ({ strong, porel, acqpo }) => union(strong, porel, acqpo),
  fen: ({ nonrw, wmb, rmb }) => union(nonrw, wmb, rmb),

  // Preserved program order
  carry: (x) => {
    const { data } = x.skeleton;
    return isEmpty(data) ? x.id : star(via(data, without(x.W, x.tagged("SUnlock")), x.rfi));
  },
  addr: ({ carry, skeleton }) => compose(carry, skeleton.addr),
  data: ({ carry, skeleton }) => compose(carry, skeleton.data),
  ctrl: ({ carry, skeleton }) => compose(carry, skeleton.ctrl),
  dep: ({ addr, data }) => union(addr, data),
  overwrite: ({ co, fr }) => union(co, fr),
  overwriteExt: ({ overwrite, ext }) => intersection(overwrite, ext),
  toWrite: ({ dep, ctrl, W, overwrite, int, addr, Pl, wmb }) =>
    union(into(union(dep, ctrl), W), intersection(overwrite, int), via(addr, Pl, wmb)),
  toRead: ({ addr, R, dep, Mk, rfi }) => union(into(addr, R), via(dep, Mk, rfi)),
  ppo: ({ toRead, toWrite, fen, ulk, int }) => union(toRead, toWrite, intersection(union(fen, ulk), int)),

  // Propagation
  rmwStep: ({ rf, rmw }) => (isEmpty(rmw) ? rmw : compose(rf, rmw)),
  rmwseq: ({ rmw, rmwStep, id }) => (isEmpty(rmw) ? id : star(rmwStep)),
  rfeMarked: ({ rfe, Mk }) => into(rfe, Mk),
  cumul: (x) => compose(within(x.Mk, union(acum(x, union(x.strong, x.porel)), x.wmb, x.ulk), x.Mk), x.rmwseq),
  cumulStar: ({ cumul }) => star(cumul),
  prop: ({ overwriteExt, Mk, cumulStar, rfe }) =>
    into(via(compose(from(Mk, optional(overwriteExt)), cumulStar), Mk, optional(rfe)), Mk),
  propInt: ({ prop, id, int }) => intersection(difference(prop, id), int),

  // Happens-before and propagates-before
  hb: ({ Mk, ppo, rfe, propInt }) => within(Mk, union(ppo, rfe, propInt), Mk),
  hbStar: ({ hb }) => star(hb),
  pb: ({ prop, strong, hbStar, Mk }) => into(compose(prop, strong, hbStar), Mk),
  pbStar: ({ pb }) => star(pb),
};
