/**
 * The part of an execution that does not depend on the values read: events, program order,
 * dependencies. Many candidates share one.
 */

import type { MemoryEvent } from "./event.ts";
import { closure, relationOf, type Pair, type Relation } from "./relation.ts";

export interface Skeleton {
  readonly events: readonly MemoryEvent[];
  /** Transitive, and not total: reads of one statement may be unordered. */
  readonly po: Relation;
  /** Same process. An initial write is not related even to itself. */
  readonly int: Relation;
  /** Same variable, reflexive. */
  readonly loc: Relation;
  /** Dependencies through registers alone. */
  readonly addr: Relation;
  readonly data: Relation;
  readonly ctrl: Relation;
  /** Read to write of one successful read-modify-write; LKR to LKW of one lock operation. */
  readonly rmw: Relation;
}

export interface SkeletonPairs {
  readonly events: readonly MemoryEvent[];
  /** Any relation whose transitive closure is program order. */
  readonly po: Iterable<Pair>;
  readonly addr?: Iterable<Pair> | undefined;
  readonly data?: Iterable<Pair> | undefined;
  readonly ctrl?: Iterable<Pair> | undefined;
  readonly rmw?: Iterable<Pair> | undefined;
}

/** @throws RangeError if a pair names an event that does not exist */
export function skeletonOf({ events, po, addr = [], data = [], ctrl = [], rmw = [] }: SkeletonPairs): Skeleton {
  const size = events.length;
  const same = (together: (a: MemoryEvent, b: MemoryEvent) => boolean): Relation => {
    const pairs: Pair[] = [];
    events.forEach((a, i) => events.forEach((b, j) => together(a, b) && pairs.push([i, j])));
    return relationOf(size, pairs);
  };
  return {
    events,
    po: closure(relationOf(size, po)),
    int: same((a, b) => a.kind !== "IW" && b.kind !== "IW" && a.thread === b.thread),
    loc: same((a, b) => a.variable !== undefined && a.variable === b.variable),
    addr: relationOf(size, addr),
    data: relationOf(size, data),
    ctrl: relationOf(size, ctrl),
    rmw: relationOf(size, rmw),
  };
}
