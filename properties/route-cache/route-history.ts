/**
 * The route caches against their model: after each response, some order of the steps so far explains every answer. A
 * call of several steps takes part with each of them from its invocation to its response.
 */
import type { Model } from "#model/model.ts";
import type { RouteOperation } from "#model/route-cache/route-cache.ts";
import type { RouteCacheState } from "#model/route-cache/route-table.ts";
import { createOnlineChecker } from "#properties/linearizability/online.ts";
import { callName, type RouteCall, type RouteStep } from "./route-calls.ts";

/** A call of the program, as the number given to `beginOperation` names it. */
export interface NumberedRouteCall {
  readonly call: RouteCall;
  readonly steps: readonly RouteStep[];
}

export interface RouteHistory {
  readonly property: "linearizability";
  reset(): void;
  invoke(thread: number, operation: number): void;
  respond(thread: number, response: number): string | undefined;
}

/** Steps that one call may have. */
const STEPS_MAX = 3;

/** @throws RangeError from `invoke` at a number that no call has */
export function createRouteHistory(
  model: Model<RouteCacheState, RouteOperation, number>,
  calls: readonly NumberedRouteCall[],
  threadCount: number,
): RouteHistory {
  const checker = createOnlineChecker(model, { responseOf: (word) => word });
  const ids = calls.map(({ steps }) => steps.map(({ operation }) => checker.internOperation(operation)));
  const open = new Int32Array(threadCount);
  return {
    property: "linearizability",
    reset: () => checker.reset(),
    invoke(thread, operation) {
      const stepIds = ids[operation];
      if (stepIds === undefined)
        throw new RangeError(`operation ${operation} is none of the scenario's ${calls.length}`);
      open[thread] = operation;
      for (const [index, id] of stepIds.entries()) checker.invokeId(thread * STEPS_MAX + index, id);
    },
    respond(thread, response) {
      const numbered = calls[open[thread] ?? -1];
      if (numbered === undefined) return undefined;
      for (const [index, { operation, responseOf }] of numbered.steps.entries()) {
        const word = responseOf(response);
        if (checker.respondWord(thread * STEPS_MAX + index, word)) continue;
        const step = numbered.steps.length === 1 ? "" : ` (its step ${operation.kind} answers ${word})`;
        return `${callName(numbered.call)} answers ${response}${step}, and no order of the operations explains that`;
      }
      return undefined;
    },
  };
}
