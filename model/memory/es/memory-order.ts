/**
 * Whether a partial order extends to a total one in which certain events are not between certain others.
 *
 * Exact: the consequences of the order so far are propagated, the rest is tried both ways. Exponential in the
 * exclusions that propagation leaves open; programs of litmus size have few.
 */

import { isAcyclic } from "../cycle.ts";
import { closure, has, relationOf, union, type Pair, type Relation } from "../relation.ts";

/** `excluded` may not come after `from` and before `to`, of which `from` comes first. */
export interface Exclusion {
  readonly from: number;
  readonly excluded: number;
  readonly to: number;
}

/**
 * The order with the pairs that the exclusions add: acyclic exactly if there is a total order. If there is none, one
 * cycle of it shows why one way of satisfying the exclusions fails.
 *
 * @param order transitive
 */
export function orderAvoiding(order: Relation, exclusions: readonly Exclusion[]): Relation {
  return decide(order, order, exclusions);
}

/** @param closed `stated`, closed under transitivity */
function decide(stated: Relation, closed: Relation, exclusions: readonly Exclusion[]): Relation {
  let order = stated;
  let known = closed;
  for (;;) {
    const forced: Pair[] = [];
    for (const { from, excluded, to } of exclusions) {
      if (has(known, from, excluded) && !has(known, to, excluded)) forced.push([to, excluded]);
      if (has(known, excluded, to) && !has(known, excluded, from)) forced.push([excluded, from]);
    }
    if (forced.length === 0) break;
    order = union(order, relationOf(order.size, forced));
    known = closure(order);
    if (!isAcyclic(known)) return order;
  }
  const open = exclusions.find(({ from, excluded, to }) => !has(known, excluded, from) && !has(known, to, excluded));
  if (open === undefined) return order;
  const first = withPair(order, [open.excluded, open.from], exclusions);
  return isAcyclic(first) ? first : withPair(order, [open.to, open.excluded], exclusions);
}

function withPair(order: Relation, pair: Pair, exclusions: readonly Exclusion[]): Relation {
  const stated = union(order, relationOf(order.size, [pair]));
  return decide(stated, closure(stated), exclusions);
}
