/**
 * Stress for `quiesce stress`. A violation is saved with its history, and the simulator looks for an interleaving with
 * the same history, or else for any violation of the same source; one that it finds is saved as a trace that replays.
 */
import { join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { type Bug, bugNamed } from "#fuzz/bugs/museum.ts";
import { applyToModules } from "#fuzz/bugs/patch.ts";
import { InputError } from "#fuzz/host/input-error.ts";
import { packageRoot } from "#fuzz/host/project-root.ts";
import { writeWholeFile } from "#fuzz/host/write-file.ts";
import { runStress, type StressProgress, type StressResult } from "#fuzz/native/run-stress.ts";
import { stressHistoryJson } from "#fuzz/native/stress-history.ts";
import type { StressOperation } from "#fuzz/native/stress-log.ts";
import { operationsToReenact } from "#fuzz/native/stress-scenario.ts";
import { referencesOf } from "#fuzz/subjects/catalogue.ts";
import { type Engine, openEngine } from "../engine.ts";
import { huntTask } from "../hunt/hunt-task.ts";
import type { ReenactmentOutcome } from "./reenactment-task.ts";
import { STRESSED_SYSTEMS } from "./stress-task.ts";

export interface StressDemand {
  readonly system: string;
  /** Slug of a bug of the museum that is first put back, in memory. */
  readonly bug?: string;
  readonly threads: number;
  readonly seed: number;
  readonly milliseconds: number;
  /** Operations of each thread in a round. */
  readonly operations: number;
  /** Folder for violations. */
  readonly out: string;
}

export interface StressListener {
  /** Stress begins; `progress` returns a line on how far it is, at any time. */
  onStart(progress: () => string): void;
  /** A violation was found, and the simulator looks for it. */
  onViolation(): void;
}

export interface StressEnd extends StressResult {
  readonly system: string;
  readonly bug: string | undefined;
  readonly threads: number;
  readonly seed: number;
  /** Why it was stopped, if it was. */
  readonly stopped: string | undefined;
  /** Paths of the saved files. */
  readonly files: readonly string[];
  /** The simulator's result, if there was a violation. */
  readonly simulated: Simulated | undefined;
}

/** The simulator's result for a violation on real threads. */
export interface Simulated {
  /**
   * `same-history`: an interleaving in which the operations return the same. `violation`: another violation of the same
   * source.
   */
  readonly found: "same-history" | "violation" | "none";
  /** Operations that had to return the same; 0 if the history has no unexplained subset small enough. */
  readonly operations: number;
  /** Executions of the search for the same history. */
  readonly executions: number;
}

/** @throws InputError if the system or bug does not exist, or a file cannot be written */
export async function stressOnDemand(demand: StressDemand, listener: StressListener): Promise<StressEnd> {
  const { system, bug: slug, threads, seed, milliseconds, operations, out } = demand;
  if (!STRESSED_SYSTEMS.includes(system))
    throw new InputError(`no system "${system}" is built for real threads; there is ${STRESSED_SYSTEMS.join(", ")}`);
  const bug = slug === undefined ? undefined : bugNamed(slug);
  const engine = openEngine({ workers: 1 });
  let latest: StressProgress = { milliseconds: 0, rounds: 0, operations: 0 };
  listener.onStart(() => {
    const left = Math.max(0, Math.ceil((milliseconds - latest.milliseconds) / 1000));
    return (
      `${system}: ${latest.operations.toLocaleString("en-US")} operations in ${latest.rounds} rounds, ` +
      `${left} s left`
    );
  });
  try {
    const result = await runStress({
      threads,
      seed,
      operations,
      out: join(out, `build-${process.pid}`),
      ...(bug !== undefined && { sources: patchedSources(bug) }),
      milliseconds,
      shouldStop: () => engine.stopReason() !== undefined,
      onRound: (now) => (latest = now),
    });
    const { files, simulated } = await saved(demand, bug, result, engine, listener);
    return { system, bug: slug, threads, seed, ...result, stopped: engine.stopReason(), files, simulated };
  } finally {
    await engine.close();
  }
}

/** The sources that a bug's patch changes, by their names from the root. */
function patchedSources({ slug, patch }: Bug): ReadonlyMap<string, string> {
  const { sources } = applyToModules(slug, patch, packageRoot);
  return new Map([...sources].map(([url, text]) => [relative(packageRoot, fileURLToPath(url)), text]));
}

/** Saves a violation, and looks for it in the simulator. */
async function saved(
  { system, threads, seed, out }: StressDemand,
  bug: Bug | undefined,
  { violation }: StressResult,
  engine: Engine,
  { onViolation }: StressListener,
): Promise<Pick<StressEnd, "files" | "simulated">> {
  if (violation === undefined) return { files: [], simulated: undefined };
  onViolation();
  const name = bug === undefined ? system : `${system}-${bug.slug}`;
  const run = { system, ...(bug !== undefined && { bug: bug.slug }), threads, seed };
  const history = join(out, `${name}.history.json`);
  writeWholeFile(history, stressHistoryJson(run, violation));
  const operations = operationsToReenact(violation.history ?? []);
  const same = operations && (await reenacted(name, operations, bug, engine));
  const trace = same?.trace ?? (bug === undefined ? await ownTrace(name, engine) : await traceOfBug(bug, engine));
  const simulated = {
    found: same?.trace !== undefined ? "same-history" : trace === undefined ? "none" : "violation",
    operations: operations?.length ?? 0,
    executions: same?.executions ?? 0,
  } as const;
  if (trace === undefined) return { files: [history], simulated };
  const file = join(out, `${name}.trace.json`);
  writeWholeFile(file, trace);
  return { files: [history, file], simulated };
}

/** Executions of each strategy for an interleaving with the same history. */
const REENACTED_EXECUTIONS_MAX = 20_000;

async function reenacted(
  name: string,
  history: readonly StressOperation[],
  bug: Bug | undefined,
  engine: Engine,
): Promise<ReenactmentOutcome | undefined> {
  const task = {
    name: `${name}-stressed`,
    history,
    bug: bug && { slug: bug.slug, patch: bug.patch },
    executionsMax: REENACTED_EXECUTIONS_MAX,
  };
  return (await engine.perform({ kind: "reenactment", task }))?.outcome;
}

/** Executions of each strategy for the simulator to find a bug, and to shrink it. */
const HUNT_EXECUTIONS_MAX = 20_000;

/**
 * The bug as the simulator finds it, in the scenario of its patch; undefined if not within the bound.
 */
async function traceOfBug(bug: Bug, engine: Engine): Promise<string | undefined> {
  const task = huntTask(bug, {
    searches: ["pos", "surw"].map((strategy) => ({ strategy, seed: 1 })),
    executionsMax: HUNT_EXECUTIONS_MAX,
    catchesEnough: 1,
    shrinkMax: HUNT_EXECUTIONS_MAX,
  });
  return (await engine.perform({ kind: "bug", task }))?.outcome.counterexample?.shrunk?.trace;
}

/** Simulated systems with the same source as the code under stress. */
const SIMULATED = ["peers-optimistic", "peers", "native-sync"];

/** Executions on each of their scenarios. */
const SEARCH_EXECUTIONS_MAX = 2_000;

/** A violation that the simulator finds in the present source; undefined if none within the bound. */
async function ownTrace(name: string, engine: Engine): Promise<string | undefined> {
  for (const scenario of await referencesOf(SIMULATED)) {
    const search = { scenario, strategy: "surw", seed: 1, executionsMax: SEARCH_EXECUTIONS_MAX };
    const found = (await engine.perform({ kind: "search", task: search }))?.outcome;
    if (found?.choices === undefined) continue;
    const { choices, executions: execution } = found;
    const task = { search, execution, choices, scriptPath: `${name}.repro.ts` };
    return (await engine.perform({ kind: "explanation", task }))?.outcome.trace;
  }
  return undefined;
}
