/** Every system that can be verified, with its scenarios. */
import { InputError } from "#fuzz/host/input-error.ts";
import { dst, dstSoftirq } from "./dst/dst.ts";
import { nativeSync } from "./native-sync/native-sync.ts";
import { neighbours } from "./neighbours/neighbours.ts";
import { peersRcuList, peersRwlock } from "./peers/listed-peers.ts";
import { peers, peersOptimistic } from "./peers/peers.ts";
import { routeCache } from "./route-cache/route-cache.ts";
import type { Scenario } from "./scenario.ts";
import type { System } from "./system.ts";
import { timeWait } from "./time-wait/time-wait.ts";
import { unknownName } from "#fuzz/host/unknown-name.ts";

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

export const scenarios: readonly Scenario[] = systems.flatMap((system) => system.scenarios);

/** @throws InputError that lists the known systems, if there is no such system */
export function systemNamed(name: string): System {
  const found = systems.find((system) => system.name === name);
  if (found === undefined)
    throw new InputError(
      unknownName(
        "system",
        name,
        systems.map((system) => system.name),
      ),
    );
  return found;
}

/** @throws InputError that lists the known scenarios, if there is no such scenario */
export function scenarioNamed(name: string): Scenario {
  const found = scenarios.find((scenario) => scenario.name === name);
  if (found === undefined)
    throw new InputError(
      unknownName(
        "scenario",
        name,
        scenarios.map((scenario) => scenario.name),
        "quiesce list --only scenarios",
      ),
    );
  return found;
}
