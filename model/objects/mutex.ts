/**
 * A lock that any thread may release.
 *
 * Responses: null when it was acquired or released, false when acquire found it taken, or release found it free.
 */
import type { Model } from "../model.ts";

export interface MutexOperation {
  readonly kind: "acquire" | "release";
}

export function mutex(): Model<boolean, MutexOperation, null | false> {
  function outcome(taken: boolean, { kind }: MutexOperation): { response: null | false; next: boolean } {
    return taken === (kind === "release") ? { response: null, next: !taken } : { response: false, next: taken };
  }
  return {
    name: "mutex",
    initial: false,
    next(taken, operation, response) {
      const { response: own, next } = outcome(taken, operation);
      return response === undefined || response === own ? [next] : [];
    },
    outcomes: (taken, operation) => [outcome(taken, operation)],
    key: Number,
    observes: (_operation, response) => response === false,
  };
}
