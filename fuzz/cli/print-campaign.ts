/** Prints a campaign: its lines, its progress, and how it ended. What `verify` and `fuzz` have in common. */
import { dirname, join, resolve } from "node:path";
import type { CampaignPlan } from "#fuzz/campaign/campaign-plan.ts";
import type { PartResult } from "#fuzz/campaign/part.ts";
import { type CampaignEnd, type CampaignSettings, performCampaign } from "#fuzz/campaign/perform-campaign.ts";
import { STRESS_THREADS } from "#fuzz/campaign/stress/stress-task.ts";
import { NODE_COMMAND, commandPath, shellWord } from "#fuzz/host/command-path.ts";
import { EXIT_OF_VERDICT, type ExitCode } from "#fuzz/host/exit-code.ts";
import { prepareFolder } from "#fuzz/host/write-file.ts";
import { certificateName } from "#reports/certificate.ts";
import { type Counterexample, resultJson } from "#reports/result.ts";
import { countOf } from "#reports/searched-under.ts";
import { bugLine, certificateResultLine, scenarioLine, stressLine, traceLine } from "#reports/verdict-line.ts";
import { visibleText } from "#reports/visible-text.ts";
import { linesBeside, progressOn } from "./progress.ts";
import { writeJson } from "./write-json.ts";

/** @throws InputError for what is the caller's to put right */
export async function printCampaign(
  plan: CampaignPlan,
  settings: CampaignSettings,
  json: string | undefined,
): Promise<ExitCode> {
  if (json !== undefined && json !== "-") prepareFolder(dirname(resolve(json)), "--json");
  const linesTo = linesBeside(json);
  const progress = progressOn(linesTo);
  const context: LineContext = {
    nameWidth: Math.max(0, ...namesOf(plan).map((name) => name.length)),
    out: settings.out,
    modules: new Map(plan.scenarios.flatMap(({ name, module }) => (module === undefined ? [] : [[name, module]]))),
  };
  try {
    const end = await performCampaign(plan, settings, {
      onStart(describe) {
        progress.print(
          `${settings.command}: ${countOf(plan.scenarios.length, "scenario")}, ${plan.profile.description}, seed ${plan.seed}, ${countOf(settings.workers, "worker")}`,
        );
        progress.show(describe);
      },
      onResult: (result) => resultLines(result, context).forEach(progress.print),
      onNote: (line) => process.stderr.write(`quiesce: ${line}\n`),
    });
    progress.end();
    writeJson(json, resultJson(end.result));
    for (const line of closingLines(end, settings)) linesTo.write(`${line}\n`);
    return EXIT_OF_VERDICT[end.result.verdict];
  } finally {
    progress.end();
  }
}

/** The names that stand in the column of names; those of traces are paths, and would make it wide. */
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
  /** Modules of the user's own, by the name of the scenario. */
  readonly modules: ReadonlyMap<string, string>;
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
  const replay = [
    "npx quiesce replay",
    shellWord(commandPath(join(out, trace))),
    ...(module === undefined ? [] : ["--module", shellWord(commandPath(module))]),
  ];
  return [
    "",
    ...story.map(visibleText),
    "",
    `replay  ${replay.join(" ")}`,
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

function closingLines({ result, timing, stopped }: CampaignEnd, { out, state }: CampaignSettings): readonly string[] {
  const { milliseconds, executions, accesses, stressOperations } = timing;
  const seconds = milliseconds / 1000;
  const found = result.museum.filter(({ outcome }) => outcome === "found").length;
  const holding = result.scenarios.filter(({ verdict }) => verdict === "holds").length;
  const certified = result.certificates.filter(({ verdict }) => verdict === "holds").length;
  const million = Math.round(accesses / Math.max(seconds, 0.001) / 1e5) / 10;
  return [
    "",
    [
      `${result.verdict}: ${holding} of ${result.scenarios.length} scenarios hold`,
      ...(result.museum.length === 0 ? [] : [`${found} of ${result.museum.length} known bugs found`]),
      ...(result.certificates.length === 0 ? [] : [`${certified} of ${result.certificates.length} certificates hold`]),
      ...(stressOperations === 0 ? [] : [`${countOf(stressOperations, "operation")} of real threads`]),
      `${countOf(executions, "execution")} in ${seconds.toFixed(1)} s (${million} million accesses/s)`,
    ].join("; "),
    ...(stopped === undefined
      ? []
      : [
          `not finished: ${stopped}; the report is partial${state !== "none" ? ", and --resume goes on from here" : ""}`,
        ]),
    `seed ${result.seed}; reports in ${commandPath(out)}`,
  ];
}
