/**
 * Sequential consistency: one order of all accesses, which respects every process's program order.
 *
 * Fences and tags are irrelevant. Read-side critical sections and grace periods keep their guarantee,
 * which under one order is that a grace period that began after a section did ends after it.
 *
 * Source: Lamport, "How to make a multiprocessor computer that correctly executes multiprocess
 * programs", IEEE Transactions on Computers, 1979; as axioms: Shasha and Snir, TOPLAS 1988.
 */

import { coherenceAxioms, coherenceDefinitions, type CoherenceTerms } from "./coherence.ts";
import { memoryModel } from "./memory-model.ts";
import { rcuFenceOf } from "./rcu-order.ts";
import { compose, star, union, type Relation } from "./relation.ts";

interface ScTerms extends CoherenceTerms {
  /** Program order and communication, which the one order must extend. */
  readonly hb: Relation;
  readonly rcuFence: Relation;
  readonly rb: Relation;
}

export const sc = memoryModel<ScTerms>({
  name: "sc",
  title: "sequential consistency",
  definitions: {
    ...coherenceDefinitions,
    hb: ({ po, rf, co, fr }) => union(po, rf, co, fr),
    rcuFence: (x) => rcuFenceOf(x, () => star(x.hb)),
    rb: ({ rcuFence, hb }) => compose(rcuFence, star(hb)),
  },
  axioms: [
    ...coherenceAxioms,
    {
      name: "sequential-consistency",
      kind: "acyclic",
      relation: "hb",
      statement: "all accesses take place in one order that respects program order",
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
    hb: [["po"], ["rf"], ["co"], ["fr"]],
    rb: [["rcuFence", "hb*"]],
  },
});
