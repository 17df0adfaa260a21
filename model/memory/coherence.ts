/** What every model here demands of single variables: coherence, and atomic read-modify-writes. */

import type { ExecutionTerms } from "./execution-terms.ts";
import { compose, intersection, union, type Relation } from "./relation.ts";
import type { Definitions } from "./terms.ts";

export interface CoherenceTerms {
  /** po-loc ∪ rf ∪ co ∪ fr, which must be acyclic. */
  readonly communication: Relation;
  /** Read-modify-writes that another process wrote between: rmw ∩ (fre · coe). */
  readonly torn: Relation;
}

export const coherenceDefinitions: Definitions<CoherenceTerms, ExecutionTerms & CoherenceTerms> = {
  communication: ({ poLoc, rf, co, fr }) => union(poLoc, rf, co, fr),
  torn: ({ rmw, fre, coe }) => intersection(rmw, compose(fre, coe)),
};
