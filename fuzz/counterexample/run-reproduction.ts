import { fileURLToPath } from "node:url";
import type { Machine } from "#fuzz/machine/machine.ts";
import type { MachineSettings } from "#fuzz/machine/machine-settings.ts";
import type { Program } from "#fuzz/machine/program.ts";
import { InputError } from "#fuzz/host/input-error.ts";
import { compressChoices, traceOf } from "#fuzz/machine/trace.ts";
import type { Subject } from "#fuzz/subjects/subject.ts";
import { loadSubject } from "#fuzz/subjects/trace-subject.ts";
import { EXIT, type ExitCode } from "#fuzz/host/exit-code.ts";
import { visibleText } from "#reports/visible-text.ts";
import type { Reproduction, ReproductionArguments } from "./reproduction.ts";

/** Schedules tried around one that the code no longer follows. */
export const NEARBY_EXECUTIONS = 5_000;

export interface ReproductionResult {
  readonly lines: readonly string[];
  readonly exitCode: ExitCode;
}

/**
 * Runs the schedule strictly, and reports how it ends. If the code diverges, schedules nearby are searched for the same
 * violation: a changed program may fail on another schedule.
 *
 * @throws InputError for an unknown scenario, bug or thread
 */
export async function runReproduction(
  reproduction: Reproduction,
  { until }: ReproductionArguments = {},
): Promise<ReproductionResult> {
  const { bug, module, scenario, machine, violates, schedule } = reproduction;
  const path = module?.startsWith("file:") === true ? fileURLToPath(module) : module;
  const subject = await loadSubject({ scenario: { ...scenario }, ...(bug === undefined ? {} : { bug }) }, path);
  const { replayTrace } = await import("./replay-trace.ts");
  const { storyOf, paintFor } = await import("#reports/story.ts");
  const threads = schedule.map(([thread]) => threadNumber(subject.makeProgram(), thread));
  const trace = traceOf({
    codeVersion: "reproduction",
    scenario: { ...scenario },
    choices: compressChoices(threads),
    accesses: schedule.map(([, access]) => access),
    ...(machine === undefined ? {} : { machine }),
    ...(violates === undefined ? {} : { violation: { property: violates, because: "" } }),
  });
  const { kind, because, replayed } = replayTrace(trace, subject, until === undefined ? {} : { until });
  const paint = paintFor(process.stdout);
  const story = storyOf(replayed.execution, { paint, headline: `${scenario.name}: ${because}` });
  switch (kind) {
    case "reproduced":
      return { lines: story, exitCode: violates === undefined ? EXIT.verified : EXIT.violated };
    case "differs":
      return { lines: [...story, "", `fails differently: ${because}`], exitCode: EXIT.violated };
    case "stopped":
      return { lines: story, exitCode: EXIT.unfinished };
    case "mended":
      return { lines: [...story, "", `no longer fails: ${because}`], exitCode: EXIT.verified };
    case "diverged": {
      const nearby = await searchNearby(subject, threads, reproduction);
      if (nearby !== undefined)
        return {
          lines: [...nearby, "", `diverged: ${because}`, "still fails, on the schedule above instead"],
          exitCode: EXIT.violated,
        };
      return {
        lines: [
          ...story,
          "",
          `diverged: ${because}`,
          `no longer fails: ${NEARBY_EXECUTIONS} schedules nearby, and ${visibleText(violates ?? "everything")} holds`,
        ],
        exitCode: EXIT.verified,
      };
    }
  }
}

/** The number of the thread of that name. */
function threadNumber({ threads }: Program, name: string): number {
  const own = threads.findIndex((thread) => thread.name === name);
  if (own !== -1) return own;
  const callback = /^rcu callback ([1-9]\d{0,5})$/.exec(name)?.[1];
  if (callback !== undefined) return threads.length + Number(callback) - 1;
  throw new InputError(
    `the schedule names thread "${visibleText(name)}"; there are ${threads.map((thread) => visibleText(thread.name)).join(", ")}`,
  );
}

/** Looks for the same violation on schedules like this one; returns its story. */
export async function searchNearby(
  subject: Subject,
  threads: readonly number[],
  { violates, machine: settings }: Pick<Reproduction, "violates"> & { readonly machine?: MachineSettings },
): Promise<string[] | undefined> {
  if (violates === undefined) return undefined;
  const { Machine } = await import("#fuzz/machine/machine.ts");
  const { replay } = await import("./replay.ts");
  const { machineSettings } = await import("./replay-trace.ts");
  const { storyOf, paintFor } = await import("#reports/story.ts");
  const options = machineSettings(settings === undefined ? {} : { machine: settings });
  const machine: Machine = new Machine(subject.makeProgram(), options);
  const choices = await violatingChoices(machine, threads, violates);
  if (choices === undefined) return undefined;
  const program = subject.makeProgram();
  return storyOf(
    replay(program, { choices }, { machine: options, operations: subject.operationNames(program) }).execution,
    { paint: paintFor(process.stdout) },
  );
}

async function violatingChoices(
  machine: Machine,
  threads: readonly number[],
  property: string,
): Promise<Int32Array | undefined> {
  const { blocksOf } = await import("./follow.ts");
  const { SearchBudget } = await import("./search-budget.ts");
  const { search } = await import("#fuzz/search/search.ts");
  const { randomWalk } = await import("#fuzz/strategies/random-walk.ts");
  const budget = new SearchBudget({ executionsMax: NEARBY_EXECUTIONS });
  const followed = budget.follow(machine, blocksOf(threads));
  if (followed.violation?.property === property) return followed.choices;
  for (let preemptions = 0; preemptions <= 2; preemptions++) {
    const { run } = await budget.searchBounded(machine, property, preemptions, NEARBY_EXECUTIONS / 4);
    if (run !== undefined) return run.choices;
  }
  const found = search(machine, randomWalk(1), { executionsMax: Math.max(1, NEARBY_EXECUTIONS - budget.executions) });
  return found.violation?.property === property ? found.choices : undefined;
}
