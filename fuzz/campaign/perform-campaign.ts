/**
 * A campaign from its plan to its reports: jobs, deadline, interruption, state, files. Shared by `verify` and `fuzz`;
 * prints nothing.
 */
import { availableParallelism, cpus, totalmem } from "node:os";
import { join } from "node:path";
import { codeVersion, sourcesDigest } from "#fuzz/host/code-version.ts";
import { filesLoadedBy } from "#fuzz/host/loaded-modules.ts";
import { projectRoot } from "#fuzz/host/project-root.ts";
import { prepareFolder, writeWholeFile } from "#fuzz/host/write-file.ts";
import { type Result, wholeResult } from "#reports/result.ts";
import type { Timing } from "#reports/timing.ts";
import { type CampaignResult, runCampaign } from "./campaign.ts";
import { type CampaignPlan, partsOf } from "./campaign-plan.ts";
import { openEngine } from "./engine.ts";
import type { PartResult } from "./part.ts";
import { progressLine } from "./progress-line.ts";
import { freshState, type ResumeKey, type ResumeState, resumedState, STATE_FILE } from "./resume-state.ts";
import { saveTrace, tracesFolder } from "./trace/saved-traces.ts";
import { writePage } from "./page/write-page.ts";
import { appendStepSummary, RESULT_FILE, writeReports } from "./write-reports.ts";

export interface CampaignSettings {
  readonly command: Result["command"];
  /** Folder of the reports. */
  readonly out: string;
  readonly workers: number;
  /** Milliseconds until the run is stopped. */
  readonly time?: number | undefined;
  /** Whether to keep the state of a stopped run for `--resume`, and whether to take one over. */
  readonly state: "none" | "kept" | "resumed";
  /** Whether traces of violations are saved, to be replayed by later runs. */
  readonly savesTraces: boolean;
}

/** The observer of a running campaign. */
export interface CampaignListener {
  /** The campaign begins; `progress` returns a line on how far it is, at any time. */
  onStart(progress: () => string): void;
  /** Hears each result, in the order of the plan. */
  onResult(result: PartResult): void;
  /** Hears notes for a person that are not results. */
  onNote(line: string): void;
}

export interface CampaignEnd {
  readonly result: Result;
  readonly timing: Timing;
  /** Path of the page; undefined if it is not built. */
  readonly page: string | undefined;
  /** Why it was stopped, if it was. */
  readonly stopped: string | undefined;
}

/** @throws InputError if a report, a trace or the state cannot be written, or a job reports a fault of the caller */
export async function performCampaign(
  plan: CampaignPlan,
  settings: CampaignSettings,
  listener: CampaignListener,
): Promise<CampaignEnd> {
  const { out, workers, time } = settings;
  prepareFolder(out, "--out");
  const parts = partsOf(plan);
  const startedAt = new Date();
  const start = performance.now();
  const state = stateFor(plan, settings, listener);
  const engine = openEngine({ workers, time, ...(state !== undefined && { state }) });
  let decided = 0;
  listener.onStart(() => progressLine(`${decided} of ${parts.length} decided`, engine));
  try {
    const campaign = await runCampaign(parts, {
      engine,
      files: {
        pathOf: (file) => join(out, file),
        save: (file, content) => writeWholeFile(join(out, file), content),
        saveTrace: (text, module) => (settings.savesTraces ? saveTrace(text, tracesFolder(module)) : undefined),
      },
      onResult: (result) => {
        decided++;
        listener.onResult(result);
      },
    });
    const result = resultOf(plan, settings, campaign);
    const timing = timingOf(result, campaign, { startedAt, milliseconds: performance.now() - start, workers });
    writeReports(out, result, timing);
    if (campaign.finished) state?.remove();
    else state?.write();
    const page = await writePage(
      { folder: out, results: [join(out, RESULT_FILE)], modules: modulesOf(plan) },
      engine.perform,
    );
    const summary = process.env["GITHUB_STEP_SUMMARY"];
    if (summary !== undefined && summary !== "") appendStepSummary(summary, result, out);
    return { result, timing, page, stopped: engine.stopReason() };
  } finally {
    // Only now: until the reports are written, neither ^C nor a closed output may end the process.
    await engine.close();
  }
}

function modulesOf({ scenarios }: CampaignPlan): ReadonlyMap<string, string> {
  return new Map(scenarios.flatMap(({ name, module }) => (module === undefined ? [] : [[name, module]])));
}

function stateFor(
  { scenarios, seed, profile }: CampaignPlan,
  { state, out }: CampaignSettings,
  { onNote }: CampaignListener,
): ResumeState | undefined {
  if (state === "none") return undefined;
  const path = join(out, STATE_FILE);
  const own = new Set(scenarios.flatMap(({ module }) => module ?? []));
  const modules = filesLoadedBy([...own]);
  const key: ResumeKey = { seed, profile: profile.name, code: sourcesDigest(projectRoot, modules) };
  return state === "resumed" ? resumedState(path, key, onNote) : freshState(path, key);
}

function resultOf(plan: CampaignPlan, { command }: CampaignSettings, campaign: CampaignResult): Result {
  const code = codeVersion(projectRoot);
  return wholeResult({
    quiesce: code.replace(/\+.*/, ""),
    code,
    command,
    ...(command === "verify" && { profile: plan.profile.name }),
    seed: plan.seed,
    finished: campaign.finished,
    scenarios: [...campaign.scenarios],
    traces: [...campaign.traces],
    museum: [...campaign.museum],
    certificates: [...campaign.certificates],
    readers: [...campaign.readers],
    stress: [...campaign.stress],
  });
}

function timingOf(
  { scenarios, certificates }: Result,
  { parts, stressOperations }: CampaignResult,
  { startedAt, milliseconds, workers }: { startedAt: Date; milliseconds: number; workers: number },
): Timing {
  const searches = scenarios.flatMap((scenario) => scenario.searches);
  const certified = certificates.reduce((sum, { executions }) => sum + executions, 0);
  return {
    startedAt: startedAt.toISOString(),
    milliseconds: Math.round(milliseconds),
    workers,
    node: process.version,
    platform: `${process.platform}-${process.arch}`,
    cpu: cpus()[0]?.model ?? "unknown",
    cpus: availableParallelism(),
    memoryBytes: totalmem(),
    memoryPeakBytes: process.resourceUsage().maxRSS * 1024,
    accesses: searches.reduce((sum, { accesses }) => sum + accesses, 0),
    executions: searches.reduce((sum, { executions }) => sum + executions, certified),
    stressOperations,
    parts,
  };
}
