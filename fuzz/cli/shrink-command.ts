import type { Command } from "commander";
import { visibleText } from "#reports/visible-text.ts";
import type { ShrunkTrace } from "#fuzz/counterexample/shrink-trace.ts";
import { EXIT } from "#fuzz/host/exit-code.ts";
import { onInterruption } from "#fuzz/host/interruption.ts";
import type { Host } from "./command-host.ts";
import { namedCommand } from "./command-names.ts";
import { storyWidth } from "./story-width.ts";
import { COUNT_MAX, wholeNumber } from "./whole-number.ts";

interface ShrinkFlags {
  readonly out?: string;
  readonly executions: number;
  readonly json?: string;
  readonly module?: string;
}

/** `quiesce shrink`. */
export function shrinkCommand(host: Host): Command {
  return namedCommand("shrink", "trace file, such as reports/out/<name>.trace.json")
    .option("--out <file>", "file for the smaller trace (default: <name>.shrunk.trace.json beside the trace)")
    .option("--executions <number>", "execution budget", wholeNumber(0, COUNT_MAX), 100_000)
    .option("--json <file>", 'write the result as JSON; "-" replaces the story on standard output')
    .option("--module <file>", "module that exports the trace's system, unless quiesce has it")
    .addHelpText(
      "after",
      `
Writes the smaller trace, and a reproduction script (.repro.ts) beside it. Exits with 1 if the violation occurs (as
shrinking needs), 0 if the trace no longer violates anything, 2 if it cannot be used, 3 if ^C or --executions came
first: the smallest trace so far is still written.

Examples:
  npx quiesce shrink reports/out/peers-two-creators.trace.json
  npx quiesce shrink big.trace.json --out small.trace.json --executions 1000000`,
    )
    .action((path: string, flags: ShrinkFlags) => run(path, flags, host));
}

async function run(path: string, { out, executions, json, module }: ShrinkFlags, host: Host): Promise<void> {
  const { readTrace } = await import("#fuzz/machine/trace.ts");
  let interruption: string | undefined;
  const endWatch = onInterruption((why) => {
    interruption = why;
  });
  const draw = (text: string): void => void (host.stderr.isTTY === true && host.stderr.write(text));
  try {
    const trace = readTrace(path);
    const { loadSubject } = await import("#fuzz/subjects/trace-subject.ts");
    const subject = await loadSubject(trace, module);
    const { shrinkTrace } = await import("#fuzz/counterexample/shrink-trace.ts");
    const target = out ?? `${path.replace(/(\.shrunk)?(\.trace)?\.json$/, "")}.shrunk.trace.json`;
    const found = await shrinkTrace(trace, subject, target, {
      executionsMax: executions,
      shouldStop: () => interruption !== undefined,
      progress: (count) => draw(`\rshrinking: ${count} executions`),
    });
    draw("\r\u001b[K");
    if ("because" in found) {
      host.stdout.write(`${visibleText(trace.scenario.name)}: nothing to shrink: ${found.because}\n`);
      host.exitCode = EXIT.verified;
      return;
    }
    await print(found, json, host);
    const { finished } = found.shrunk;
    host.exitCode = finished ? EXIT.violated : EXIT.unfinished;
    if (!finished)
      host.stderr.write(
        `quiesce: shrink: stopped before the trace was minimal (${interruption ?? "--executions is spent"}); ` +
          `${visibleText(target)} has the smallest so far\n`,
      );
  } finally {
    endWatch();
  }
}

async function print(found: ShrunkTrace, json: string | undefined, host: Host): Promise<void> {
  const { writeWholeFile } = await import("#fuzz/host/write-file.ts");
  const text = `${JSON.stringify(summaryOf(found), undefined, 2)}\n`;
  if (json === "-") return void host.stdout.write(text);
  if (json !== undefined) writeWholeFile(json, text);
  const { counterexampleStory } = await import("#fuzz/counterexample/counterexample.ts");
  const { NODE_COMMAND, shellWord } = await import("#fuzz/host/command-path.ts");
  const { paintFor } = await import("#reports/story.ts");
  const { shrunk, target, script, before } = found;
  const story = counterexampleStory(shrunk, {
    width: storyWidth(host.stdout),
    paint: paintFor(host.stdout),
    replay: `npx quiesce replay ${shellWord(target)}`,
  });
  const fewest = shrunk.fewestPreemptions ? ", the fewest there are" : "";
  host.stdout.write(
    `shrunk from ${before.accesses} accesses to ${shrunk.choices.length}, from ${shrunk.preemptionsBefore} preemptions to ${shrunk.preemptions}${fewest}, in ${shrunk.executions} executions\n\n${story.join("\n")}\nrun it  ${NODE_COMMAND} ${shellWord(script)}\n`,
  );
}

/** The JSON of `--json`. */
function summaryOf({ target, script, trace, shrunk, before }: ShrunkTrace) {
  return {
    format: "quiesce-shrink",
    version: 1,
    trace: target,
    reproduction: script,
    violation: trace.violation,
    preemptions: { before: shrunk.preemptionsBefore, after: shrunk.preemptions, fewest: shrunk.fewestPreemptions },
    accesses: { before: before.accesses, after: shrunk.choices.length },
    size: { before: before.size, after: shrunk.subject.size },
    orderings: shrunk.orderings.map(({ text }) => text),
    explained: { samples: shrunk.samples, failing: shrunk.failing },
    passes: trace.neighbour?.because,
    executions: shrunk.executions,
    finished: shrunk.finished,
  };
}
