import { availableParallelism } from "node:os";
import { resolve } from "node:path";
import { type Command, InvalidArgumentError, Option } from "commander";
import type { SwitchBound } from "#fuzz/campaign/exploration/explore-task.ts";
import type { Failure } from "#fuzz/explore/explore.ts";
import type { Program } from "#fuzz/machine/program.ts";
import type { ProgramSource } from "#fuzz/subjects/program-source.ts";
import { visibleText } from "#reports/visible-text.ts";
import { isTableModel, type TableModel, tableModels } from "#fuzz/explore/table-model.ts";
import { parseDuration } from "./duration.ts";
import { EXIT, type ExitCode } from "#fuzz/host/exit-code.ts";
import { InputError } from "#fuzz/host/input-error.ts";
import type { MachineExploration } from "./explore-on-machine.ts";
import { parseExecutions, parseSeed, parseWorkers } from "./whole-number.ts";
import { namedCommand } from "./command-names.ts";
import { knownNames, unknownName } from "#fuzz/host/unknown-name.ts";

type Strategy = "exhaustive" | "dfs" | SwitchBound;

interface Options {
  readonly parameter: Readonly<Record<string, number>>;
  readonly model: TableModel;
  readonly strategy: Strategy;
  readonly maxExecutions?: number;
  /** Milliseconds. */
  readonly time?: number;
  readonly workers?: number;
  readonly estimate?: number;
  readonly seed: number;
  readonly json?: string;
  readonly replay?: string;
}

/** The JSON of `--json`. */
interface Verdict {
  readonly program: string;
  readonly parameters: Readonly<Record<string, number>>;
  readonly model: string;
  readonly executions: number;
  readonly blocked: number;
  readonly complete: boolean;
  /** Absent when every execution was requested. */
  readonly strategy?: string;
  /** Executions beyond the bound on preemptions or delays, which are not among `executions`. */
  readonly beyond?: number;
  readonly failure?: Failure;
  /** Under es, whether an execution has a data race. */
  readonly race?: boolean;
  /** The machine's verdict, for a program that only the machine can judge. */
  readonly violation?: MachineExploration["violation"];
}

/** `quiesce explore`: every execution of a small program, once. */
export function exploreCommand(): Command {
  return namedCommand("explore", "a toy program, or the path of a module that exports one or create(parameters)")
    .option("-p, --parameter <name=number>", "a parameter of the program; repeatable", collectParameter, {})
    .option("--model <model>", `memory model: ${Object.keys(tableModels).join(", ")}`, parseModel, "sc")
    .option(
      "--strategy <strategy>",
      "exhaustive; dfs: every schedule one by one; preemptions=N or delays=N: executions within that bound",
      parseStrategy,
      "exhaustive",
    )
    .option("--max-executions <n>", "stop after this many executions, undecided", parseExecutions)
    .option("--time <duration>", "stop after this time, undecided, such as 30s or 2h", parseDuration)
    .option("--workers <n>", "worker threads (default: one per processor)", parseWorkers)
    .addOption(
      new Option(
        "--estimate <nodes>",
        "only estimate the number of executions, from about this many nodes of the tree",
      ).argParser(parseExecutions),
    )
    .option("--seed <n>", "seed of the descents", parseSeed, 1)
    .option(
      "--json <file>",
      "write the counts as JSON, a line for each model; - is standard output, which then carries nothing else",
    )
    .option("--replay <file>", "strictly replay the failing execution in a file written by --json")
    .addHelpText(
      "after",
      `
Accesses have the orderings of the source under sc, tso and rc11, are all relaxed under rc11-relaxed, and all
release/acquire under ra and rc11-release-acquire (ra also has such fences). A program that frees objects, or whose
known bug is not a failing assertion, is judged by the machine: exhaustively, and under sc alone. Under es, plain
accesses are those of JavaScript and all others are Atomics; litmus tests of agents (*.json, *.litmus.js) are explored
too.

Without --model, a program is explored under each of the memoryModels of quiesce.config.ts. "quiesce list" prints the toy programs.

Exit codes: 0 every execution was visited, 1 an execution failed, 2 bad input, 3 not finished (a bound, --time or ^C).

Examples:
  quiesce explore sb --model tso
  quiesce explore rinc -p N=3 -p K=2 --json -
  quiesce explore rinc -p N=2 -p K=3 --strategy preemptions=2
  quiesce explore my-queue.ts -p N=4 --estimate 10000
  quiesce explore --model es MP.litmus.js`,
    )
    .action(async (word: string | undefined, options: Options, command: Command) => {
      const isGiven = command.getOptionValueSource("model") !== "default";
      await run(word, options, isGiven ? [options.model] : await configuredModels(options.model));
    });
}

/** @throws InputError for a model of the configuration that there is none of */
async function configuredModels(unless: TableModel): Promise<readonly TableModel[]> {
  const { readConfiguration } = await import("#fuzz/host/configuration.ts");
  const names = (await readConfiguration())?.memoryModels;
  return (
    names?.map((name) => {
      if (isTableModel(name)) return name;
      throw new InputError(`quiesce.config: ${unknownName("memory model", name, Object.keys(tableModels))}`);
    }) ?? [unless]
  );
}

function collectParameter(text: string, before: Readonly<Record<string, number>>): Readonly<Record<string, number>> {
  const match = /^(\w+)=(-?\d{1,9})$/.exec(text);
  if (match?.[1] === undefined) throw new InvalidArgumentError("it must be a name and a whole number, such as N=3.");
  return { ...before, [match[1]]: Number(match[2]) };
}

function parseModel(text: string): TableModel {
  if (isTableModel(text)) return text;
  throw new InvalidArgumentError(knownNames(text, Object.keys(tableModels)));
}

function parseStrategy(text: string): Strategy {
  if (text === "exhaustive" || text === "dfs") return text;
  const match = /^(preemptions|delays)=(\d{1,4})$/.exec(text);
  if (match === null) throw new InvalidArgumentError("there are exhaustive, dfs, preemptions=N and delays=N.");
  return { kind: match[1] === "delays" ? "delays" : "preemptions", max: Number(match[2]) };
}

async function run(word: string | undefined, options: Options, models: readonly TableModel[]): Promise<void> {
  if (options.replay !== undefined) return replay(options.replay);
  if (word === undefined) throw new InputError("explore: name a program, or a module that exports create(parameters)");
  const { agentsText, exploreAgentsFile, isAgentsFile } = await import("./explore-agents-file.ts");
  const { writeJson } = await import("./write-json.ts");
  if (isAgentsFile(word)) {
    requireEs(word, options);
    const found = await exploreAgentsFile(word, options);
    if (found !== undefined) {
      const { exactJson } = await import("#reports/exact-json.ts");
      writeJson(options.json, `${exactJson(found)}\n`);
      if (options.json !== "-") process.stdout.write(agentsText(found));
    }
    process.exitCode = found?.complete === true ? EXIT.verified : EXIT.unfinished;
    return;
  }
  const { loadJudgedProgram, programSource } = await import("#fuzz/subjects/program-source.ts");
  const source = await programSource(word, options.parameter);
  const judged = await loadJudgedProgram(source);
  if (judged === undefined && options.estimate !== undefined) return estimate(word, source, options, options.estimate);
  const verdicts: Verdict[] = [];
  // The machine has one model: a program that it judges is not run again for each that is configured.
  for (const model of judged !== undefined && models.includes("sc") ? (["sc"] as const) : models) {
    const under = { ...options, model };
    const verdict =
      judged === undefined ? await explore(word, source, under) : await exploreJudged(word, source, judged, under);
    if (verdict === undefined) return;
    verdicts.push(verdict);
    if (options.json !== "-") process.stdout.write(await describe(verdict, source));
  }
  writeJson(options.json, verdicts.map((verdict) => `${JSON.stringify(verdict)}\n`).join(""));
  process.exitCode = exitCodeOf(verdicts);
}

function exitCodeOf(verdicts: readonly Verdict[]): ExitCode {
  if (verdicts.some(({ failure, violation }) => failure !== undefined || violation !== undefined)) return EXIT.violated;
  return verdicts.every(({ complete }) => complete) ? EXIT.verified : EXIT.unfinished;
}

/** @throws InputError for options that do not apply to agents */
function requireEs(word: string, { model, strategy, estimate: probes }: Options): void {
  if (model !== "es") throw new InputError(`explore: ${word}: agents have one model: add --model es`);
  if (strategy !== "exhaustive" || probes !== undefined)
    throw new InputError(`explore: ${word}: agents are explored exhaustively, without --strategy and --estimate`);
}

/** @throws InputError for options that do not apply to the machine */
async function exploreJudged(
  word: string,
  { parameters }: ProgramSource,
  program: Program,
  { model, strategy, estimate: nodesMax, maxExecutions, time }: Options,
): Promise<Verdict> {
  const { exploreOnMachine } = await import("./explore-on-machine.ts");
  if (model !== "sc" || strategy !== "exhaustive" || nodesMax !== undefined)
    throw new InputError(`explore: ${word} is judged by the machine: exhaustively, and under sc alone`);
  const limits = { ...(maxExecutions !== undefined && { maxExecutions }), ...(time !== undefined && { time }) };
  return { program: word, parameters, model, ...exploreOnMachine(program, limits) };
}

/**
 * The result; undefined for a failing schedule, which has been printed.
 *
 * @throws InputError for a program that is not deterministic or does not end
 */
async function explore(
  word: string,
  source: ProgramSource,
  { model, strategy, maxExecutions, time, json, seed, workers = availableParallelism() }: Options,
): Promise<Verdict | undefined> {
  const { openEngine } = await import("#fuzz/campaign/engine.ts");
  const { exploreInParts, runEverySchedule } = await import("#fuzz/campaign/exploration/explore-in-parts.ts");
  const { estimateExecutions } = await import("#fuzz/explore/estimate.ts");
  const { estimateText } = await import("#reports/estimate-text.ts");
  const { tableOptions } = await import("#fuzz/explore/table-model.ts");
  const { loadProgram } = await import("#fuzz/subjects/program-source.ts");
  const { linesBeside, progressOn } = await import("./progress.ts");
  const program = await loadProgram(source);
  const engine = openEngine({ workers, time });
  let expected: string | undefined;
  const progress = progressOn(linesBeside(json));
  progress.show(() => {
    expected ??= estimateText(estimateExecutions(program, { ...tableOptions(model), nodesMax: PROGRESS_NODES, seed }));
    return `${word}: ${engine.executions().toLocaleString("en")} executions of ${expected}`;
  });
  const named = { program: word, parameters: source.parameters, model };
  try {
    if (strategy === "dfs") {
      if (model !== "sc" && model !== "tso")
        throw new InputError(`explore: schedules explain sc and tso, not ${model}`);
      const found = await runEverySchedule(
        { source, model, ...(maxExecutions !== undefined && { schedulesMax: maxExecutions }) },
        engine,
      );
      if (found?.failure !== undefined) {
        const { thread, message } = found.failure;
        process.stderr.write(
          `quiesce: explore: thread ${thread} fails: ${visibleText(message)}; --strategy exhaustive shows how\n`,
        );
        process.exitCode = EXIT.violated;
        return undefined;
      }
      const { complete = 0, blocked = 0, finished = false } = found ?? {};
      return { ...named, executions: complete, blocked, complete: finished, strategy };
    }
    const bound = strategy === "exhaustive" ? undefined : strategy;
    if (bound !== undefined && model === "es")
      throw new InputError("explore: executions under es have no schedules, so --strategy has no meaning");
    const order = {
      source,
      model,
      ...(bound !== undefined && { bound }),
      ...(maxExecutions !== undefined && { executionsMax: maxExecutions }),
    };
    const { executions, blocked, complete, failure, race, within } = await exploreInParts(
      program,
      order,
      engine,
      workers,
    );
    const counts = {
      ...named,
      executions: within ?? executions,
      blocked,
      complete,
      ...(failure !== undefined && { failure }),
      ...(race !== undefined && { race }),
    };
    return bound === undefined
      ? counts
      : { ...counts, strategy: `${bound.kind}=${bound.max}`, beyond: executions - (within ?? 0) };
  } finally {
    progress.end();
    await engine.close();
  }
}

/** Nodes visited for the estimate in the progress line. */
const PROGRESS_NODES = 2_000;

async function describe(
  { program, parameters, model, executions, blocked, complete, strategy, beyond, failure, race, violation }: Verdict,
  source: ProgramSource,
): Promise<string> {
  const { graphLines } = await import("#fuzz/explore/graph-trace.ts");
  const { loadProgram } = await import("#fuzz/subjects/program-source.ts");
  const given = Object.entries(parameters).map(([name, value]) => ` ${name}=${value}`);
  const counts =
    `${executions.toLocaleString("en")} ` +
    `${executions === 1 ? "execution" : "executions"}${blocked === 0 ? "" : `, ${blocked.toLocaleString("en")} blocked`}`;
  const how =
    strategy === undefined
      ? ""
      : ` (${strategy}${beyond === undefined ? "" : `; ${beyond.toLocaleString("en")} need more`})`;
  const isFinished = complete || failure !== undefined || violation !== undefined;
  const line =
    `${program}${given.join("")} under ${model}: ` +
    `${counts}${how}${isFinished ? "" : "; not finished, there may be more"}\n`;
  if (violation !== undefined)
    return (
      `${line}VIOLATED ${violation.property}: ${violation.because}\n  quiesce fuzz ${program} --strategy ` +
      "exhaustive shows how\n"
    );
  if (failure === undefined) {
    const { raceLine } = await import("./explore-agents-file.ts");
    return complete ? [line, ...raceLine(race).map((text) => `${text}\n`)].join("") : line;
  }
  const names = await loadProgram(source);
  const thread = names.threadNames?.[failure.thread] ?? failure.thread;
  return `${line}FAILED thread ${thread}: ${failure.message}\n${graphLines(failure.graph, names)
    .map((text) => `  ${text}\n`)
    .join("")}`;
}

async function estimate(
  word: string,
  source: ProgramSource,
  { model, seed, json }: Options,
  nodesMax: number,
): Promise<void> {
  const { loadProgram } = await import("#fuzz/subjects/program-source.ts");
  const { estimateExecutions } = await import("#fuzz/explore/estimate.ts");
  const { estimateText } = await import("#reports/estimate-text.ts");
  const { tableOptions } = await import("#fuzz/explore/table-model.ts");
  const program = await loadProgram(source);
  const found = estimateExecutions(program, { ...tableOptions(model), nodesMax, seed });
  const text =
    json === "-"
      ? JSON.stringify({ program: word, parameters: source.parameters, model, estimate: found, seed })
      : `${word} under ${model}: ${estimateText(found)} executions, from ${found.nodes.toLocaleString("en")} ` +
        `nodes of the tree (seed ${seed})`;
  process.stdout.write(`${text}\n`);
}

/** @throws InputError if the file holds no failing execution */
async function replay(path: string): Promise<void> {
  const { readFailingGraph } = await import("#fuzz/subjects/failing-graph.ts");
  const { loadProgram, programSource } = await import("#fuzz/subjects/program-source.ts");
  const { replayGraph } = await import("#fuzz/explore/graph-replay.ts");
  const { program, parameters, model, failure } = await readFailingGraph(resolve(path));
  const source = await programSource(program, parameters);
  const result = replayGraph(await loadProgram(source), failure.graph, model);
  if (result.kind === "diverged") throw new InputError(`explore: the execution does not come back: ${result.because}`);
  if (result.kind === "passed") throw new InputError("explore: the execution comes back, and does not fail any more");
  process.stdout.write(`${program} under ${model}: FAILED again: thread ${result.thread}: ${result.message}\n`);
  process.exitCode = EXIT.violated;
}
