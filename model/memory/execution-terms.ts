/**
 * Sets and relations that every memory model here starts from: kinds of access, communication
 * between processes, critical sections.
 *
 * Source: Linux tools/memory-model, linux-kernel.bell and lock.cat.
 */

import { eitherSet, setOf, without, type EventSet } from "./event-set.ts";
import {
  compose,
  difference,
  domainOf,
  emptyRelation,
  identity,
  intersection,
  inverse,
  optional,
  product,
  rangeOf,
  relationOf,
  star,
  via,
  within,
  type Pair,
  type Relation,
} from "./relation.ts";
import type { Definitions } from "./terms.ts";
import { wordAt } from "./words.ts";

export interface ExecutionTerms {
  /** Reads, lock reads included. */
  readonly R: EventSet;
  /** Writes, initial ones and lock writes included. */
  readonly W: EventSet;
  /** Accesses. */
  readonly M: EventSet;
  readonly IW: EventSet;
  /** Halves of read-modify-writes, and reads of failed ones. */
  readonly RMW: EventSet;
  /** Reads of read-modify-writes that did not write. They order nothing. */
  readonly Failed: EventSet;
  /** Plain accesses: neither tagged nor initial. */
  readonly Pl: EventSet;
  /** All accesses that are not plain. */
  readonly Mk: EventSet;
  /** Acquire that orders: a read, or the read of a lock operation. */
  readonly Acq: EventSet;
  /** Release that orders: a write, or an unlock. */
  readonly Rel: EventSet;
  /** Full barriers that order: fences, and both halves of a successful full read-modify-write. */
  readonly Mb: EventSet;

  readonly id: Relation;
  readonly po: Relation;
  readonly poOpt: Relation;
  readonly int: Relation;
  readonly ext: Relation;
  readonly loc: Relation;
  readonly poLoc: Relation;
  readonly rmw: Relation;
  /** Read to the writes that overwrite what it read. */
  readonly fr: Relation;
  readonly rfe: Relation;
  readonly rfi: Relation;
  readonly coe: Relation;
  readonly fre: Relation;

  /** RLock to its RUnlock, matched like brackets in each process. */
  readonly rscs: Relation;
  /** SRCU lock to the unlock that its value reaches. */
  readonly srscs: Relation;
  /** LKW to the next UL of the same lock in the same process. */
  readonly crit: Relation;
}

export const executionDefinitions: Definitions<ExecutionTerms> = {
  R: (x) => x.ofKind("R", "LKR", "LF", "RL", "RU"),
  W: (x) => x.ofKind("W", "IW", "LKW", "UL"),
  M: ({ R, W }) => eitherSet(R, W),
  IW: (x) => x.ofKind("IW"),
  RMW: ({ skeleton: { events } }) => setOf(events.length, (i) => events[i]?.rmw === true),
  Failed: ({ RMW, rmw }) => without(RMW, domainOf(rmw), rangeOf(rmw)),
  Pl: ({ skeleton: { events } }) =>
    setOf(events.length, (i) => {
      const event = events[i];
      return event !== undefined && (event.kind === "R" || event.kind === "W") && event.tag === undefined;
    }),
  Mk: ({ skeleton: { events }, Pl }) =>
    without(
      setOf(events.length, () => true),
      Pl,
    ),
  Acq: (x) => eitherSet(without(x.tagged("Acq"), x.W, x.Failed), x.ofKind("LKR")),
  Rel: (x) => eitherSet(without(x.tagged("Rel"), x.R, x.Failed), x.ofKind("UL")),
  Mb: (x) => without(x.tagged("Mb"), x.Failed),

  id: ({ skeleton }) => identity(skeleton.events.length),
  po: ({ skeleton }) => skeleton.po,
  poOpt: ({ po }) => optional(po),
  int: ({ skeleton }) => skeleton.int,
  ext: ({ skeleton: { events }, int }) => {
    const every = setOf(events.length, () => true);
    return difference(product(every, every), int);
  },
  loc: ({ skeleton }) => skeleton.loc,
  poLoc: ({ po, loc }) => intersection(po, loc),
  rmw: ({ skeleton }) => skeleton.rmw,
  fr: ({ rf, co, id }) => difference(compose(inverse(rf), co), id),
  rfe: ({ rf, ext }) => intersection(rf, ext),
  rfi: ({ rf, int }) => intersection(rf, int),
  coe: ({ co, ext }) => intersection(co, ext),
  fre: ({ fr, ext }) => intersection(fr, ext),

  rscs: ({ skeleton: { events, po } }) => {
    const pairs: Pair[] = [];
    const open = new Map<number, number[]>();
    // Statements, unlike accesses, are totally ordered, so the number of predecessors sorts the markers of a process.
    const before = inverse(po);
    const rank = (event: number): number => countRow(before, event);
    const markers = events.map((_, i) => i).filter((i) => events[i]?.tag === "RLock" || events[i]?.tag === "RUnlock");
    for (const i of markers.toSorted((a, b) => rank(a) - rank(b) || a - b)) {
      const event = events[i];
      if (event === undefined) continue;
      const stack = open.get(event.thread) ?? [];
      open.set(event.thread, stack);
      if (event.tag === "RLock") stack.push(i);
      else {
        const lock = stack.pop();
        if (lock !== undefined) pairs.push([lock, i]);
      }
    }
    return relationOf(events.length, pairs);
  },
  srscs: (x) => {
    const { skeleton, loc } = x;
    const locks = x.tagged("SLock");
    const unlocks = x.tagged("SUnlock");
    if (!locks.members.some((word) => word !== 0)) return emptyRelation(locks.size);
    // The value may travel through memory, to another process too.
    const carried = star(via(skeleton.data, without(x.W, unlocks), x.rf));
    return intersection(within(locks, compose(carried, skeleton.data), unlocks), loc);
  },
  crit: (x) => {
    const lockWrites = x.ofKind("LKW");
    const unlocks = x.ofKind("UL");
    const held = within(lockWrites, x.poLoc, unlocks);
    return difference(held, via(x.poLoc, eitherSet(lockWrites, unlocks), x.poLoc));
  },
};

function countRow({ words, rows }: Relation, event: number): number {
  let count = 0;
  for (let i = event * words; i < (event + 1) * words; i++) {
    for (let word = wordAt(rows, i); word !== 0; word &= word - 1) count++;
  }
  return count;
}
