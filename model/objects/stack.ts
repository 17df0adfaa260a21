import { container } from "./containers.ts";
import type { ContainerModel } from "./containers.ts";

/** A LIFO stack: pop takes the newest value. Empty at first. @param capacity the maximum number of values */
export function stack(capacity?: number): ContainerModel {
  return container(
    "stack",
    (state, value) => [...state, value],
    (state) => state.length - 1,
    (roleOf) => ({ kind: "stack", roleOf }),
    capacity,
  );
}
