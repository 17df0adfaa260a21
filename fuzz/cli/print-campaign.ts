/** Prints a campaign: its lines, its progress, and how it ended. Shared by `verify` and `fuzz`. */
import { dirname, join, resolve } from "node:path";
import { type CampaignPlan, partsOf } from "#fuzz/campaign/campaign-plan.ts";
import type { PartResult } from "#fuzz/campaign/part.ts";
import { type CampaignEnd, type CampaignSettings, performCampaign } from "#fuzz/campaign/perform-campaign.ts";
import { STRESS_THREADS } from "#fuzz/campaign/stress/stress-task.ts";
import { NODE_COMMAND, commandPath, shellWord } from "#fuzz/host/command-path.ts";
import { EXIT_OF_VERDICT, type ExitCode } from "#fuzz/host/exit-code.ts";
import { prepareFolder } from "#fuzz/host/write-file.ts";
import { certificateName } from "#reports/coverage-text.ts";
import { type Counterexample, resultJson } from "#reports/result.ts";
import { countOf } from "#reports/searched-under.ts";
import { type Paint, paintFor } from "#reports/story.ts";
import { summaryTable } from "#reports/summary-table.ts";
import {
  bugLine,
  certificateResultLine,
  readersLine,
  scenarioLine,
  stressLine,
  traceLine,
} from "#reports/verdict-line.ts";
import { visibleText } from "#reports/visible-text.ts";
import { pageLine } from "./page-line.ts";
import { linesBeside, progressOn } from "./progress.ts";
import { writeJson } from "./write-json.ts";

export interface PrintOptions {
  /** Where the result is written as JSON; `-` is standard output. */
  readonly json?: string | undefined;
  /** Print a line for every result, also for the good ones. */
  readonly verbose?: boolean | undefined;
}

/** Up to this many results are printed one by one; of more, only the bad ones, and a row for each system. */
const LINES_MAX = 24;

/** @throws InputError for a fault of the caller */
export async function printCampaign(
  plan: CampaignPlan,
  settings: CampaignSettings,
  { json, verbose = false }: PrintOptions = {},
): Promise<ExitCode> {
  if (json !== undefined && json !== "-") prepareFolder(dirname(resolve(json)), "--json");
  const linesTo = linesBeside(json);
  const progress = progressOn(linesTo);
  const context: LineContext = {
    nameWidth: Math.max(0, ...namesOf(plan).map((name) => name.length)),
    out: settings.out,
    modules: new Map(plan.scenarios.flatMap(({ name, module }) => (module === undefined ? [] : [[name, module]]))),
  };
  const isListed = verbose || partsOf(plan).length <= LINES_MAX;
  const folded: PartResult[] = [];
  try {
    const end = await performCampaign(plan, settings, {
      onStart(describe) {
        progress.print(
          `${settings.command}: ${countOf(plan.scenarios.length, "scenario")}, ${plan.profile.description}, seed ` +
            `${plan.seed}, ${countOf(settings.workers, "worker")}`,
        );
        progress.show(describe);
      },
      onResult(result) {
        folded.push(result);
        if (isListed || !isAsItShouldBe(result)) resultLines(result, context).forEach(progress.print);
      },
      onNote: (line) => process.stderr.write(`quiesce: ${line}\n`),
    });
    progress.end();
    writeJson(json, resultJson(end.result));
    const paint = paintFor(linesTo);
    const lines = [
      ...(isListed ? [] : [...foldedLines(folded, context), "", ...summaryTable(end.result, paint)]),
      ...closingLines(end, settings, paint),
    ];
    for (const line of lines) linesTo.write(`${line}\n`);
    return EXIT_OF_VERDICT[end.result.verdict];
  } finally {
    progress.end();
  }
}

/** Names that stand in the column of names; those of traces are paths, and would widen it. */
function namesOf({ scenarios, bugs, certificates, stressed }: CampaignPlan): readonly string[] {
  return [
    ...scenarios.map(({ name }) => name),
    ...bugs.map(({ slug }) => slug),
    ...certificates.map(({ system, size }) => certificateName({ system, scope: size })),
    ...stressed,
  ];
}

interface LineContext {
  readonly nameWidth: number;
  readonly out: string;
  /** User modules, by the name of the scenario. */
  readonly modules: ReadonlyMap<string, string>;
}

function isAsItShouldBe(result: PartResult): boolean {
  switch (result.kind) {
    case "scenario":
      return result.scenario.verdict === "holds";
    case "trace":
      return result.trace.verdict === "holds";
    case "bug":
      return result.bug.outcome === "found";
    case "certificate":
      return result.certificate.verdict === "holds";
    case "stress":
      return result.stress.verdict === "holds";
    case "readers":
      return result.readers.verdict === "holds";
  }
}

/** All lines, in groups that a GitHub Actions log shows folded; no groups elsewhere. */
function foldedLines(results: readonly PartResult[], context: LineContext): readonly string[] {
  if (process.env["GITHUB_ACTIONS"] !== "true") return [];
  const groups = Map.groupBy(results, groupOf);
  return [...groups].flatMap(([name, own]) => [
    `::group::${visibleText(name)}: ${own.length}`,
    ...own.flatMap((result) => resultLines(result, context).map(uncommanded)),
    "::endgroup::",
  ]);
}

/** A line that the log prints as it is: `::error::` would be a command. */
function uncommanded(line: string): string {
  return line.replace(/^(\s*)::/, "$1: :");
}

function groupOf(result: PartResult): string {
  switch (result.kind) {
    case "scenario":
      return `scenarios of ${result.scenario.system}`;
    case "trace":
      return "saved traces";
    case "bug":
      return `known bugs of ${result.bug.system}`;
    case "certificate":
      return "certificates";
    case "stress":
      return "real threads";
    case "readers":
      return "readers";
  }
}

function resultLines(result: PartResult, context: LineContext): readonly string[] {
  const { nameWidth, out, modules } = context;
  switch (result.kind) {
    case "trace":
      return [traceLine(result.trace, nameWidth)];
    case "bug":
      return [bugLine(result.bug, nameWidth)];
    case "certificate": {
      const { certificate, saved = [] } = result;
      return [
        certificateResultLine(certificate, nameWidth),
        ...certificate.violations.flatMap(({ counterexample }) =>
          counterexampleLines(counterexample, { out, module: undefined, saved: undefined }),
        ),
        ...saved.map(savedLine),
      ];
    }
    case "readers": {
      const { file, model = "" } = result.readers;
      const line = readersLine(result.readers, nameWidth);
      if (file === undefined) return [line];
      const saved = commandPath(join(out, file));
      return [line, "", `again   npx quiesce check ${shellWord(saved)} --model ${model}`, ""];
    }
    case "stress": {
      const { system, history, seed } = result.stress;
      const line = stressLine(result.stress, nameWidth);
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
      const { name, counterexample } = result.scenario;
      const line = scenarioLine(result.scenario, nameWidth);
      if (counterexample === undefined) return [line];
      const more = { out, module: modules.get(name), saved: result.saved };
      return [line, ...counterexampleLines(counterexample, more)];
    }
  }
}

function counterexampleLines(
  { story, trace, reproduction }: Counterexample,
  { out, module, saved }: { out: string; module: string | undefined; saved: string | undefined },
): readonly string[] {
  const again =
    trace === undefined
      ? []
      : [
          "npx quiesce replay",
          shellWord(commandPath(join(out, trace))),
          ...(module === undefined ? [] : ["--module", shellWord(commandPath(module))]),
        ];
  return [
    "",
    ...story.map(visibleText),
    "",
    ...(again.length === 0 ? [] : [`replay  ${again.join(" ")}`]),
    ...(reproduction === undefined
      ? []
      : [`run it  ${NODE_COMMAND} ${shellWord(commandPath(join(out, reproduction)))}`]),
    ...(saved === undefined ? [] : [savedLine(saved)]),
    "",
  ];
}

function savedLine(path: string): string {
  return `saved   ${visibleText(commandPath(path))}, which every later run of verify replays`;
}

function closingLines(
  { result, timing, page, stopped }: CampaignEnd,
  { out, state }: CampaignSettings,
  paint: Paint,
): readonly string[] {
  const { milliseconds, executions, accesses, stressOperations } = timing;
  const seconds = milliseconds / 1000;
  const found = result.museum.filter(({ outcome }) => outcome === "found").length;
  const holding = result.scenarios.filter(({ verdict }) => verdict === "holds").length;
  const certified = result.certificates.filter(({ verdict }) => verdict === "holds").length;
  const million = Math.round(accesses / Math.max(seconds, 0.001) / 1e5) / 10;
  return [
    "",
    [
      `${paint(result.verdict === "holds" ? "strong" : "bad", result.verdict)}: ${holding} of ` +
        `${result.scenarios.length} scenarios hold`,
      ...(result.museum.length === 0 ? [] : [`${found} of ${result.museum.length} known bugs found`]),
      ...(result.certificates.length === 0 ? [] : [`${certified} of ${result.certificates.length} certificates hold`]),
      ...(stressOperations === 0 ? [] : [`${countOf(stressOperations, "operation")} of real threads`]),
      `${countOf(executions, "execution")} in ${seconds.toFixed(1)} s (${million} million accesses/s)`,
    ].join("; "),
    ...(stopped === undefined
      ? []
      : [
          `not finished: ${stopped}; the report is ` +
            `partial${state !== "none" ? ", and --resume goes on from here" : ""}`,
        ]),
    `seed ${result.seed}; reports in ${commandPath(out)}`,
    pageLine(page),
  ];
}
