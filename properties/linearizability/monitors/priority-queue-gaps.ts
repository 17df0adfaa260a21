/**
 * Priority queues with distinct values, decided in O(n log n).
 *
 * A value can be taken exactly when no smaller one is inside, so for the smaller values its take is one that found
 * nothing: it needs an instant in its interval, after its insert was invoked, at which no smaller value is surely
 * inside. In descending order of values, each take splits the smaller values at its instant; the instants of different
 * values never conflict (see `container.ts`: both halves are separate histories). That is decrease and conquer as in
 * Lee and Mathur, "Efficient decrease-and-conquer linearizability monitoring", OOPSLA 2025 (arXiv 2410.04581).
 */
import { numberAt, wordAt } from "#impl/memory/word.ts";
import type { ContainerRole, Scalar } from "#model/object-shape.ts";
import { checkNone, valuesOf, withoutPendingTakes } from "./container.ts";
import type { Values } from "./container.ts";
import { GapTree } from "./gap-tree.ts";
import type { MonitorVerdict, TimedRole } from "./monitor.ts";

export function checkPriorityQueueGaps(
  operations: readonly TimedRole<ContainerRole>[],
  compare: (left: Scalar, right: Scalar) => number,
): MonitorVerdict {
  const found = valuesOf(operations);
  return found.kind === "values" ? withoutPendingTakes(found.values, (values) => decide(values, compare)) : found;
}

function decide(values: Values, compare: (left: Scalar, right: Scalar) => number): MonitorVerdict {
  const ascending = Array.from({ length: values.count }, (_, id) => id).toSorted((left, right) =>
    compare(values.value[left] ?? null, values.value[right] ?? null),
  );
  const inside = new GapTree(values.end + 1);
  for (const [rank, id] of ascending.entries()) {
    const takeInvoked = wordAt(values.takeInvoked, id);
    if (values.takeAt[id] !== -1) {
      const from = Math.max(takeInvoked, wordAt(values.insertInvoked, id));
      if (inside.findZero(from, wordAt(values.takeResponded, id)) === -1) {
        const smaller = ascending
          .slice(0, rank)
          .filter(
            (other) =>
              wordAt(values.insertResponded, other) < wordAt(values.takeResponded, id) &&
              wordAt(values.takeInvoked, other) > from,
          );
        return {
          kind: "violated",
          because: `${String(values.value[id])} is taken while there is always a smaller value inside`,
          operations: [id, ...smaller]
            .flatMap((each) => [numberAt(values.insertAt, each, -1), numberAt(values.takeAt, each, -1)])
            .filter((each) => each !== -1),
        };
      }
    }
    inside.add(wordAt(values.insertResponded, id), takeInvoked, 1);
  }
  return checkNone(values);
}
