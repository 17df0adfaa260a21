/** The small scope of a system that does not say what its small scenarios are. */
import * as fc from "fast-check";
import type { SmallScope } from "./small-scope.ts";
import type { System } from "./system.ts";

/** Operations drawn to see which there are: few values are worth trying, so that all of them come up. */
const DRAWN = 500;

/**
 * What the system says of itself; or each kind of operation with its first `variants` arguments, of those worth trying, and as
 * contents what one initial operation leaves, or none.
 *
 * Nothing is known of keys there: scenarios that differ only in their names count as several.
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
