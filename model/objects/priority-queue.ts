import { compareNumbers } from "../exact-number.ts";
import { container } from "./containers.ts";
import type { ContainerModel } from "./containers.ts";
import type { Scalar } from "../object-shape.ts";

/** A priority queue: pop takes the smallest value. Empty at first. @param capacity the maximum number of values */
export function priorityQueue(capacity?: number): ContainerModel {
  return container(
    "priority-queue",
    (state, value) => [...state, value].toSorted(comparePriorities),
    (state) => (state.length === 0 ? -1 : 0),
    (roleOf) => ({ kind: "priority-queue", compare: comparePriorities, roleOf }),
    capacity,
  );
}

/** Numbers by size, before everything else; the rest by their text. */
export function comparePriorities(left: Scalar, right: Scalar): number {
  const bySize = compareNumbers(left, right);
  if (bySize !== undefined) return bySize;
  if (compareNumbers(left, left) !== undefined) return -1;
  if (compareNumbers(right, right) !== undefined) return 1;
  const [first, second] = [String(left), String(right)];
  if (first === second) return 0;
  return first < second ? -1 : 1;
}
