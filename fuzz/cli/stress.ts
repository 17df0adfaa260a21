import { availableParallelism } from "node:os";
import { join, resolve } from "node:path";
import { Command, InvalidArgumentError } from "commander";
import type { StressProgress, StressResult } from "#fuzz/native/run-stress.ts";
import { parseDuration } from "./duration.ts";
import { CommandError, EXIT } from "#fuzz/host/exit-code.ts";
import { onInterruption } from "#fuzz/host/interruption.ts";
import { asUsage } from "./usage-error.ts";
import { drawSeed, parseSeed } from "./whole-number.ts";

interface Options {
  readonly threads: number;
  /** Milliseconds. */
  readonly time: number;
  readonly operations: number;
  readonly seed?: number;
  readonly bug?: string;
  readonly out: string;
  readonly json?: string;
}

/** For the help, which is not to wait for what a run imports; see STRESSED_SYSTEMS. */
const SYSTEMS = ["peers"];

const THREADS_MAX = 60;
const OPERATIONS_MAX = 10_000_000;

/** `quiesce stress`: the same source on real threads, hammered and checked. */
export function stressCommand(): Command {
  return new Command("stress")
    .description("Hammer a system on real threads, and check what they were answered.")
    .argument("<system>", `what to hammer: ${SYSTEMS.join(", ")}`)
    .option(
      "--threads <n>",
      "worker threads; as many as there are processors unless given",
      parseCount(THREADS_MAX),
      Math.min(THREADS_MAX, availableParallelism()),
    )
    .option("--time <duration>", "how long, such as 30s or 10m; a round that has begun is ended", parseDuration, 30_000)
    .option("--operations <n>", "operations of each thread in a round", parseCount(OPERATIONS_MAX), 50_000)
    .option(
      "--seed <n>",
      "seed of the operations; drawn, and printed, unless given. Schedules are the host's",
      parseSeed,
    )
    .option("--bug <slug>", "put a bug of the museum back first, in memory")
    .option("--out <folder>", "folder for what is found", "reports/out/stress")
    .option("--json <file>", "write the result as JSON; - is standard output, instead of the text")
    .addHelpText(
      "after",
      `
Each round's history is checked for linearizability address by address, and what is left for its invariants. What is found is saved with
its history; if the simulator finds a violation too (in the scenarios of the same source; with --bug, in the one that its patch names),
it is saved as a trace that replays.

Exit codes: 0 nothing found in that time, 1 a violation, 2 bad input, 3 interrupted.

Examples:
  quiesce stress peers
  quiesce stress peers --threads 2 --time 10m
  quiesce stress peers --bug inetpeer-ipid-range-overlap --time 1m --json -`,
    )
    .action(run);
}

function parseCount(max: number): (text: string) => number {
  return (text) => {
    const number = /^\d{1,9}$/u.test(text) ? Number(text) : 0;
    if (number >= 1 && number <= max) return number;
    throw new InvalidArgumentError(`it must be a whole number from 1 to ${max}.`);
  };
}

async function run(
  system: string,
  { threads, time, operations, seed = drawSeed(), bug: slug, out, json }: Options,
): Promise<void> {
  if (!SYSTEMS.includes(system))
    throw new CommandError(`no system "${system}" is built for real threads; there is ${SYSTEMS.join(", ")}`);
  const { showProgress } = await import("./progress.ts");
  const { runStress } = await import("#fuzz/native/run-stress.ts");
  const { stressHistoryJson } = await import("#fuzz/native/stress-history.ts");
  const { writeWholeFile } = await import("#reports/write-file.ts");
  const { visibleText } = await import("#reports/visible-text.ts");

  const sources = slug === undefined ? undefined : await asUsage(() => patchedSources(slug));
  const folder = resolve(out);
  let stopped: string | undefined;
  const endWatch = onInterruption((why) => (stopped = why));
  let latest: StressProgress = { milliseconds: 0, rounds: 0, operations: 0 };
  const progress = showProgress(
    () =>
      `${system}: ${latest.operations.toLocaleString("en-US")} operations in ${latest.rounds} rounds, ${Math.max(0, Math.ceil((time - latest.milliseconds) / 1000))} s left`,
    { linesTo: json === "-" ? process.stderr : process.stdout },
  );
  process.stderr.write(`${system}: ${threads} threads for ${time / 1000} s, seed ${seed}\n`);
  let result: StressResult;
  try {
    result = await runStress({
      threads,
      seed,
      operations,
      out: join(folder, `build-${process.pid}`),
      ...(sources === undefined ? {} : { sources }),
      milliseconds: time,
      shouldStop: () => stopped !== undefined,
      onRound: (now) => (latest = now),
    });
  } finally {
    progress.end();
    endWatch();
  }

  const { violation } = result;
  const name = `${system}${slug === undefined ? "" : `-${slug}`}`;
  const files: string[] = [];
  await asUsage(async () => {
    if (violation !== undefined) {
      const history = join(folder, `${name}.history.json`);
      writeWholeFile(
        history,
        stressHistoryJson({ system, ...(slug !== undefined && { bug: slug }), threads, seed }, violation),
      );
      files.push(history);
      process.stderr.write("looking for it in the simulator\n");
      const trace = slug === undefined ? await simulatorsOwnTrace(name) : await simulatorsTrace(slug);
      if (trace !== undefined) {
        const file = join(folder, `${name}.trace.json`);
        writeWholeFile(file, trace);
        files.push(file);
      }
    }
    const summary = {
      format: "quiesce-stress-result",
      version: 1,
      system,
      bug: slug,
      threads,
      seed,
      ...result,
      stopped,
      files,
    };
    const text = `${JSON.stringify(summary, null, 2)}\n`;
    if (json === "-") process.stdout.write(text);
    else if (json !== undefined) writeWholeFile(json, text);
  });
  if (json !== "-")
    process.stdout.write(
      lines(name, { ...result, threads, seed }, stopped, files)
        .map((line) => `${visibleText(line)}\n`)
        .join(""),
    );
  process.exitCode = violation !== undefined ? EXIT.violated : stopped !== undefined ? EXIT.unfinished : EXIT.verified;
}

function lines(
  name: string,
  { violation, operations, rounds, threads, seed }: StressResult & { readonly threads: number; readonly seed: number },
  stopped: string | undefined,
  files: readonly string[],
): readonly string[] {
  const amount = `${operations.toLocaleString("en-US")} operations of ${threads} threads in ${rounds} rounds, seed ${seed}`;
  if (violation !== undefined) {
    const replay = files
      .filter((file) => file.endsWith(".trace.json"))
      .map((file) => `replay  npx quiesce replay ${file}`);
    return [
      `VIOLATED ${violation.property}: ${violation.because}`,
      `        in a round that ${violation.kind}${violation.delayed ? ", with delays" : ""}, after ${amount}`,
      ...files.map((file) => `saved   ${file}`),
      ...replay,
    ];
  }
  return [stopped === undefined ? `held      ${name}  ${amount}` : `unknown   ${name}  ${stopped} after ${amount}`];
}

/** The sources that a bug's patch changes, by their names from the root. */
async function patchedSources(slug: string): Promise<ReadonlyMap<string, string>> {
  const { bugNamed, projectRoot } = await import("#fuzz/bugs/museum.ts");
  const { applyToModules } = await import("#fuzz/bugs/patch.ts");
  const { fileURLToPath } = await import("node:url");
  const { relative } = await import("node:path");
  const { sources } = applyToModules(slug, bugNamed(slug).patch, projectRoot);
  return new Map([...sources].map(([url, text]) => [relative(projectRoot, fileURLToPath(url)), text]));
}

/**
 * The bug as the simulator finds it, in the scenario that its patch names; undefined if it does not within the bound.
 */
async function simulatorsTrace(slug: string): Promise<string | undefined> {
  const { bugNamed } = await import("#fuzz/bugs/museum.ts");
  const { hunt } = await import("#fuzz/campaign/hunt/hunt.ts");
  const searches = ["pos", "surw"].map((strategy) => ({ strategy, seed: 1 }));
  const { counterexample } = await hunt(bugNamed(slug), {
    searches,
    executionsMax: 20_000,
    catchesEnough: 1,
    shrinkMax: 20_000,
  });
  return counterexample?.trace;
}

/** Systems under simulation that are of the same source as what is hammered. */
const SIMULATED = ["peers-optimistic", "peers", "native-sync"];

/** Executions on each of their scenarios. */
const EXECUTIONS = 2_000;

/** What the simulator finds in the source as it stands; undefined if it finds nothing within the bound. */
async function simulatorsOwnTrace(name: string): Promise<string | undefined> {
  const { referencesOf } = await import("#fuzz/subjects/catalogue.ts");
  const { explain, runSearch } = await import("#fuzz/campaign/search-worker.ts");
  for (const scenario of await referencesOf(SIMULATED)) {
    const search = { scenario, strategy: "surw", seed: 1, executionsMax: EXECUTIONS };
    const { choices, executions } = await runSearch(search);
    if (choices !== undefined)
      return (await explain({ search, execution: executions, choices, scriptPath: `${name}.repro.ts` })).trace;
  }
  return undefined;
}
