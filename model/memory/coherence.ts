/** The demands of every model here on single variables: coherence, and atomic read-modify-writes. */

import type { Axiom } from "./axiom.ts";
import type { ExecutionTerms } from "./execution-terms.ts";
import { compose, intersection, union, type Relation } from "./relation.ts";
import type { Definitions } from "./terms.ts";

export interface CoherenceTerms {
  /** po-loc ∪ rf ∪ co ∪ fr, which must be acyclic. */
  readonly communication: Relation;
  /** Read-modify-writes with another process's write in between: rmw ∩ (fre · coe). */
  readonly torn: Relation;
}

export const coherenceDefinitions: Definitions<CoherenceTerms, ExecutionTerms & CoherenceTerms> = {
  communication: ({ poLoc, rf, co, fr }) => union(poLoc, rf, co, fr),
  torn: ({ rmw, fre, coe }) => intersection(rmw, compose(fre, coe)),
};

export const coherenceAxioms: readonly Axiom<keyof CoherenceTerms>[] = [
  {
    name: "coherence",
    kind: "acyclic",
    relation: "communication",
    statement: "the accesses of one variable take place in one order, which respects program order",
  },
  {
    name: "atomicity",
    kind: "empty",
    relation: "torn",
    statement: "no write of another process comes between the two halves of a read-modify-write",
  },
];
