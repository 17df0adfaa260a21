import { container } from "./containers.ts";
import type { ContainerModel } from "./containers.ts";

/** A FIFO queue: pop takes the oldest value. Empty at first. */
export function queue(): ContainerModel {
  return container(
    "queue",
    (state, value) => [...state, value],
    (state) => (state.length === 0 ? -1 : 0),
    (roleOf) => ({ kind: "queue", roleOf }),
  );
}
