import { container } from "./containers.ts";
import type { ContainerModel } from "./containers.ts";
import type { Scalar } from "../object-shape.ts";

/** A priority queue: pop takes the smallest value. Empty at first. */
export function priorityQueue(): ContainerModel {
  return container(
    "priority-queue",
    (state, value) => [...state, value].toSorted(comparePriorities),
    (state) => (state.length === 0 ? -1 : 0),
    (roleOf) => ({ kind: "priority-queue", compare: comparePriorities, roleOf }),
  );
}

/** Numbers by size, before all else; the rest by their text. */
export function comparePriorities(left: Scalar, right: Scalar): number {
  if (typeof left === "number" && typeof right === "number") return left - right;
  if (typeof left === "number") return -1;
  if (typeof right === "number") return 1;
  const [first, second] = [String(left), String(right)];
  if (first === second) return 0;
  return first < second ? -1 : 1;
}
