/**
 * The RCU part of the Linux-kernel memory model: the ordering of grace periods.
 *
 * Source: Linux tools/memory-model/linux-kernel.cat.
 */

import type { ExecutionTerms } from "./execution-terms.ts";
import type { LkmmOrderTerms } from "./lkmm-order.ts";
import { hasGracePeriod, rcuMarkers, rcuOrder } from "./rcu-order.ts";
import { compose, emptyRelation, from, into, star, union, type Relation } from "./relation.ts";
import type { Definitions } from "./terms.ts";

export interface LkmmRcuTerms {
  /** Restricted to the RCU markers, where chains start and end. */
  readonly link: Relation;
  readonly rcuOrder: Relation;
  readonly rcuFence: Relation;
  readonly rb: Relation;
  /** xb: executes-before. */
  readonly xb: Relation;
}

export const lkmmRcuDefinitions: Definitions<LkmmRcuTerms, ExecutionTerms & LkmmOrderTerms & LkmmRcuTerms> = {
  link: (x) => {
    const markers = rcuMarkers(x);
    return compose(from(markers, x.poOpt), x.hbStar, x.pbStar, x.prop, into(x.po, markers));
  },
  // Without a grace period nothing starts a chain.
  rcuOrder: (x) => (hasGracePeriod(x) ? rcuOrder(x, x.link) : emptyRelation(x.M.size)),
  rcuFence: ({ po, rcuOrder, poOpt }) => compose(po, rcuOrder, poOpt),
  rb: (x) =>
    hasGracePeriod(x) ? into(compose(x.prop, x.rcuFence, x.hbStar, x.pbStar), x.Mk) : emptyRelation(x.M.size),
  xb: ({ hb, pb, rb }) => star(union(hb, pb, rb)),
};
