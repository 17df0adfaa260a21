/**
 * One round of an endless campaign. Each round goes further than the one before: open scenarios are explored to a
 * larger bound and searched longer by every strategy, certificates cover a larger size, and new scenarios are
 * generated.
 *
 * A round's work depends on its number, the seed and the decisions of earlier rounds. A restarted campaign goes through
 * its rounds again, and takes their outcomes from the store.
 */
import { derivedSeed, namedSeed } from "#properties/random.ts";
import { certificateFile, certificateJson, certificateLine } from "#reports/certificate.ts";
import { rowsFile, rowsJson } from "#reports/certificate-rows.ts";
import { systemNamed } from "#fuzz/systems/all-systems.ts";
import { countOf } from "#reports/searched-under.ts";
import { InputError } from "#fuzz/host/input-error.ts";
import { EXHAUSTIVE } from "#fuzz/search/exhaustive-search.ts";
import { strategies } from "#fuzz/strategies/strategies.ts";
import type { ScenarioReference } from "#fuzz/subjects/catalogue.ts";
import { scopeScenarios } from "#fuzz/subjects/scope-scenarios.ts";
import { systems } from "#fuzz/systems/all-systems.ts";
import type { ScopeSize } from "#fuzz/systems/small-scenarios.ts";
import { certificateFrom } from "../certificate/certificate-part.ts";
import { certifyTasks } from "../certificate/certify-task.ts";
import { WHOLE } from "../certificate/shard.ts";
import { type Job, jobName, type Perform } from "../job.ts";
import type { ProbeTask } from "../probe/probe-task.ts";
import type { CampaignStore } from "../store/campaign-store.ts";
import { STRESSED_SYSTEMS } from "../stress/stress-task.ts";

/** The state that a round works with. */
export interface RoundContext {
  readonly perform: Perform;
  readonly store: Pick<CampaignStore, "see" | "seen" | "meet">;
  readonly seed: number;
  readonly code: string;
  /** Scenarios explored to the end, with nothing left to look for. Rounds add to them. */
  readonly decided: Set<string>;
  readonly now: () => Date;
  readonly stopReason: () => string | undefined;
  /** Hears of decided scenarios and violations. */
  readonly onLine: (line: string) => void;
  /** Writes a file below the report folder. */
  readonly save: (file: string, text: string) => void;
}

/** Executions of an exploration in the first round; four times as many in each later one. */
const EXPLORE_MAX = 10_000;
const EXPLORE_GROWTH = 4;

/** Executions of one piece of a search: less than a second, which is the most that a kill may lose. */
const PROBE_EXECUTIONS = 1_000;
/** The pieces of each strategy double from round to round, up to this many. */
const PIECES_MAX = 64;

/** Executions after which a scenario of a certificate is left undecided. */
const CERTIFY_EXECUTIONS_MAX = 1_000_000;

/** Sizes of certificates, round by round. */
const SIZES: readonly ScopeSize[] = [
  { threads: 2, operations: 1, keys: 1 },
  { threads: 2, operations: 1, keys: 2 },
  { threads: 3, operations: 1, keys: 1 },
  { threads: 2, operations: 2, keys: 1 },
  { threads: 3, operations: 1, keys: 2 },
  { threads: 2, operations: 2, keys: 2 },
  { threads: 2, operations: 2, keys: 3 },
  { threads: 3, operations: 1, keys: 3 },
];

const GENERATED_IN_FIRST = 4;
const GENERATED_STRATEGIES: readonly string[] = ["random", "pct3", "pos", "surw"];
const GENERATED_EXECUTIONS = 250;

const STRESS_MS = 1_000;

/** Strategies that sample: those that enumerate would repeat the exploration. */
const SAMPLING = strategies.filter(({ enumerates }) => !enumerates).map(({ name }) => name);

/** @returns whether a further round has anything left to do */
export async function runRound(
  round: number,
  scenarios: readonly ScenarioReference[],
  context: RoundContext,
): Promise<boolean> {
  const names = new Set(scenarios.filter(({ module }) => module === undefined).map(({ system }) => system));
  const known = systems.filter(({ name }) => names.has(name));
  await Promise.all([
    ...scenarios.filter(({ name }) => !context.decided.has(name)).map((one) => searchScenario(round, one, context)),
    ...known.map(({ name, smallScope }) => (smallScope === undefined ? undefined : certifyNext(round, name, context))),
    ...known.map(({ name }) => tryGenerated(round, name, context)),
  ]);
  for (const { name } of known) if (STRESSED_SYSTEMS.includes(name)) await stressOnce(round, name, context);
  return known.length > 0 || scenarios.some(({ name }) => !context.decided.has(name));
}

/** Explores a scenario to the round's bound; one with more executions is searched by every strategy. */
async function searchScenario(round: number, scenario: ScenarioReference, context: RoundContext): Promise<void> {
  const { perform, decided, onLine } = context;
  const own = namedSeed(context.seed, scenario.name);
  const executionsMax = EXPLORE_MAX * EXPLORE_GROWTH ** (round - 1);
  const search = { scenario, strategy: EXHAUSTIVE, seed: own, executionsMax, estimateMax: 2 * executionsMax };
  const done = await perform({ kind: "search", task: search });
  if (done === undefined) return;
  const { kind, executions, because, choices } = done.outcome;
  if (kind === "failed") onLine(`unknown   ${scenario.name}  ${because ?? "it cannot be run"}`);
  if (kind === "exhausted") {
    decided.add(scenario.name);
    onLine(`holds     ${scenario.name}  exhaustive, ${countOf(executions, "execution")}`);
  }
  if (kind === "violated") await explain(search, executions, choices ?? [], context);
  if (kind !== "searched" && kind !== "violated") return;

  const pieces = Math.min(PIECES_MAX, 2 ** (round - 1));
  const tasks = SAMPLING.flatMap((strategy, place) =>
    Array.from({ length: pieces }, (_, piece): ProbeTask => {
      const seed = derivedSeed(derivedSeed(own, round), place * PIECES_MAX + piece);
      return { scenario, strategy, seed, executionsMax: PROBE_EXECUTIONS };
    }),
  );
  // All run at once, but are stored one after the other, so that what counts as new does not depend on timing.
  const probes = tasks.map((task) => {
    const job: Job<"probe"> = { kind: "probe", task };
    const name = `${jobName(job)} ${context.code}`;
    const seen = context.store.seen(name);
    return { task, name, seen, done: seen === undefined ? perform(job) : undefined };
  });
  // One violation per strategy and round is explained: the others are probably the same.
  const explained = new Set<string>();
  for (const { task, name, seen, done: running } of probes) {
    if (seen === "violated") explained.add(task.strategy);
    if (seen !== undefined) continue;
    const probed = (await running)?.outcome;
    if (probed === undefined || probed.kind === "stopped") return;
    const isViolated = probed.kind === "violated";
    if (isViolated && !explained.has(task.strategy)) {
      if (!(await explain(task, probed.executions, probed.choices ?? [], context))) return;
      explained.add(task.strategy);
    }
    const { executions: made, discoveries } = probed;
    const piece = { scenario: scenario.name, strategy: task.strategy, executions: made, isViolated, discoveries };
    context.store.see(name, piece);
  }
}

/** Shrinks a violation and stores it. False if it was stopped before that was done. */
async function explain(
  { scenario, strategy, seed }: Omit<ProbeTask, "executionsMax">,
  execution: number,
  choices: readonly number[],
  context: RoundContext,
): Promise<boolean> {
  const task = { search: { scenario, strategy, seed }, execution, choices, scriptPath: "" };
  const done = await context.perform({ kind: "explanation", task });
  return done !== undefined && takeIn(done.outcome.trace, scenario.module, context);
}

/** Stores a violation by its cause. False if it was stopped before that was done. */
async function takeIn(trace: string, module: string | undefined, context: RoundContext): Promise<boolean> {
  const task = { trace, ...(module !== undefined && { module }) };
  const found = await context.perform({ kind: "triage", task });
  if (found === undefined) return false;
  const { property, because, scenario, lines } = found.outcome;
  if (context.store.meet(found.outcome, context.code, context.now()))
    context.onLine(`violated  ${scenario}  ${property}: ${because} (${lines})`);
  return true;
}

async function certifyNext(round: number, system: string, context: RoundContext): Promise<void> {
  const size = SIZES[round - 1];
  if (size === undefined) return;
  const plan = { system, size, shard: WHOLE, executionsMax: CERTIFY_EXECUTIONS_MAX, folder: "certificates/" } as const;
  let places: readonly number[];
  try {
    places = [...scopeScenarios(systemNamed(system), size).keys()];
  } catch (error) {
    if (error instanceof InputError) return context.onLine(`unknown   ${system}  ${error.message}`);
    throw error;
  }
  const pieces = await Promise.all(
    certifyTasks(plan, places).map((task) => context.perform({ kind: "certificate", task })),
  );
  const outcomes = pieces.flatMap((piece) => piece?.outcome ?? []);
  if (pieces.includes(undefined)) return;
  const certificate = certificateFrom(plan, places.length, outcomes, context.stopReason());
  const file = `${plan.folder}${certificateFile(certificate)}`;
  context.save(rowsFile(file), rowsJson(outcomes.filter(({ kind }) => kind === "explored")));
  context.save(file, certificateJson(certificate));
  context.onLine(certificateLine(certificate));
  for (const { trace } of outcomes) if (trace !== undefined) await takeIn(trace, undefined, context);
}

async function tryGenerated(round: number, system: string, context: RoundContext): Promise<void> {
  const own = derivedSeed(namedSeed(context.seed, `generated ${system}`), round);
  const jobs = Array.from({ length: GENERATED_IN_FIRST * round }, (_, place) =>
    context.perform({
      kind: "generated",
      task: {
        system,
        // It is printed as a number to type.
        seed: derivedSeed(own, place) % 1_000_000_000,
        strategies: GENERATED_STRATEGIES,
        executionsMax: GENERATED_EXECUTIONS,
      },
    }),
  );
  for (const job of jobs) {
    const done = await job;
    if (done?.outcome.trace !== undefined) await takeIn(done.outcome.trace, undefined, context);
  }
}

async function stressOnce(round: number, system: string, context: RoundContext): Promise<void> {
  const seed = derivedSeed(namedSeed(context.seed, `stress ${system}`), round);
  const done = await context.perform({ kind: "stress", task: { system, seed, milliseconds: STRESS_MS } });
  if (done?.outcome.violation === undefined) return;
  const { property, because, history } = done.outcome.violation;
  const file = `stress/${system}-${seed}.history.json`;
  context.save(file, history);
  context.onLine(`violated  ${system} on real threads  ${property}: ${because}; its history is in ${file}`);
}
