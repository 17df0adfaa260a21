/** The work of `verify`, as parts of a campaign. */
import type { Bug } from "#fuzz/bugs/museum.ts";
import { systems } from "#fuzz/systems/all-systems.ts";
import { CERTIFIED_SIZES } from "#fuzz/systems/small-scenarios.ts";
import type { ScenarioReference } from "#fuzz/subjects/catalogue.ts";
import { PROGRAMS_SYSTEM } from "#fuzz/subjects/toy-source.ts";
import { type ConformancePlan, conformancePart } from "./conformance/conformance-part.ts";
import { type CertificatePlan, certificatePart } from "./certificate/certificate-part.ts";
import { WHOLE } from "./certificate/shard.ts";
import { bugPart, bugsOf } from "./hunt/bug-part.ts";
import type { Part } from "./part.ts";
import type { Profile } from "./profile.ts";
import { readersPart } from "./readers/readers-part.ts";
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
  readonly conformance: readonly ConformancePlan[];
  readonly traces: readonly SavedTrace[];
  readonly bugs: readonly Bug[];
  readonly certificates: readonly CertificatePlan[];
  /** Mutated files for the readers of histories. */
  readonly filesMutated: number;
  /** Systems to run on real threads. */
  readonly stressed: readonly string[];
  /** Programs to explore under weak memory. */
  readonly weak: readonly WeakTask[];
}

/** The memory model under which a gate explores the protocols. */
const GATE_MEMORY: WeakModel = "lkmm";

/**
 * Graphs of one scenario under weak memory, per graph of the profile's bound under sequential consistency: they are
 * larger, and each is checked as a whole.
 */
const WEAK_SCENARIO_FACTOR = 1 / 400;

/** Bound on the executions of one scenario of a certificate. */
const CERTIFY_EXECUTIONS_MAX = 10_000_000;

/**
 * The whole gate for these scenarios, or the scenarios alone: the museum, certificates and stress show that the gate as
 * a whole works, so a few scenarios requested by name do without them. Both include the saved traces of their systems.
 *
 * @throws InputError if a file of saved traces is not a trace
 */
export function verifyPlan(
  scenarios: readonly ScenarioReference[],
  profile: Profile,
  seed: number,
  extent: "gate" | "scenarios",
): CampaignPlan {
  const traces = savedTraces(scenarios);
  const conformance = conformanceOf(scenarios, profile);
  if (extent === "scenarios")
    return {
      profile,
      seed,
      scenarios,
      conformance,
      traces,
      bugs: [],
      certificates: [],
      filesMutated: 0,
      stressed: [],
      weak: [],
    };
  const names = new Set(scenarios.map(({ system }) => system));
  return {
    weak: weakProtocols(names, GATE_MEMORY, profile.enumerationMax),
    profile,
    seed,
    scenarios,
    conformance,
    traces,
    bugs: bugsOf(names),
    certificates: profile.certifies ? certificatesOf(names) : [],
    filesMutated: profile.filesMutated,
    stressed: profile.stressMs === 0 ? [] : STRESSED_SYSTEMS.filter((system) => names.has(system)),
  };
}

/** The protocols of these scenarios' systems and the scenarios themselves under a weak memory model, alone. */
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
  return {
    profile,
    seed,
    scenarios: [],
    conformance: [],
    traces: [],
    bugs: [],
    certificates: [],
    filesMutated: 0,
    stressed: [],
    weak,
  };
}

/** These strategies on these scenarios, alone. */
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
    conformance: { sequential: 0, concurrent: 0 },
    museumMax: 0,
    filesMutated: 0,
    stressMs: 0,
    certifies: false,
  };
  return {
    profile,
    seed,
    scenarios,
    conformance: [],
    traces: [],
    bugs: [],
    certificates: [],
    filesMutated: 0,
    stressed: [],
    weak: [],
  };
}

/** Both forms of each system whose scenarios are all requested: a few scenarios by name are not a system. */
function conformanceOf(
  scenarios: readonly ScenarioReference[],
  { conformance: { sequential, concurrent } }: Profile,
): readonly ConformancePlan[] {
  const asked = new Map<string, ScenarioReference[]>();
  for (const one of scenarios) asked.set(one.system, [...(asked.get(one.system) ?? []), one]);
  return [...asked].flatMap(([system, references]): ConformancePlan[] => {
    const module = references[0]?.module;
    const all =
      module === undefined ? systems.find(({ name }) => name === system)?.scenarios.length : references.length;
    if (system === PROGRAMS_SYSTEM || references[0]?.isFixed === true || references.length !== all) return [];
    const plan = { system, ...(module !== undefined && { module }) };
    return [
      { ...plan, form: "sequential", cases: sequential },
      { ...plan, form: "concurrent", cases: concurrent },
    ];
  });
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
    ...plan.conformance.map((one) => conformancePart(one, seed)),
    ...plan.traces.map(tracePart),
    ...plan.bugs.map((bug) => bugPart(bug, seed, profile.museumMax)),
    ...plan.certificates.map((certificate) => certificatePart(certificate)),
    ...(plan.filesMutated > 0 ? [readersPart(seed, plan.filesMutated)] : []),
    ...plan.stressed.map((system) => stressPart(system, seed, profile.stressMs)),
  ];
}
