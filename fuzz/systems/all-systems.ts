/** Every system that can be verified, and every scenario that comes with it. */
import { dst, dstSoftirq } from "./dst/dst.ts";
import { dstScenarios } from "./dst/dst-scenarios.ts";
import { peersRcuList, peersRwlock } from "./peers/listed-peers.ts";
import { peersRcuListScenarios, peersRwlockScenarios } from "./peers/listed-peers-scenarios.ts";
import { nativeSync } from "./native-sync/native-sync.ts";
import { nativeSyncScenarios } from "./native-sync/native-sync-scenarios.ts";
import { neighbours } from "./neighbours/neighbours.ts";
import { neighboursScenarios } from "./neighbours/neighbours-scenarios.ts";
import { peers, peersOptimistic } from "./peers/peers.ts";
import { peersOptimisticScenarios, peersScenarios } from "./peers/peers-scenarios.ts";
import { routeCache } from "./route-cache/route-cache.ts";
import { routeCacheScenarios } from "./route-cache/route-cache-scenarios.ts";
import type { Scenario } from "./scenario.ts";
import type { System } from "./system.ts";
import { timeWait } from "./time-wait/time-wait.ts";
import { timeWaitScenarios } from "./time-wait/time-wait-scenarios.ts";
import { InputError } from "#fuzz/host/input-error.ts";

export const systems: readonly System[] = [
  peers,
  peersOptimistic,
  peersRwlock,
  peersRcuList,
  neighbours,
  timeWait,
  routeCache,
  dst,
  dstSoftirq,
  nativeSync,
];

export const scenarios: readonly Scenario[] = [
  ...peersScenarios,
  ...peersOptimisticScenarios,
  ...peersRwlockScenarios,
  ...peersRcuListScenarios,
  ...neighboursScenarios,
  ...timeWaitScenarios,
  ...routeCacheScenarios,
  ...dstScenarios,
  ...nativeSyncScenarios,
];

/** @throws InputError that lists what there is, if there is no such system */
export function systemNamed(name: string): System {
  const found = systems.find((system) => system.name === name);
  if (found === undefined)
    throw new InputError(`no system "${name}"; there are ${systems.map((system) => system.name).join(", ")}`);
  return found;
}

/** @throws InputError that lists what there is, if there is no such scenario */
export function scenarioNamed(name: string): Scenario {
  const found = scenarios.find((scenario) => scenario.name === name);
  if (found === undefined)
    throw new InputError(`no scenario "${name}"; there are ${scenarios.map((scenario) => scenario.name).join(", ")}`);
  return found;
}
