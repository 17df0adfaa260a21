/**
 * The allowed responses of the native target's synchronisation, one operation at a time: a counter under a lock, a
 * published value whose old versions are reclaimed after a grace period, and a work that is requested and run.
 *
 * Left out: memory and ended threads; the machine checks that nothing is reclaimed too early.
 */
import type { Model } from "../model.ts";

export type NativeSyncOperation =
  /** Adds 1 under the lock; returns the sum. */
  | { readonly kind: "increment" }
  /**
   * Publishes a value; returns the previous one. The old version is reclaimed some time later, or, if `waits`, before
   * the response.
   */
  | { readonly kind: "replace"; readonly value: number; readonly waits: boolean }
  /** Returns the value. */
  | { readonly kind: "read" }
  /** Reclaims due versions. Returns 0. */
  | { readonly kind: "reclaim" }
  /** Requests the work; returns 1, or 0 if it has already been requested. */
  | { readonly kind: "request" }
  /** Runs the work if it has been requested and no thread runs it; returns whether it did. */
  | { readonly kind: "serve" }
  /** The thread reads the value, and is terminated. Returns 0. */
  | { readonly kind: "die" }
  /** Waits for the end of the thread that dies, and gives its slot up. Returns 0. */
  | { readonly kind: "forget" };

export interface NativeSyncState {
  readonly count: number;
  readonly value: number;
  readonly requested: boolean;
}

interface Outcome {
  readonly response: number;
  readonly next: NativeSyncState;
}

export function createNativeSyncModel(initial: NativeSyncState): Model<NativeSyncState, NativeSyncOperation, number> {
  return {
    name: "native-sync",
    initial,
    outcomes: outcomesOf,
    next: (state, operation, response) =>
      outcomesOf(state, operation).flatMap((outcome) =>
        response === undefined || outcome.response === response ? [outcome.next] : [],
      ),
    key: ({ count, value, requested }) => `${count},${value},${requested}`,
  };
}

function outcomesOf(state: NativeSyncState, operation: NativeSyncOperation): readonly Outcome[] {
  switch (operation.kind) {
    case "increment":
      return [{ response: state.count + 1, next: { ...state, count: state.count + 1 } }];
    case "replace":
      return [{ response: state.value, next: { ...state, value: operation.value } }];
    case "read":
      return [{ response: state.value, next: state }];
    case "request":
      return [{ response: state.requested ? 0 : 1, next: { ...state, requested: true } }];
    case "serve":
      return state.requested
        ? [
            { response: 0, next: state },
            { response: 1, next: { ...state, requested: false } },
          ]
        : [{ response: 0, next: state }];
    case "reclaim":
    case "die":
    case "forget":
      return [{ response: 0, next: state }];
  }
}
