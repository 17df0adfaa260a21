/**
 * A campaign: every scenario decided, every saved trace replayed, every bug of the museum hunted, and then real threads
 * let loose on what is built for them: they want the processors for themselves.
 *
 * What it finds depends on the plan alone. How many jobs run at once, and in which order they end, changes only the
 * time.
 */
import type { BugResult, Counterexample, ScenarioResult, StressResult, TraceResult } from "#reports/result.ts";
import { type Decision, decide, type RunTask } from "./decide.ts";
import { inOrder } from "./in-order.ts";
import { lanes as makeLanes } from "./lanes.ts";
import type { Profile } from "./profile.ts";
import type { ScenarioReference } from "#fuzz/subjects/catalogue.ts";

export interface CampaignPlan {
  readonly profile: Profile;
  readonly seed: number;
  readonly scenarios: readonly ScenarioReference[];
  /** Paths of the saved traces to replay. */
  readonly traces: readonly string[];
  /** Slugs of the bugs to hunt. */
  readonly bugs: readonly string[];
  /** Systems to hammer on real threads. */
  readonly stressed: readonly string[];
}

/** What a campaign needs done, and whom it tells. */
export interface CampaignEnvironment {
  readonly run: RunTask;
  /** Shrinks a violation, and writes what is needed to look at it. */
  readonly explain: (decision: Decision) => Promise<Counterexample | undefined>;
  readonly replayTrace: (path: string) => Promise<TraceResult>;
  /** Undefined when it was stopped. */
  readonly huntBug: (slug: string, seed: number) => Promise<BugResult | undefined>;
  /** Undefined when it was stopped. */
  readonly stress: (system: string, seed: number) => Promise<StressResult | undefined>;
  /** Jobs at once. */
  readonly lanes: number;
  /** Why to stop, once there is a reason. */
  readonly stopReason: () => string | undefined;
  /** Told each result in the order of the plan, as soon as those before it are known too. */
  readonly onResult: (result: CampaignEvent) => void;
}

export type CampaignEvent =
  | { readonly kind: "scenario"; readonly scenario: ScenarioResult }
  | { readonly kind: "trace"; readonly trace: TraceResult }
  | { readonly kind: "bug"; readonly bug: BugResult }
  | { readonly kind: "stress"; readonly stress: StressResult };

export interface CampaignResult {
  readonly finished: boolean;
  readonly scenarios: readonly ScenarioResult[];
  readonly traces: readonly TraceResult[];
  readonly museum: readonly BugResult[];
  readonly stress: readonly StressResult[];
  /** Milliseconds of work, by the name of the scenario or bug; of stress on a system by `stress <system>`. */
  readonly parts: Readonly<Record<string, number>>;
}

/** @throws whatever the environment throws, when the jobs that run have ended */
export async function runCampaign(plan: CampaignPlan, environment: CampaignEnvironment): Promise<CampaignResult> {
  const { run, explain, stopReason, onResult } = environment;
  const lanes = makeLanes(environment.lanes, () => stopReason() !== undefined);
  const report = inOrder(onResult);
  const parts: Record<string, number> = {};
  const scenarios: (ScenarioResult | undefined)[] = plan.scenarios.map(() => undefined);
  const traces: (TraceResult | undefined)[] = plan.traces.map(() => undefined);
  const museum: (BugResult | undefined)[] = plan.bugs.map(() => undefined);

  const openScenarios = plan.scenarios.map((scenario, index) => {
    const finish = (decision: Decision, counterexample?: Counterexample): void => {
      const result = scenarioResult(decision, counterexample, stopReason());
      scenarios[index] = result;
      parts[result.name] = Math.round(decision.milliseconds);
      report(index, { kind: "scenario", scenario: result });
    };
    const decided = (decision: Decision): void => {
      if (decision.verdict === "violated") lanes.add(index, async () => finish(decision, await explain(decision)));
      // A search that was told to stop leaves the scenario to the end, where the reason is known.
      else if (decision.verdict === "holds" || decision.because !== undefined) finish(decision);
    };
    const now = decide(scenario, plan.profile, plan.seed, { lanes, rank: index, run, decided });
    return async (): Promise<void> => {
      if (scenarios[index] !== undefined) return;
      const decision = now();
      finish(decision, decision.verdict === "violated" ? await explain(decision) : undefined);
    };
  });
  for (const [index, path] of plan.traces.entries()) {
    lanes.add(plan.scenarios.length + index, async () => {
      const trace = await environment.replayTrace(path);
      traces[index] = trace;
      report(plan.scenarios.length + index, { kind: "trace", trace });
    });
  }
  for (const [index, slug] of plan.bugs.entries()) {
    lanes.add(plan.scenarios.length + plan.traces.length + index, async () => {
      const start = performance.now();
      const bug = await environment.huntBug(slug, plan.seed);
      if (bug === undefined) return;
      museum[index] = bug;
      parts[slug] = Math.round(performance.now() - start);
      report(plan.scenarios.length + plan.traces.length + index, { kind: "bug", bug });
    });
  }
  await lanes.finished();
  for (const finishOpen of openScenarios) await finishOpen();

  const stress: StressResult[] = [];
  for (const [index, system] of plan.stressed.entries()) {
    if (stopReason() !== undefined) break;
    const start = performance.now();
    const result = await environment.stress(system, plan.seed);
    if (result === undefined) break;
    stress.push(result);
    parts[`stress ${system}`] = Math.round(performance.now() - start);
    report(plan.scenarios.length + plan.traces.length + plan.bugs.length + index, { kind: "stress", stress: result });
  }

  const isWhole =
    [...scenarios, ...traces, ...museum].every((result) => result !== undefined) &&
    stress.length === plan.stressed.length &&
    stopReason() === undefined;
  return {
    finished: isWhole,
    scenarios: known(scenarios),
    traces: known(traces),
    museum: known(museum),
    stress,
    parts,
  };
}

function known<T>(results: readonly (T | undefined)[]): readonly T[] {
  return results.filter((result) => result !== undefined);
}

function scenarioResult(
  decision: Decision,
  counterexample: Counterexample | undefined,
  stopped: string | undefined,
): ScenarioResult {
  const { scenario, verdict, seed, searches, because } = decision;
  const why = verdict === "unknown" ? (because ?? stopped ?? "not searched to the end") : undefined;
  return {
    name: scenario.name,
    system: scenario.system,
    verdict,
    ...(why !== undefined && { because: why }),
    seed,
    searches: [...searches],
    ...(counterexample !== undefined && { counterexample }),
  };
}
