import { container } from "./containers.ts";
import type { ContainerModel } from "./containers.ts";

/** A FIFO queue: pop takes the oldest value. Empty at first. @param capacity the maximum number of values */
export function queue(capacity?: number): ContainerModel {
  return container(
    "queue",
    (state, value) => [...state, value],
    (state) => (state.length === 0 ? -1 : 0),
    (roleOf) => ({ kind: "queue", roleOf }),
    capacity,
  );
}
