/**
 * Total store order, as of x86: writes reach memory in program order, but may be delayed past later
 * reads of the same process, which see them early.
 *
 * Accesses of every tag are plain moves. A read-modify-write that writes is a locked instruction, and
 * so is taking a lock; one that fails is a read here, as in the explorer (x86 itself would drain the
 * buffer). `smp_mb`, the fences that strengthen a neighbour, and grace periods drain the buffer; the
 * other fences do nothing.
 *
 * Source: Owens, Sarkar and Sewell, "A better x86 memory model: x86-TSO", TPHOLs 2009; axioms after
 * Alglave, Maranget and Tautschnig, "Herding cats", TOPLAS 2014.
 */

import { coherenceAxioms, coherenceDefinitions, type CoherenceTerms } from "./coherence.ts";
import { bothSets, eitherSet, type EventSet } from "./event-set.ts";
import { memoryModel } from "./memory-model.ts";
import { rcuFenceOf } from "./rcu-order.ts";
import {
  compose,
  difference,
  domainOf,
  from,
  into,
  product,
  rangeOf,
  star,
  union,
  via,
  within,
  type Relation,
} from "./relation.ts";

interface TsoTerms extends CoherenceTerms {
  /** The events that drain the store buffer. */
  readonly Drain: EventSet;
  /** Program order among accesses, except from writes to reads. */
  readonly ppo: Relation;
  /** Program order through events that drain the buffer. */
  readonly drained: Relation;
  readonly hb: Relation;
  readonly rcuFence: Relation;
  readonly rb: Relation;
}

export const tso = memoryModel<TsoTerms>({
  name: "tso",
  title: "total store order, as of x86",
  definitions: {
    ...coherenceDefinitions,
    Drain: (x) =>
      eitherSet(
        bothSets(x.ofKind("F"), x.Mb),
        x.tagged("BA"),
        x.tagged("AA"),
        x.tagged("AS"),
        x.tagged("AUL"),
        x.tagged("ASRU"),
        x.tagged("GPR"),
        x.ofKind("GPS"),
      ),
    ppo: ({ M, W, R, po }) => difference(within(M, po, M), product(W, R)),
    drained: ({ Drain, M, po, rmw }) =>
      union(
        within(M, via(po, Drain, po), M),
        // A locked instruction drains before it reads and after it writes.
        within(M, into(po, domainOf(rmw)), M),
        within(M, from(rangeOf(rmw), po), M),
      ),
    hb: ({ ppo, drained, rfe, co, fr }) => union(ppo, drained, rfe, co, fr),
    rcuFence: (x) => rcuFenceOf(x, () => star(x.hb)),
    rb: ({ rcuFence, hb }) => compose(rcuFence, star(hb)),
  },
  axioms: [
    ...coherenceAxioms,
    {
      name: "total-store-order",
      kind: "acyclic",
      relation: "hb",
      statement: "writes reach memory in one order, which respects program order except from writes to reads",
    },
    {
      name: "rcu",
      kind: "irreflexive",
      relation: "rb",
      statement: "a grace period does not end while a read-side critical section that began before it is open",
    },
  ],
  flags: [],
  derivations: {
    communication: [["poLoc"], ["rf"], ["co"], ["fr"]],
    torn: [["fre", "coe"]],
    hb: [["ppo"], ["drained"], ["rfe"], ["co"], ["fr"]],
    rb: [["rcuFence", "hb*"]],
  },
});
