/**
 * Runs a campaign for a command: workers, progress, interruption, files, reports. What `verify` and `fuzz` have in
 * common.
 */
import { availableParallelism, cpus, totalmem } from "node:os";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { type CampaignEvent, type CampaignPlan, runCampaign } from "#fuzz/campaign/campaign.ts";
import type { Decision } from "#fuzz/campaign/decide.ts";
import { huntBug } from "#fuzz/campaign/hunt/hunt-bug.ts";
import {
  campaignFingerprint,
  type Finished,
  isKept,
  nothingFinished,
  readResumeState,
  removeResumeState,
  STATE_FILE,
  writeResumeState,
} from "#fuzz/campaign/resume-state.ts";
import { replaySavedTrace } from "#fuzz/campaign/saved-traces.ts";
import { hammer, STRESS_NOT_BEGUN, STRESS_THREADS, stressResult, type StressSoFar } from "#fuzz/campaign/stress-job.ts";
import { searchPool } from "#fuzz/campaign/search-pool.ts";
import { type SearchOutcome, type SearchTask, taskName, tasksOf } from "#fuzz/campaign/task.ts";
import { codeVersion } from "#fuzz/host/code-version.ts";
import { type Counterexample, type Result, resultJson, type StressResult, wholeResult } from "#reports/result.ts";
import type { Timing } from "#reports/timing.ts";
import { bugLine, countOf, scenarioLine, stressLine, traceLine } from "#reports/verdict-line.ts";
import { visibleText } from "#reports/visible-text.ts";
import { appendStepSummary, commandPath, prepareFolder, writeReports } from "#reports/write-reports.ts";
import { writeWholeFile } from "#reports/write-file.ts";
import { EXIT, type ExitCode } from "#fuzz/host/exit-code.ts";
import { onInterruption } from "#fuzz/host/interruption.ts";
import { showProgress, timeLeftText } from "./progress.ts";
import { shellWord } from "./replay.ts";

export interface CampaignOptions {
  readonly command: Result["command"];
  /** Folder of the reports. */
  readonly out: string;
  /** File for the result beside the reports; `-` is standard output, which then carries nothing else. */
  readonly json?: string;
  readonly workers: number;
  /** Milliseconds after which the run is stopped. */
  readonly time?: number;
  /** Whether to keep the state of a stopped run, for `--resume`; and whether to take one over. */
  readonly state: "none" | "kept" | "resumed";
}

/** Workers unless told otherwise. */
export const WORKERS_DEFAULT: number = availableParallelism();

const root = fileURLToPath(new URL("../..", import.meta.url));

/** A state is written at most so often while the campaign runs. */
const MILLISECONDS_BETWEEN_STATES = 2_000;

/** @throws WriteError if a report or the state cannot be written */
export async function performCampaign(plan: CampaignPlan, options: CampaignOptions): Promise<ExitCode> {
  const { out, workers } = options;
  prepareFolder(out, "--out");
  if (options.json !== undefined && options.json !== "-") prepareFolder(dirname(resolve(options.json)), "--json");
  const linesTo = options.json === "-" ? process.stderr : process.stdout;
  const startedAt = new Date();
  const start = performance.now();
  const modules = new Map(
    plan.scenarios.flatMap(({ name, module }) => (module === undefined ? [] : [[name, module] as const])),
  );
  const state = openState(plan, options, campaignFingerprint(root, [...new Set(modules.values())]));

  let stopReason: string | undefined;
  const hunts = new AbortController();
  const pool = searchPool(workers);
  const stop = (why: string): void => {
    stopReason ??= why;
    pool.stop();
    hunts.abort();
  };
  const endWatch = onInterruption(stop);
  const deadline =
    options.time === undefined
      ? undefined
      : setTimeout(() => stop(`stopped by --time after ${(options.time ?? 0) / 1000} s`), options.time);

  const total = plan.scenarios.reduce(
    (sum, scenario) =>
      sum + tasksOf(scenario, plan.profile, plan.seed).reduce((all, task) => all + task.executionsMax, 0),
    0,
  );
  const parts = plan.scenarios.length + plan.traces.length + plan.bugs.length + plan.stressed.length;
  let done = 0;
  let settled = 0;
  let hammered: { readonly system: string; readonly soFar: StressSoFar } | undefined;
  const progress = showProgress(
    () => {
      if (hammered !== undefined) return stressProgress(hammered.system, hammered.soFar, plan.profile.stressMs);
      const left = timeLeftText(Math.max(settled, pool.executions()), total, performance.now() - start);
      return [
        `${done} of ${parts} decided`,
        countOf(pool.executions(), "execution"),
        ...(left === "" ? [] : [left]),
      ].join(" · ");
    },
    { linesTo },
  );
  const nameWidth = Math.max(
    0,
    ...plan.scenarios.map(({ name }) => name.length),
    ...plan.bugs.map((slug) => slug.length),
    ...plan.stressed.map((system) => system.length),
  );
  const onResult = (event: CampaignEvent): void => {
    done++;
    for (const text of eventLines(event, { nameWidth, out, modules })) progress.print(text);
  };
  const run = async (task: SearchTask): Promise<SearchOutcome> => {
    const name = taskName(task);
    const known = state.finished.searches.get(name);
    const outcome = known ?? (await pool.run(task));
    if (known === undefined && isKept(outcome)) state.finished.searches.set(name, outcome);
    settled += task.executionsMax;
    state.save();
    return outcome;
  };
  const stress = async (system: string, seed: number): Promise<StressResult | undefined> => {
    const file = `stress/${system}.history.json`;
    const known = state.finished.stress.get(system) ?? STRESS_NOT_BEGUN;
    const keep = (soFar: StressSoFar): void => {
      hammered = { system, soFar };
      state.finished.stress.set(system, soFar);
    };
    keep(known);
    const job = { system, seed, milliseconds: plan.profile.stressMs, before: known };
    const soFar = await hammer({
      ...job,
      out: join(out, `stress/build-${process.pid}`),
      shouldStop: () => stopReason !== undefined,
      onRound: (now) => {
        keep(now);
        state.save();
      },
      saveHistory: (text) => writeWholeFile(join(out, file), text),
    });
    keep(soFar);
    hammered = undefined;
    return stressResult(job, soFar, file);
  };
  try {
    progress.print(
      `${options.command}: ${countOf(plan.scenarios.length, "scenario")}, ${plan.profile.description}, seed ${plan.seed}, ${countOf(workers, "worker")}`,
    );
    const campaign = await runCampaign(plan, {
      run,
      explain: (decision) => explain(decision, pool.explain, out),
      replayTrace: async (path) => replaySavedTrace(path),
      huntBug: async (slug, seed) => {
        const known = state.finished.museum.get(slug);
        const bug = known ?? (await huntBug(slug, seed, plan.profile.museumMax, hunts.signal));
        if (bug !== undefined) state.finished.museum.set(slug, bug);
        state.save();
        return bug;
      },
      stress,
      lanes: workers,
      stopReason: () => stopReason,
      onResult,
    });
    progress.end();
    const result = wholeResult({
      quiesce: quiesceVersion(),
      code: codeVersion(root),
      command: options.command,
      ...(options.command === "verify" && { profile: plan.profile.name }),
      seed: plan.seed,
      finished: campaign.finished,
      scenarios: [...campaign.scenarios],
      traces: [...campaign.traces],
      museum: [...campaign.museum],
      stress: [...campaign.stress],
    });
    const milliseconds = Math.round(performance.now() - start);
    const stressOperations = [...state.finished.stress.values()].reduce((sum, { operations }) => sum + operations, 0);
    const timing = timingOf(result, { startedAt, milliseconds, workers, stressOperations, parts: campaign.parts });
    writeReports(out, result, timing);
    writeResult(result, options);
    if (campaign.finished) state.remove();
    else state.saveNow();
    const page = process.env["GITHUB_STEP_SUMMARY"];
    if (page !== undefined && page !== "") appendStepSummary(page, result, out);
    for (const text of closingLines(result, timing, options, stopReason)) linesTo.write(`${text}\n`);
    return EXIT_OF_VERDICT[result.verdict];
  } finally {
    progress.end();
    clearTimeout(deadline);
    endWatch();
    await pool.close();
  }
}

const EXIT_OF_VERDICT = { holds: EXIT.verified, violated: EXIT.violated, unknown: EXIT.unfinished } as const;

interface OpenState {
  readonly finished: Finished;
  /** Writes the state if the last time is long ago. */
  save(): void;
  saveNow(): void;
  remove(): void;
}

function openState({ seed, profile }: CampaignPlan, { out, state }: CampaignOptions, code: string): OpenState {
  const path = join(out, STATE_FILE);
  const key = { seed, profile: profile.name, code };
  const finished = state === "resumed" ? takeOver(path, key) : nothingFinished();
  if (state === "none") return { finished, save() {}, saveNow() {}, remove() {} };
  let savedAt = performance.now();
  const saveNow = (): void => {
    savedAt = performance.now();
    writeResumeState(path, key, finished);
  };
  return {
    finished,
    save: () => {
      if (performance.now() - savedAt >= MILLISECONDS_BETWEEN_STATES) saveNow();
    },
    saveNow,
    remove: () => removeResumeState(path),
  };
}

/** What a stopped run has done, if it was one of the same seed, profile and code; says so if there is none. */
function takeOver(
  path: string,
  key: { readonly seed: number; readonly profile: string; readonly code: string },
): Finished {
  const found = readResumeState(path);
  const because =
    "because" in found
      ? found.because
      : (["seed", "profile", "code"] as const)
          .filter((part) => found.key[part] !== key[part])
          .map((part) => (part === "code" ? "the code is another" : `its ${part} is ${found.key[part]}`))
          .join(", ");
  if (because !== "" || "because" in found) {
    process.stderr.write(
      `quiesce: nothing to resume in ${visibleText(commandPath(path))}: ${visibleText(because)}; starting anew\n`,
    );
    return nothingFinished();
  }
  const { searches, museum, stress } = found.finished;
  const stressed = [...stress]
    .map(([system, { milliseconds }]) => ` and ${Math.round(milliseconds / 1000)} s of stress on ${system}`)
    .join("");
  process.stderr.write(
    `quiesce: resuming; ${searches.size === 1 ? "1 search" : `${searches.size} searches`} and ${countOf(museum.size, "hunt")}${visibleText(stressed)} are done already\n`,
  );
  return found.finished;
}

async function explain(
  decision: Decision,
  explainOnWorker: ReturnType<typeof searchPool>["explain"],
  out: string,
): Promise<Counterexample | undefined> {
  const { violated, scenario } = decision;
  if (violated?.outcome.choices === undefined) return undefined;
  const name = `traces/${fileName(scenario.name)}`;
  const scriptPath = join(out, `${name}.repro.ts`);
  const { counterexample, trace, script } = await explainOnWorker({
    search: violated.task,
    execution: violated.outcome.executions,
    choices: violated.outcome.choices,
    scriptPath,
  });
  writeWholeFile(join(out, `${name}.trace.json`), trace);
  if (script !== undefined) writeWholeFile(scriptPath, script);
  return {
    ...counterexample,
    trace: `${name}.trace.json`,
    ...(script !== undefined && { reproduction: `${name}.repro.ts` }),
  };
}

/** A name that any file system takes. */
function fileName(name: string): string {
  return name.replace(/[^A-Za-z0-9_-]+/g, "-").slice(0, 100);
}

function eventLines(
  event: CampaignEvent,
  {
    nameWidth,
    out,
    modules,
  }: { readonly nameWidth: number; readonly out: string; readonly modules: ReadonlyMap<string, string> },
): readonly string[] {
  switch (event.kind) {
    case "trace":
      return [traceLine(event.trace, nameWidth)];
    case "bug":
      return [bugLine(event.bug, nameWidth)];
    case "stress": {
      const { system, history, seed } = event.stress;
      const line = stressLine(event.stress, nameWidth);
      if (history === undefined) return [line];
      return [
        line,
        "",
        `saved   ${commandPath(join(out, history))}`,
        `again   npx quiesce stress ${system} --threads ${STRESS_THREADS} --seed ${seed}`,
        "",
      ];
    }
    case "scenario": {
      const { counterexample } = event.scenario;
      const line = scenarioLine(event.scenario, nameWidth);
      if (counterexample === undefined) return [line];
      const { story, trace, reproduction } = counterexample;
      const module = modules.get(event.scenario.name);
      const replay = [
        "npx quiesce replay",
        shellWord(commandPath(join(out, trace))),
        ...(module === undefined ? [] : ["--module", shellWord(commandPath(module))]),
      ];
      return [
        line,
        "",
        ...story.map(visibleText),
        "",
        `replay  ${replay.join(" ")}`,
        ...(reproduction === undefined ? [] : [`run it  npx node ${shellWord(commandPath(join(out, reproduction)))}`]),
        "",
      ];
    }
  }
}

/** The line of progress while real threads run. */
function stressProgress(system: string, { milliseconds, rounds, operations }: StressSoFar, stressMs: number): string {
  return [
    `${system} on ${STRESS_THREADS} real threads`,
    countOf(operations, "operation"),
    countOf(rounds, "round"),
    `${Math.max(0, Math.ceil((stressMs - milliseconds) / 1000))} s left`,
  ].join(" · ");
}

function writeResult(result: Result, { json }: CampaignOptions): void {
  if (json === "-") process.stdout.write(resultJson(result));
  else if (json !== undefined) writeWholeFile(json, resultJson(result));
}

function timingOf(
  result: Result,
  {
    startedAt,
    milliseconds,
    workers,
    stressOperations,
    parts,
  }: { startedAt: Date } & Pick<Timing, "milliseconds" | "workers" | "stressOperations" | "parts">,
): Timing {
  const searches = result.scenarios.flatMap((scenario) => scenario.searches);
  return {
    startedAt: startedAt.toISOString(),
    milliseconds,
    workers,
    node: process.version,
    platform: `${process.platform}-${process.arch}`,
    cpu: cpus()[0]?.model ?? "unknown",
    cpus: availableParallelism(),
    memoryBytes: totalmem(),
    memoryPeakBytes: process.resourceUsage().maxRSS * 1024,
    accesses: searches.reduce((sum, { accesses }) => sum + accesses, 0),
    executions: searches.reduce((sum, { executions }) => sum + executions, 0),
    stressOperations,
    parts,
  };
}

function closingLines(
  result: Result,
  { milliseconds, executions, accesses, stressOperations }: Timing,
  { out, state }: CampaignOptions,
  stopReason: string | undefined,
): readonly string[] {
  const seconds = milliseconds / 1000;
  const found = result.museum.filter(({ outcome }) => outcome === "found").length;
  const holding = result.scenarios.filter(({ verdict }) => verdict === "holds").length;
  const million = Math.round(accesses / Math.max(seconds, 0.001) / 1e5) / 10;
  return [
    "",
    [
      `${result.verdict}: ${holding} of ${result.scenarios.length} scenarios hold`,
      ...(result.museum.length === 0 ? [] : [`${found} of ${result.museum.length} known bugs found`]),
      ...(stressOperations === 0 ? [] : [`${countOf(stressOperations, "operation")} of real threads`]),
      `${countOf(executions, "execution")} in ${seconds.toFixed(1)} s (${million} million accesses/s)`,
    ].join("; "),
    ...(stopReason === undefined
      ? []
      : [
          `not finished: ${stopReason}; the report is partial${state !== "none" ? ", and --resume goes on from here" : ""}`,
        ]),
    `seed ${result.seed}; reports in ${commandPath(out)}`,
  ];
}

function quiesceVersion(): string {
  return codeVersion(root).replace(/\+.*/, "");
}
