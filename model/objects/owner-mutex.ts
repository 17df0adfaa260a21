/**
 * A lock that only its owner releases; the owner does not acquire it again.
 *
 * Responses: null when it was acquired or released; false when acquire found it taken, by any thread, or release found
 * another owner, or none.
 */
import type { Model } from "../model.ts";
import type { Scalar } from "../object-shape.ts";
import { scalarKey } from "./register.ts";

export interface OwnerMutexOperation {
  readonly kind: "acquire" | "release";
  readonly owner: Scalar;
}

interface Held {
  readonly owner: Scalar;
}

export function ownerMutex(): Model<Held | undefined, OwnerMutexOperation, null | false> {
  function outcome(
    held: Held | undefined,
    { kind, owner }: OwnerMutexOperation,
  ): { response: null | false; next: Held | undefined } {
    if (kind === "acquire")
      return held === undefined ? { response: null, next: { owner } } : { response: false, next: held };
    return held !== undefined && held.owner === owner
      ? { response: null, next: undefined }
      : { response: false, next: held };
  }
  return {
    name: "owner-mutex",
    initial: undefined,
    next(held, operation, response) {
      const { response: own, next } = outcome(held, operation);
      return response === undefined || response === own ? [next] : [];
    },
    outcomes: (held, operation) => [outcome(held, operation)],
    key: (held) => (held === undefined ? "free" : `=${scalarKey(held.owner)}`),
    observes: (_operation, response) => response === false,
  };
}
