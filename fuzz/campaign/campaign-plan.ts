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
}

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
  if (extent === "scenarios") return { profile, seed, scenarios, traces, bugs: [], certificates: [], stressed: [] };
  const names = new Set(scenarios.map(({ system }) => system));
  return {
    profile,
    seed,
    scenarios,
    traces,
    bugs: bugsOf(names),
    certificates: profile.certifies ? certificatesOf(names) : [],
    stressed: profile.stressMs === 0 ? [] : STRESSED_SYSTEMS.filter((system) => names.has(system)),
  };
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
  return { profile, seed, scenarios, traces: [], bugs: [], certificates: [], stressed: [] };
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
    ...plan.traces.map(tracePart),
    ...plan.bugs.map((bug) => bugPart(bug, seed, profile.museumMax)),
    ...plan.certificates.map((certificate) => certificatePart(certificate)),
    ...plan.stressed.map((system) => stressPart(system, seed, profile.stressMs)),
  ];
}
