import { availableParallelism } from "node:os";
import { resolve } from "node:path";
import { type Command, InvalidArgumentError, Option } from "commander";
import { EXIT } from "#fuzz/host/exit-code.ts";
import { InputError } from "#fuzz/host/input-error.ts";
import { isCheckout } from "#fuzz/host/project-root.ts";
import { namedCommand } from "./command-names.ts";
import { parseDuration } from "./duration.ts";
import { COUNT_MAX, parseExecutions, parseSeed, parseWorkers, wholeNumber } from "./whole-number.ts";

interface Options {
  readonly file?: string;
  readonly mutants?: readonly number[];
  readonly sample?: number;
  readonly seed: number;
  readonly executions: number;
  /** Milliseconds. */
  readonly time?: number;
  readonly workers?: number;
  readonly out: string;
  readonly json?: string;
  readonly incremental?: true;
  readonly resume?: true;
  readonly verbose?: true;
}

/** Survivors that are listed unless all are asked for. */
const LISTED_MAX = 10;

/** `quiesce mutants`: how many mutants of the code under test the gate kills. */
export function mutantsCommand(): Command {
  return namedCommand("mutants", "systems whose code is mutated and whose checks are run; all unless named")
    .option("--file <path>", "only the mutants of this file of impl/")
    .option("--mutants <numbers>", "only these mutants of the file, with commas between them", parseNumbers)
    .option("--sample <n>", "so many mutants, drawn by the seed, instead of all", wholeNumber(1, COUNT_MAX))
    .option("--seed <n>", "seed of all randomness", parseSeed, 1)
    .option(
      "--executions <n>",
      "graphs of a scenario, and a quarter of it as executions of each search; at most those of verify --profile quick",
      parseExecutions,
      100,
    )
    .option("--time <duration>", "stop after this time, undecided, such as 30s or 2h", parseDuration)
    .option("--workers <n>", "worker threads; as many as there are processors unless given", parseWorkers)
    .option("--out <folder>", "folder of the result and its page", "reports/out")
    .addOption(new Option("--json <file>", "write the result there too; - is standard output, instead of the text"))
    .option("--incremental", "take over the verdicts of an earlier result in the folder, where all is as it was")
    .option("--resume", "go on where a run with the same seed, executions and code was stopped")
    .option("--verbose", "list all survivors, and the mutants that nothing reaches")
    .addHelpText(
      "after",
      `
The mutation score of the gate: each mutant is a small fault in a file of impl/ (another comparison, a block left out), switched on in
memory. Every scenario of verify, and conformance of its system, that reaches the mutant is run on it, the one with the fewest accesses
first, until a property is violated: that kills the mutant. Files stay as they are.

The searches are those of verify --profile quick, with fewer executions, and at most a hundred times --executions as a whole for one
mutant: verify may kill more. Saved traces, weak memory, certificates
and stress are not run. Equal seed, executions and code give equal verdicts, whatever the number of workers.

Writes mutants.json, in the schema of mutation testing, and the page with its viewer.

Exit codes: 0 the score is measured, 2 bad input, 3 not finished (--time or ^C).

Examples:
  quiesce mutants
  quiesce mutants peers peers-optimistic --time 10m
  quiesce mutants --sample 200
  quiesce mutants --file impl/sync/seqlock.ts
  quiesce mutants native-sync --file impl/native/lock.ts --mutants 3,4 --executions 42000
  quiesce mutants --incremental --json -`,
    )
    .action(run);
}

/** @throws InvalidArgumentError for what is no list of whole numbers */
function parseNumbers(text: string): readonly number[] {
  if (/^\d{1,6}(,\d{1,6})*$/.test(text)) return text.split(",").map(Number);
  throw new InvalidArgumentError("it must be whole numbers with commas between them, such as 3,4.");
}

async function run(systems: readonly string[], options: Options): Promise<void> {
  if (!isCheckout)
    throw new InputError(
      "mutants: the mutants are those of quiesce's own sources, which the package does not hold; run it in a checkout",
    );
  const { noteModules } = await import("#fuzz/host/loaded-modules.ts");
  // Before anything that systems load: which files a system loads is noted as that happens.
  noteModules();
  const { MUTANTS_FILE, performMutants } = await import("#fuzz/campaign/mutants/perform-mutants.ts");
  const { updatePage } = await import("#fuzz/campaign/page/update-page.ts");
  const { commandPath } = await import("#fuzz/host/command-path.ts");
  const { mutationReport } = await import("#reports/mutation-report.ts");
  const { mutantLine, mutantRemarks, mutantTable } = await import("#reports/mutants-text.ts");
  const { visibleText } = await import("#reports/visible-text.ts");
  const { pageLine } = await import("./page-line.ts");
  const { linesBeside, progressOn } = await import("./progress.ts");
  const { writeJson } = await import("./write-json.ts");

  const { file, mutants, sample, seed, executions, time, workers = availableParallelism(), json, verbose } = options;
  const out = resolve(options.out);
  const linesTo = linesBeside(json);
  const progress = progressOn(linesTo);
  const plan = { systems, file, mutants, sample, bounds: { seed, executionsMax: executions } };
  const settings = {
    out,
    workers,
    time,
    resumes: options.resume === true,
    isIncremental: options.incremental === true,
  };
  const listener = {
    onStart: progress.show,
    onNote: (line: string) => void process.stderr.write(`quiesce: ${visibleText(line)}\n`),
  };
  const end = await performMutants(plan, settings, listener).finally(progress.end);
  const { tried, sources, checks, terms, failing, stopped } = end;

  const text = `${JSON.stringify(mutationReport(tried, sources, checks, terms), null, 1)}\n`;
  const page = await updatePage(out, [{ name: MUTANTS_FILE, text }]);
  writeJson(json, text);
  const print = (line: string): void => void linesTo.write(`${line}\n`);
  for (const check of failing) print(`left out, since it fails without a mutant: ${visibleText(check)}`);
  const open = tried.filter(({ status }) => status === "survived" || (verbose === true && status === "not-reached"));
  const listed = verbose === true ? open : open.slice(0, LISTED_MAX);
  for (const mutant of listed) print(mutantLine(mutant));
  if (listed.length < open.length) print(`and ${open.length - listed.length} more survivors; --verbose lists them`);
  if (open.length > 0) print("");
  for (const line of mutantTable(tried)) print(line);
  const remarks = mutantRemarks(tried);
  if (remarks !== undefined) print(remarks);
  print(
    `seed ${seed}, --executions ${executions}; mutants in ${commandPath(resolve(out, MUTANTS_FILE))}\n${pageLine(page)}`,
  );
  process.exitCode = stopped === undefined ? EXIT.verified : EXIT.unfinished;
  if (stopped !== undefined) process.stderr.write(`quiesce: mutants: ${stopped}; --resume goes on from here\n`);
}
