import { availableParallelism } from "node:os";
import { resolve } from "node:path";
import type { Command } from "commander";
import type { Simulated, StressEnd } from "#fuzz/campaign/stress/stress-on-demand.ts";
import { parseDuration } from "./duration.ts";
import { EXIT } from "#fuzz/host/exit-code.ts";
import { drawSeed, parseSeed, wholeNumber } from "./whole-number.ts";
import { namedCommand } from "./command-names.ts";

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

/** For the help, which must not wait for the imports of a run; see STRESSED_SYSTEMS. */
const SYSTEMS = ["peers"];

const THREADS_MAX = 60;
const OPERATIONS_MAX = 10_000_000;

/** `quiesce stress`: runs the same source on real threads under load, and checks it. */
export function stressCommand(): Command {
  return namedCommand("stress", `what runs: ${SYSTEMS.join(", ")}`)
    .option(
      "--threads <n>",
      "worker threads (default: one per processor)",
      wholeNumber(1, THREADS_MAX),
      Math.min(THREADS_MAX, availableParallelism()),
    )
    .option("--time <duration>", "duration, such as 30s or 10m; the last round is finished", parseDuration, 30_000)
    .option("--operations <n>", "operations per thread and round", wholeNumber(1, OPERATIONS_MAX), 50_000)
    .option(
      "--seed <n>",
      "seed of the operations (default: drawn and printed); the host decides the schedules",
      parseSeed,
    )
    .option("--bug <slug>", "first put a bug of the museum back, in memory")
    .option("--out <folder>", "folder for violations", "reports/out/stress")
    .option("--json <file>", "write the result as JSON; - replaces the text on standard output")
    .addHelpText(
      "after",
      `
Each round's history is checked for linearizability address by address, and the remaining memory for its invariants. A
violation is saved with its history. The simulator then looks for an interleaving in which the operations return the
same values; failing that, for any violation in the scenarios of the same source (with --bug, in the one that its patch
names). A violation found there is saved as a trace that replays.

Exit codes: 0 no violation in that time, 1 a violation, 2 bad input, 3 interrupted.

Examples:
  quiesce stress peers
  quiesce stress peers --threads 2 --time 10m
  quiesce stress peers --bug inetpeer-ipid-range-overlap --time 1m --json -`,
    )
    .action(run);
}

async function run(system: string, { json, out, time, seed = drawSeed(), ...options }: Options): Promise<void> {
  const { stressOnDemand } = await import("#fuzz/campaign/stress/stress-on-demand.ts");
  const { visibleText } = await import("#reports/visible-text.ts");
  const { linesBeside, progressOn } = await import("./progress.ts");
  const { writeJson } = await import("./write-json.ts");

  const demand = { ...options, system, seed, milliseconds: time, out: resolve(out) };
  const progress = progressOn(linesBeside(json));
  const end = await stressOnDemand(demand, {
    onStart(describe) {
      process.stderr.write(`${system}: ${options.threads} threads for ${time / 1000} s, seed ${seed}\n`);
      progress.show(describe);
    },
    onViolation() {
      progress.end();
      process.stderr.write("looking for it in the simulator\n");
    },
  }).finally(progress.end);
  const { violation, stopped } = end;
  writeJson(json, `${JSON.stringify({ format: "quiesce-stress-result", version: 1, ...end }, null, 2)}\n`);
  if (json !== "-") for (const line of lines(end)) process.stdout.write(`${visibleText(line)}\n`);
  process.exitCode = violation !== undefined ? EXIT.violated : stopped !== undefined ? EXIT.unfinished : EXIT.verified;
}

function lines({
  system,
  bug,
  violation,
  operations,
  rounds,
  threads,
  seed,
  stopped,
  files,
  simulated,
}: StressEnd): readonly string[] {
  const count = operations.toLocaleString("en-US");
  const amount = `${count} operations of ${threads} threads in ${rounds} rounds, seed ${seed}`;
  if (violation !== undefined) {
    const replay = files
      .filter((file) => file.endsWith(".trace.json"))
      .map((file) => `replay  npx quiesce replay ${file}`);
    return [
      `VIOLATED ${violation.property}: ${violation.because}`,
      `        in a round that ${violation.kind}${violation.delayed ? ", with delays" : ""}, after ${amount}`,
      ...(simulated === undefined ? [] : [`        ${simulatedText(simulated)}`]),
      ...files.map((file) => `saved   ${file}`),
      ...replay,
    ];
  }
  const name = bug === undefined ? system : `${system}-${bug}`;
  return [stopped === undefined ? `held      ${name}  ${amount}` : `unknown   ${name}  ${stopped} after ${amount}`];
}

/** The simulator's result, in a sentence. */
function simulatedText({ found, operations, executions }: Simulated): string {
  const looked =
    operations === 0
      ? "the history is too long to look for in the simulator"
      : `in the simulator, no interleaving with the same history of ${operations} operations in ` +
        `${executions.toLocaleString("en-US")} executions`;
  switch (found) {
    case "same-history":
      return (
        `in the simulator, an interleaving with the same history of ${operations} operations, after ` +
        `${executions.toLocaleString("en-US")} executions`
      );
    case "violation":
      return `${looked}; another violation of the same source`;
    case "none":
      return `${looked}; nor another violation of the same source`;
  }
}
