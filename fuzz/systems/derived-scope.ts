/** The small scope of a system that does not declare one. */
import * as fc from "fast-check";
import type { SmallScope } from "./small-scope.ts";
import type { System } from "./system.ts";

/** Number of operations drawn to find the kinds that exist: few values are worth trying, so all of them come up. */
const DRAWN = 500;

/**
 * The system's declared scope; or each kind of operation with the first `variants` arguments worth trying, and as
 * contents the effect of one initial operation or none.
 *
 * Keys are unknown in the latter: scenarios that differ only in names count as several.
 */
export function scopeOf(system: System, variants: number): SmallScope {
  if (system.smallScope !== undefined) return system.smallScope;
  const drawn = fc.sample(system.operations, { seed: 1, numRuns: DRAWN }).map((operation) => JSON.stringify(operation));
  const kinds = Map.groupBy([...new Set(drawn)].toSorted(), (text) => String(kindOf(JSON.parse(text))));
  const operations = [...kinds.values()].flatMap((texts) =>
    texts.slice(0, variants).map((text): unknown => JSON.parse(text)),
  );
  const initial = operations.filter((operation) => system.isInitial(operation));
  return {
    operationsOn: () => [],
    otherOperations: operations,
    initialContents: () => [[], ...initial.map((operation) => [operation])],
  };
}

function kindOf(operation: unknown): unknown {
  return typeof operation === "object" && operation !== null && "kind" in operation ? operation.kind : undefined;
}
