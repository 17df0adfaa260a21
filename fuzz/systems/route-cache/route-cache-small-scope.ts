/**
 * The scope of certificates of the route caches.
 *
 * Key k is the host v4/k: a thread may look it up through its cache `a`, and add and delete the route to it. Threads
 * also take and drop references to the cached route. Initially there is a default route or none, and the caches are
 * empty or hold it.
 */
import type { RouteCacheScenarioOperation } from "./route-cache-table.ts";
import type { SmallScope } from "../small-scope.ts";

const DEFAULT_ROUTE: RouteCacheScenarioOperation = { kind: "add", route: "v4/0/0", interface: 1 };

export const routeCacheSmallScope: SmallScope<RouteCacheScenarioOperation> = {
  operationsOn(key) {
    return [
      { kind: "lookup", cache: "a", to: hostOf(key) },
      { kind: "add", route: `${hostOf(key)}/8`, interface: 2 },
      { kind: "delete", route: `${hostOf(key)}/8` },
    ];
  },
  otherOperations: [{ kind: "validate", cache: "a" }, { kind: "release" }],
  initialContents(keys) {
    const remembered = Array.from({ length: keys }, (_, key): RouteCacheScenarioOperation[] => [
      DEFAULT_ROUTE,
      { kind: "lookup", cache: "a", to: hostOf(key) },
    ]);
    const added = Array.from({ length: keys }, (_, key): RouteCacheScenarioOperation[] => [
      { kind: "add", route: `${hostOf(key)}/8`, interface: 2 },
      { kind: "lookup", cache: "a", to: hostOf(key) },
    ]);
    return [[DEFAULT_ROUTE], ...remembered, ...added];
  },
  isIdle(operation, before) {
    if (operation.kind !== "release") return false;
    return before.findLast(({ kind }) => kind === "validate" || kind === "release")?.kind !== "validate";
  },
};

function hostOf(key: number): string {
  return `v4/${key}`;
}
