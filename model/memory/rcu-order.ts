/**
 * Grace periods against read-side critical sections: the counting rule of RCU, for any model that provides
 * the link between the two.
 *
 * Source: Linux tools/memory-model/linux-kernel.cat, rcu-order; Alglave, Maranget, McKenney, Parri and
 * Stern, "Frightening small children and disconcerting grown-ups", ASPLOS 2018.
 */

import { eitherSet, isEmptySet, type EventSet } from "./event-set.ts";
import {
  compose,
  emptyRelation,
  from,
  identityOn,
  intersection,
  into,
  inverse,
  isEqual,
  union,
  type Relation,
} from "./relation.ts";
import type { ExecutionTerms } from "./execution-terms.ts";
import type { Primitives } from "./terms.ts";

/** Where chains of grace periods and sections start and end. */
export function rcuMarkers(x: Primitives): EventSet {
  return eitherSet(
    x.tagged("GPR"),
    x.ofKind("GPS"),
    x.tagged("RLock"),
    x.tagged("RUnlock"),
    x.tagged("SLock"),
    x.tagged("SUnlock"),
  );
}

export function hasGracePeriod(x: Primitives): boolean {
  return !isEmptySet(x.tagged("GPR")) || !isEmptySet(x.ofKind("GPS"));
}

/**
 * The least relation that holds each grace period and every chain of grace periods and sections joined
 * by `link` in which sections never outnumber grace periods. SRCU sections count only against grace
 * periods of their own domain.
 *
 * @param link restricted to `rcuMarkers`, as all chains start and end there
 */
export function rcuOrder(x: Primitives & ExecutionTerms, link: Relation): Relation {
  const gp = x.tagged("GPR");
  const srcuGp = x.ofKind("GPS");
  const section = inverse(x.rscs);
  const srcuSection = inverse(x.srscs);
  let order = identityOn(eitherSet(gp, srcuGp));
  for (;;) {
    const inner = union(link, compose(link, order, link));
    const grown = union(
      order,
      pairedWith(gp, section, inner),
      intersection(pairedWith(srcuGp, srcuSection, inner), x.loc),
      compose(order, link, order),
    );
    // Grows by at least one pair per round, so it ends.
    if (isEqual(grown, order)) return order;
    order = grown;
  }
}

/** (G · inner · C) ∪ (C · inner · G). */
function pairedWith(gracePeriods: EventSet, sections: Relation, inner: Relation): Relation {
  return union(compose(from(gracePeriods, inner), sections), compose(sections, into(inner, gracePeriods)));
}

/**
 * po · rcu-order · po?, where `linked` returns the links of a chain between processes. Empty without a grace period.
 */
export function rcuFenceOf(x: Primitives & ExecutionTerms, linked: () => Relation): Relation {
  if (!hasGracePeriod(x)) return emptyRelation(x.M.size);
  const markers = rcuMarkers(x);
  const link = compose(from(markers, x.poOpt), linked(), into(x.po, markers));
  return compose(x.po, rcuOrder(x, link), x.poOpt);
}
