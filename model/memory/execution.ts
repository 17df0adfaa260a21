/**
 * A candidate execution as plain data, and whether a memory model allows it.
 *
 * This entry knows nothing of litmus tests: it is for callers with events and relations, such as an explorer or a
 * trace.
 */

import { isAllowed, violationOf, type MemoryModel, type Terms, type Violation } from "./memory-model.ts";
import { closure, relationOf, type Pair } from "./relation.ts";
import { skeletonOf, type SkeletonPairs } from "./skeleton.ts";

/**
 * Events by index, and relations as pairs of indices.
 *
 * - `po`, `co`: any pairs; their transitive closure is meant, so neighbours suffice.
 * - `co` orders the writes of each variable, its `IW` event first.
 * - `rf` gives each read exactly one write, the `IW` event of the variable included.
 * - `rmw`: read to write of each read-modify-write that succeeded; the halves also carry `rmw: true`,
 *   and so does the read of one that failed.
 * - `addr`, `data`, `ctrl`: dependencies, which only lkmm uses.
 * - Locks either are ordinary acquire and release accesses, or `LKR`, `LKW` (joined by `rmw`) and `UL`
 *   with their own rf and co.
 */
export interface Execution extends SkeletonPairs {
  readonly rf: readonly Pair[];
  readonly co: readonly Pair[];
  /** One value per event, where it has one; only SRCU flags use them. */
  readonly values?: readonly unknown[] | undefined;
}

/**
 * Whether the model allows the execution: O(n³/32) for n events, with fixpoints where there are grace
 * periods.
 *
 * @throws RangeError if the data is not an execution: a pair out of range, a read without a write or with
 *   two, an rf or co between different variables
 */
export function allowed(execution: Execution, model: MemoryModel): boolean {
  return isAllowed(model, termsOf(execution, model));
}

/** The first axiom that the execution breaks and the events that show it; undefined if it is allowed. */
export function forbiddenBy(execution: Execution, model: MemoryModel): Violation | undefined {
  return violationOf(model, termsOf(execution, model));
}

/** The model's relations over the execution. */
export function termsOf(execution: Execution, model: MemoryModel): Terms {
  const skeleton = skeletonOf(execution);
  const size = skeleton.events.length;
  const rf = relationOf(size, execution.rf);
  const co = closure(relationOf(size, execution.co));
  checkReadsFrom(execution.rf, execution);
  for (const [a, b] of execution.co) requireSameVariable("co", a, b, execution);
  const { values = [] } = execution;
  return model.over(skeleton)({
    rf,
    co,
    sameValue: () => {
      const pairs: Pair[] = [];
      values.forEach((a, i) => values.forEach((b, j) => a !== undefined && a === b && pairs.push([i, j])));
      return relationOf(size, pairs);
    },
  });
}

function checkReadsFrom(rf: readonly Pair[], execution: Execution): void {
  const { events } = execution;
  const sources = new Map<number, number>();
  for (const [write, read] of rf) {
    requireSameVariable("rf", write, read, execution);
    if (sources.has(read))
      throw new RangeError(`event ${read} reads from two writes, ${sources.get(read)} and ${write}`);
    sources.set(read, write);
  }
  events.forEach(({ kind }, i) => {
    if (READS.has(kind) && !sources.has(i)) throw new RangeError(`event ${i} is a read, and reads from no write`);
  });
}

const READS: ReadonlySet<string> = new Set(["R", "LKR", "LF", "RL", "RU"]);

function requireSameVariable(relation: string, a: number, b: number, { events }: Execution): void {
  const [first, second] = [events[a]?.variable, events[b]?.variable];
  if (first === undefined || first !== second) {
    throw new RangeError(
      `${relation} relates event ${a} of ${first ?? "no variable"} to event ${b} of ${second ?? "no variable"}`,
    );
  }
}
