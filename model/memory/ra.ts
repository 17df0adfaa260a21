/**
 * Release/acquire with relaxed accesses, as in RC11 without load buffering: program order and
 * reads-from are acyclic together.
 *
 * Accesses without an acquire or release tag are relaxed, plain ones included. `smp_mb` is a
 * sequentially consistent fence, `smp_wmb` a release fence, `smp_rmb` an acquire fence. A
 * read-modify-write with the full-barrier tag acquires and releases and is such a fence on both sides;
 * one that only acquires and releases has tag Acq on its read and Rel on its write. Taking a lock
 * acquires, unlocking releases. A grace period is a sequentially consistent fence that also waits.
 *
 * RC11 knows no RCU: sections and grace periods are linked here by happens-before with at most one
 * chain of communication in between.
 *
 * Source: Lahav, Vafeiadis, Kang, Hur and Dreyer, "Repairing sequential consistency in C/C++11",
 * PLDI 2017.
 */

import { coherenceAxioms, coherenceDefinitions, type CoherenceTerms } from "./coherence.ts";
import { bothSets, eitherSet, type EventSet } from "./event-set.ts";
import { memoryModel } from "./memory-model.ts";
import { rcuFenceOf } from "./rcu-order.ts";
import { closure, compose, from, identityOn, into, optional, star, union, within, type Relation } from "./relation.ts";

interface RaTerms extends CoherenceTerms {
  /** Sequentially consistent fences. */
  readonly Fsc: EventSet;
  readonly releaseSequence: Relation;
  readonly sw: Relation;
  readonly hb: Relation;
  readonly eco: Relation;
  /** hb? · eco?, which coherence requires to be irreflexive. */
  readonly hbEco: Relation;
  readonly psc: Relation;
  readonly porf: Relation;
  readonly rcuFence: Relation;
  readonly rb: Relation;
}

/** Happens-before with at most one chain of communication in it. */
function observed({ hb, eco }: RaTerms): Relation {
  return compose(optional(hb), optional(eco), optional(hb));
}

export const ra = memoryModel<RaTerms>({
  name: "ra",
  title: "release/acquire with relaxed accesses, as in RC11",
  definitions: {
    ...coherenceDefinitions,
    Fsc: (x) =>
      eitherSet(
        x.Mb,
        x.tagged("BA"),
        x.tagged("AA"),
        x.tagged("AS"),
        x.tagged("AUL"),
        x.tagged("ASRU"),
        x.tagged("GPR"),
        x.ofKind("GPS"),
      ),
    releaseSequence: ({ W, poLoc, rf, rmw }) => compose(within(W, optional(poLoc), W), star(compose(rf, rmw))),
    sw: (x) => {
      const fences = bothSets(x.Fsc, x.ofKind("F", "GPS"));
      const releaseFences = eitherSet(fences, x.tagged("Wmb"));
      const acquireFences = eitherSet(fences, x.tagged("Rmb"));
      const releases = eitherSet(x.Rel, bothSets(x.Mb, x.W));
      const acquires = eitherSet(x.Acq, bothSets(x.Mb, x.R));
      const released = union(from(releases, x.id), from(releaseFences, into(x.po, x.W)));
      const acquired = union(into(x.id, acquires), into(from(x.R, x.po), acquireFences));
      return compose(released, x.releaseSequence, x.rf, acquired);
    },
    hb: ({ po, sw }) => closure(union(po, sw)),
    eco: ({ rf, co, fr }) => closure(union(rf, co, fr)),
    hbEco: ({ hb, eco }) => compose(hb, optional(eco)),
    psc: ({ Fsc, Mb, R, W, hb, eco }) => {
      // A full read-modify-write stands for a fence before its read and one after its write.
      const leaving = union(hb, identityOn(bothSets(Mb, R)));
      const reaching = union(hb, identityOn(bothSets(Mb, W)));
      return within(Fsc, union(hb, compose(leaving, eco, reaching)), Fsc);
    },
    porf: ({ po, rf }) => union(po, rf),
    rcuFence: (x) => rcuFenceOf(x, () => observed(x)),
    rb: (x) => compose(x.rcuFence, observed(x)),
  },
  axioms: [
    ...coherenceAxioms,
    {
      name: "no-thin-air",
      kind: "acyclic",
      relation: "porf",
      statement: "no read takes its value from a write that comes after it",
    },
    {
      name: "release-acquire",
      kind: "irreflexive",
      relation: "hbEco",
      statement: "events that happen before an access are visible to it, and no later write is",
    },
    {
      name: "sequentially-consistent-fences",
      kind: "acyclic",
      relation: "psc",
      statement: "full fences take place in one order, which respects communication",
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

    porf: [["po"], ["rf"]],
    hb: [["po"], ["sw"]],
    hbEco: [["hb", "rf"], ["hb", "co"], ["hb", "fr"], ["hb", "eco"], ["hb"]],
    psc: [["hb"], ["hb?", "eco", "hb?"]],
    rb: [["rcuFence", "hb?", "eco?", "hb?"]],
  },
});
