import { container } from "./containers.ts";
import type { ContainerModel } from "./containers.ts";

/** A LIFO stack: pop takes the newest value. Empty at first. */
export function stack(): ContainerModel {
  return container(
    "stack",
    (state, value) => [...state, value],
    (state) => state.length - 1,
    (roleOf) => ({ kind: "stack", roleOf }),
  );
}
