import type { Command } from "commander";
import type { Trace } from "#fuzz/machine/trace.ts";
import type { Subject } from "#fuzz/subjects/subject.ts";
import { visibleText } from "#reports/visible-text.ts";
import { EXIT } from "#fuzz/host/exit-code.ts";
import { InputError } from "#fuzz/host/input-error.ts";
import { onInterruption } from "#fuzz/host/interruption.ts";
import { packageRoot } from "#fuzz/host/project-root.ts";
import { namedCommand } from "./command-names.ts";
import type { Host } from "./command-host.ts";
import { storyWidth } from "./story-width.ts";
import { COUNT_MAX, wholeNumber } from "./whole-number.ts";

interface ReplayFlags {
  readonly until?: number;
  readonly json?: string;
  readonly all?: boolean;
  readonly neighbour?: boolean;
  readonly module?: string;
}

/** `quiesce replay`. */
export function replayCommand(host: Host): Command {
  return namedCommand("replay", "trace file, such as reports/out/<name>.trace.json")
    .option("--until <accesses>", "stop after this many accesses", wholeNumber(0, COUNT_MAX))
    .option("--neighbour", "instead, run the nearest passing schedule, found by shrinking")
    .option("--all", "show every access, without folding")
    .option("--json <file>", 'write the execution as JSON; "-" replaces the story on standard output')
    .option("--module <file>", "module that exports the trace's system, unless quiesce has it")
    .addHelpText(
      "after",
      `
Exits with 1 if the recorded violation occurs again, 0 if it no longer does, 2 if the trace cannot be used or the code
diverges from the recording, 3 if stopped by --until or ^C.

Examples:
  npx quiesce replay reports/out/peers-two-creators.trace.json
  npx quiesce replay reports/out/peers-two-creators.trace.json --until 12
  npx quiesce replay reports/out/peers-two-creators.trace.json --neighbour
  npx quiesce replay reports/out/peers-two-creators.trace.json --json - | head`,
    )
    .action((path: string, flags: ReplayFlags) => run(path, flags, host));
}

async function run(path: string, { until, json, all, neighbour, module }: ReplayFlags, host: Host): Promise<void> {
  const { shellWord } = await import("#fuzz/host/command-path.ts");
  const { writeWholeFile } = await import("#fuzz/host/write-file.ts");
  const { readTrace } = await import("#fuzz/machine/trace.ts");
  const endWatch = onInterruption((why) => {
    host.stderr.write(`quiesce: replay: ${why}\n`);
    process.exit(EXIT.unfinished);
  });
  try {
    const whole = readTrace(path);
    const trace = neighbour === true ? neighbourOf(whole) : whole;
    const { loadSubject } = await import("#fuzz/subjects/trace-subject.ts");
    const subject = await loadSubject(trace, module);
    const { replayTrace } = await import("#fuzz/counterexample/replay-trace.ts");
    const { storyOf, paintFor } = await import("#reports/story.ts");
    const { initialTexts } = await import("#fuzz/counterexample/counterexample.ts");
    const { replayJson } = await import("#fuzz/counterexample/replay-json.ts");
    const outcome = replayTrace(trace, subject, until === undefined ? {} : { until });
    if (json !== undefined) {
      const text = replayJson(trace, outcome);
      if (json === "-") host.stdout.write(text);
      else writeWholeFile(json, text);
    }
    const { kind, because, replayed } = outcome;
    if (json !== "-" && kind !== "diverged") {
      const story = storyOf(replayed.execution, {
        headline: `${trace.scenario.name}: ${because}`,
        initial: initialTexts(trace.scenario),
        orderings: trace.orderings ?? [],
        ...(trace.neighbour === undefined ? {} : { neighbour: trace.neighbour.because }),
        ...(all === true || until !== undefined ? { rowsMax: Infinity } : {}),
        width: storyWidth(host.stdout),
        paint: paintFor(host.stdout),
        replay: `npx quiesce replay ${shellWord(path)}${neighbour === true ? " --neighbour" : ""}`,
      });
      host.stdout.write(`${story.join("\n")}\n`);
    }
    const own = module ?? trace.module;
    if (kind === "diverged" && own !== undefined && trace.violation !== undefined && neighbour !== true)
      return await replayNearby(trace, subject, because, host);
    host.exitCode = exitCodeOf(kind, trace.violation !== undefined);
    if (kind === "diverged") throw new InputError(`replay: ${because}; ${await codeText(trace.codeVersion)}`);
    if (kind === "differs") host.stderr.write(`quiesce: replay: ${because}\n`);
  } finally {
    endWatch();
  }
}

/**
 * The user's code makes other accesses by now, as after a fix: does it still fail on schedules like the recorded one?
 */
async function replayNearby(trace: Trace, subject: Subject, because: string, host: Host): Promise<void> {
  const { NEARBY_EXECUTIONS, searchNearby } = await import("#fuzz/counterexample/run-reproduction.ts");
  const { expandChoices } = await import("#fuzz/machine/trace.ts");
  const violates = trace.violation?.property ?? "";
  const { machineSettings } = await import("#fuzz/counterexample/replay-trace.ts");
  const story = await searchNearby(subject, [...expandChoices(trace.choices)], {
    violates,
    machine: machineSettings(trace),
  });
  const change = `the code has changed: ${because}`;
  if (story === undefined) {
    const count = NEARBY_EXECUTIONS.toLocaleString("en-US");
    host.stdout.write(
      `${visibleText(trace.scenario.name)}: no longer fails: ${visibleText(violates)} holds on ${count} ` +
        `schedules near the recorded one\n${change}\n`,
    );
    host.exitCode = EXIT.verified;
    return;
  }
  host.stdout.write(
    `${story.join("\n")}\n\nstill fails, on the schedule above instead of the recorded one\n${change}\n`,
  );
  host.exitCode = EXIT.violated;
}

/** The trace of the nearest schedule that passes. */
function neighbourOf({
  choices: _choices,
  accesses: _accesses,
  violation: _violation,
  orderings: _orderings,
  neighbour,
  ...trace
}: Trace): Trace {
  if (neighbour === undefined)
    throw new InputError('replay: the trace has no neighbour; "quiesce shrink" looks for one');
  return { ...trace, choices: neighbour.choices };
}

function exitCodeOf(
  kind: "reproduced" | "differs" | "mended" | "diverged" | "stopped",
  isViolating: boolean,
): (typeof EXIT)[keyof typeof EXIT] {
  switch (kind) {
    case "reproduced":
      return isViolating ? EXIT.violated : EXIT.verified;
    case "differs":
      return EXIT.violated;
    case "mended":
      return EXIT.verified;
    case "diverged":
      return EXIT.usage;
    case "stopped":
      return EXIT.unfinished;
  }
}

/** Reports whether the code has changed, or the trace. */
async function codeText(recorded: string): Promise<string> {
  const { codeVersion } = await import("#fuzz/host/code-version.ts");
  const present = codeVersion(packageRoot);
  if (present === recorded) return "the trace was recorded by this very code, so it has been edited";
  return `the trace was recorded by ${visibleText(recorded)}, and this is ${present}`;
}
