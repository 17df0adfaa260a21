import type { Command } from "commander";
import { visibleText } from "#reports/visible-text.ts";
import { EXIT } from "#fuzz/host/exit-code.ts";
import { InputError } from "#fuzz/host/input-error.ts";
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
    .option("--out <file>", "where the smaller trace goes (default: <name>.shrunk.trace.json beside the trace)")
    .option("--executions <number>", "executions to spend at most", wholeNumber(0, COUNT_MAX), 100_000)
    .option("--json <file>", 'write the result as JSON; "-" is standard output, in place of the story')
    .option("--module <file>", "module that exports the trace's system, when it is none of quiesce's own")
    .addHelpText(
      "after",
      `
Writes the smaller trace, and a reproduction script (.repro.ts) beside it. Ends with 1 when the violation is there (which
is what shrinking needs), 0 when the trace violates nothing any more, 2 when it cannot be used, 3 when ^C or
--executions came first: what was reached by then is written all the same.

Examples:
  npx quiesce shrink reports/out/peers-two-creators.trace.json
  npx quiesce shrink big.trace.json --out small.trace.json --executions 1000000`,
    )
    .action((path: string, flags: ShrinkFlags) => run(path, flags, host));
}

async function run(path: string, { out, executions, json, module }: ShrinkFlags, host: Host): Promise<void> {
  const { shellWord } = await import("#fuzz/host/command-path.ts");
  const { writeWholeFile } = await import("#fuzz/host/write-file.ts");
  const { readTrace, writeTrace, expandChoices } = await import("#fuzz/machine/trace.ts");
  let interruption: string | undefined;
  const endWatch = onInterruption((why) => {
    interruption = why;
  });
  try {
    const trace = readTrace(path);
    const { loadSubject } = await import("#fuzz/subjects/trace-subject.ts");
    const subject = await loadSubject(trace, module);
    const { replayTrace } = await import("#fuzz/counterexample/replay-trace.ts");
    const { kind, because } = replayTrace(trace, subject);
    if (kind === "diverged") throw new InputError(`shrink: ${because}`);
    const { counterexampleOf, counterexampleStory } = await import("#fuzz/counterexample/counterexample.ts");
    const {
      scenario: _,
      format: _format,
      version: _version,
      choices: _choices,
      accesses: _accesses,
      violation: _violation,
      orderings: _orderings,
      neighbour: _neighbour,
      ...origin
    } = trace;
    const progress = host.stderr.isTTY
      ? (count: number) => host.stderr.write(`\rshrinking: ${count} executions`)
      : undefined;
    const found = { ...origin, subject, choices: expandChoices(trace.choices) };
    const counterexample = await counterexampleOf(found, {
      executionsMax: executions,
      shouldStop: () => interruption !== undefined,
      progress,
    });
    if (progress !== undefined) host.stderr.write("\r\u001b[K");
    if (counterexample === undefined) {
      host.stdout.write(`${visibleText(trace.scenario.name)}: nothing to shrink: ${because}\n`);
      host.exitCode = EXIT.verified;
      return;
    }
    const { shrunk, trace: smaller } = counterexample;
    const target = out ?? `${path.replace(/(\.shrunk)?(\.trace)?\.json$/, "")}.shrunk.trace.json`;
    const script = `${target.replace(/(\.trace)?\.json$/, "")}.repro.ts`;
    const { resolve } = await import("node:path");
    const { reproductionScript } = await import("#fuzz/counterexample/reproduction-script.ts");
    writeTrace(target, smaller);
    writeWholeFile(script, reproductionScript(smaller, shrunk.replayed.execution, resolve(script)));
    const summary = {
      format: "quiesce-shrink",
      version: 1,
      trace: target,
      reproduction: script,
      violation: smaller.violation,
      preemptions: { before: shrunk.preemptionsBefore, after: shrunk.preemptions, fewest: shrunk.fewestPreemptions },
      accesses: { before: found.choices.length, after: shrunk.choices.length },
      size: { before: subject.size, after: shrunk.subject.size },
      orderings: shrunk.orderings.map(({ text }) => text),
      explained: { samples: shrunk.samples, failing: shrunk.failing },
      passes: smaller.neighbour?.because,
      executions: shrunk.executions,
      finished: shrunk.finished,
    };
    if (json !== undefined && json !== "-") writeWholeFile(json, `${JSON.stringify(summary, undefined, 2)}\n`);
    if (json === "-") host.stdout.write(`${JSON.stringify(summary, undefined, 2)}\n`);
    else {
      const { paintFor } = await import("#reports/story.ts");
      const story = counterexampleStory(shrunk, {
        width: storyWidth(host.stdout),
        paint: paintFor(host.stdout),
        replay: `npx quiesce replay ${shellWord(target)}`,
      });
      const fewest = shrunk.fewestPreemptions ? ", the fewest there are" : "";
      host.stdout.write(
        `shrunk from ${found.choices.length} accesses to ${shrunk.choices.length}, from ${shrunk.preemptionsBefore} preemptions to ${shrunk.preemptions}${fewest}, in ${shrunk.executions} executions\n\n${story.join("\n")}\nrun it  npx node ${shellWord(script)}\n`,
      );
    }
    host.exitCode = shrunk.finished ? EXIT.violated : EXIT.unfinished;
    if (!shrunk.finished)
      host.stderr.write(
        `quiesce: shrink: stopped before nothing more could be taken away (${interruption ?? "--executions is spent"}); ${visibleText(target)} has what was reached\n`,
      );
  } finally {
    endWatch();
  }
}
