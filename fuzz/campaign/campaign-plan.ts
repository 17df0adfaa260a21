/** What `verify` has to do, as parts of a campaign. */
import type { Bug } from "#fuzz/bugs/museum.ts";
import { systems } from "#fuzz/systems/all-systems.ts";
import { CERTIFIED_SIZES } from "#fuzz/systems/small-scenarios.ts";
import type { ScenarioReference } from "#fuzz/subjects/catalogue.ts";
import { type CertificatePlan, certificatePart } from "./certificate/certificate-part.ts";
import { WHOLE } from "./certificate/shard.ts";
import { bugPart, bugsOf } from "./hunt/bug-part.ts";
import type { Part } from "./part.ts";
import type { Profile } from "./profile.ts";
import { scenarioPart } from "./scenario/scenario-part.ts";
import { stressPart } from "./stress/stress-part.ts";
import { STRESSED_SYSTEMS } from "./stress/stress-task.ts";
import { type SavedTrace, savedTraces } from "./trace/saved-traces.ts";
import type { WeakModel } from "#fuzz/explore/explore-weak-program.ts";
import { weakPart, weakProtocols, weakScenarios } from "./weak/weak-part.ts";
import type { WeakTask } from "./weak/weak-task.ts";
import { tracePart } from "./trace/trace-part.ts";

/** Plain data, from which the parts are made. */
export interface CampaignPlan {
  readonly profile: Profile;
  readonly seed: number;
  readonly scenarios: readonly ScenarioReference[];
  readonly traces: readonly SavedTrace[];
  readonly bugs: readonly Bug[];
  readonly certificates: readonly CertificatePlan[];
  /** Systems to run on real threads. */
  readonly stressed: readonly string[];
  /** Programs to explore under weak memory. */
  readonly weak: readonly WeakTask[];
}

/** The memory model that a gate explores the protocols under. */
const GATE_MEMORY: WeakModel = "lkmm";

/**
 * Graphs of one scenario under weak memory, for each that the profile explores under sequential consistency: they are
 * larger, and each is looked at as a whole.
 */
const WEAK_SCENARIO_FACTOR = 1 / 400;

/** Executions of one scenario of a certificate. */
const CERTIFY_EXECUTIONS_MAX = 10_000_000;

/**
 * The whole gate for these scenarios, or the scenarios alone: the museum, certificates and stress show that the gate as
 * a whole works, and a few scenarios, asked for by name, are no gate. The saved traces of their systems belong to both.
 *
 * @throws InputError if a saved trace is none
 */
export function verifyPlan(
  scenarios: readonly ScenarioReference[],
  profile: Profile,
  seed: number,
  extent: "gate" | "scenarios",
): CampaignPlan {
  const traces = savedTraces(scenarios);
  if (extent === "scenarios")
    return { profile, seed, scenarios, traces, bugs: [], certificates: [], stressed: [], weak: [] };
  const names = new Set(scenarios.map(({ system }) => system));
  return {
    weak: weakProtocols(names, GATE_MEMORY, profile.enumerationMax),
    profile,
    seed,
    scenarios,
    traces,
    bugs: bugsOf(names),
    certificates: profile.certifies ? certificatesOf(names) : [],
    stressed: profile.stressMs === 0 ? [] : STRESSED_SYSTEMS.filter((system) => names.has(system)),
  };
}

/** The protocols of these scenarios' systems and the scenarios themselves under a weak memory model, and nothing else. */
export function weakPlan(
  scenarios: readonly ScenarioReference[],
  profile: Profile,
  seed: number,
  memory: WeakModel,
): CampaignPlan {
  const names = new Set(scenarios.map(({ system }) => system));
  const graphsMax = Math.max(1, Math.round(profile.enumerationMax * WEAK_SCENARIO_FACTOR));
  const weak = [
    ...weakProtocols(names, memory, profile.enumerationMax),
    ...weakScenarios(scenarios, memory, graphsMax),
  ];
  return { profile, seed, scenarios: [], traces: [], bugs: [], certificates: [], stressed: [], weak };
}

/** These strategies on these scenarios, and nothing else. */
export function fuzzPlan(
  scenarios: readonly ScenarioReference[],
  strategies: readonly string[],
  executions: number,
  seed: number,
): CampaignPlan {
  const profile: Profile = {
    name: "fuzz",
    description: `${strategies.join(", ")}, ${executions.toLocaleString("en-US")} executions each`,
    enumerationMax: 0,
    searches: strategies.map((strategy) => ({ strategy, executions })),
    museumMax: 0,
    stressMs: 0,
    certifies: false,
  };
  return { profile, seed, scenarios, traces: [], bugs: [], certificates: [], stressed: [], weak: [] };
}

/** The small scopes of these systems. */
function certificatesOf(names: ReadonlySet<string>): readonly CertificatePlan[] {
  return systems.flatMap(({ name: system, smallScope }) => {
    if (smallScope === undefined || !names.has(system)) return [];
    return (smallScope.sizes ?? CERTIFIED_SIZES).map((size): CertificatePlan => {
      return { system, size, shard: WHOLE, executionsMax: CERTIFY_EXECUTIONS_MAX, folder: "certificates/" };
    });
  });
}

/** The parts in the order in which they are reported. */
export function partsOf(plan: CampaignPlan): readonly Part[] {
  const { profile, seed } = plan;
  return [
    ...plan.scenarios.map((scenario) => scenarioPart(scenario, profile, seed)),
    ...plan.weak.map((task) => weakPart(task, seed)),
    ...plan.traces.map(tracePart),
    ...plan.bugs.map((bug) => bugPart(bug, seed, profile.museumMax)),
    ...plan.certificates.map(certificatePart),
    ...plan.stressed.map((system) => stressPart(system, seed, profile.stressMs)),
  ];
}
