import { availableParallelism } from "node:os";
import { basename, dirname, join, resolve } from "node:path";
import { type Command, InvalidArgumentError, Option } from "commander";
import { type Shard, shardOf, SHARDS_MAX, WHOLE } from "#fuzz/campaign/certificate/shard.ts";
import { InputError } from "#fuzz/host/input-error.ts";
import { EXIT, EXIT_OF_VERDICT } from "#fuzz/host/exit-code.ts";
import { parseDuration } from "./duration.ts";
import { COUNT_MAX, parseExecutions, parseSeed, parseWorkers, wholeNumber } from "./whole-number.ts";
import { namedCommand } from "./command-names.ts";

interface Options {
  readonly threads: number;
  readonly operations: number;
  readonly keys: number;
  readonly shard: Shard;
  readonly maxExecutions: number;
  /** Milliseconds. */
  readonly time?: number;
  readonly workers?: number;
  readonly out: string;
  readonly json?: string;
  readonly resume?: true;
  readonly save?: true;
  readonly check?: string;
  readonly sample: number;
  readonly seed: number;
}

/** `quiesce certify`: every scenario of a system up to a size, explored exhaustively. */
export function certifyCommand(): Command {
  return namedCommand("certify", "a system, as named by quiesce list")
    .option("--threads <n>", "threads", wholeNumber(1, 4), 2)
    .option("--operations <n>", "operations per thread", wholeNumber(1, 4), 2)
    .option("--keys <n>", "keys available to operations", wholeNumber(1, 6), 2)
    .option("--shard <i/n>", "explore only the i-th of n parts; quiesce merge-reports combines them", parseShard, WHOLE)
    .option("--max-executions <n>", "leave a scenario undecided after this many executions", parseExecutions, 1_000_000)
    .option("--time <duration>", "stop after this time, undecided, such as 30s or 2h", parseDuration)
    .option("--workers <n>", "worker threads (default: one per processor)", parseWorkers)
    .option("--out <folder>", "folder for the certificate", "reports/out/certificates")
    .addOption(
      new Option(
        "--json <file>",
        "also write the certificate here; - is standard output, and suppresses all other output there",
      ),
    )
    .option("--resume", "continue a stopped run of the same scope and code")
    .option("--save", "save the trace of each violation; every later verify replays it")
    .option("--check <file>", "only check a certificate by exploring a random sample of its scenarios again")
    .option("--sample <n>", "number of scenarios in the sample", wholeNumber(1, COUNT_MAX), 25)
    .option("--seed <n>", "seed that selects the sample", parseSeed, 1)
    .addHelpText(
      "after",
      `
Scenarios that differ only in the order of threads, in the names of keys, or in how the same initial contents were
produced count once. Equal code and scope give equal bytes in <system>-<threads>x<operations>x<keys>.json; the time is
in the .timing.json beside it, and the counts of each scenario in the .rows.json.

Exit codes: 0 every scenario was explored and holds, 1 a violation, 2 bad input, 3 not finished (a bound, --time or ^C).

Examples:
  quiesce certify peers --threads 2 --operations 1 --keys 2
  quiesce certify peers --threads 2 --operations 2 --keys 3 --shard 1/4
  quiesce certify peers --threads 3 --operations 1 --keys 3 --time 10m --resume
  quiesce certify ./my-structure.ts --threads 2 --operations 2
  quiesce certify --check reports/out/certificates/peers-2x2x2.json`,
    )
    .action(run);
}

/** @throws InvalidArgumentError if the text is not a shard */
function parseShard(text: string): Shard {
  const shard = shardOf(text);
  if (shard !== undefined) return shard;
  throw new InvalidArgumentError(
    `it must be a part and a number of parts, such as 1/4, with parts from 1 to at most ${SHARDS_MAX}.`,
  );
}

/** A user's module stands for every system that it exports. */
async function run(word: string | undefined, options: Options): Promise<void> {
  if (options.check !== undefined) return check(options.check, options);
  if (word === undefined) throw new InputError("certify: name a system, as quiesce list does, or a file to --check");
  const { isModulePath } = await import("#fuzz/host/command-path.ts");
  if (!isModulePath(word)) return certify(word, undefined, options);
  const { ownSystems } = await import("#fuzz/subjects/catalogue.ts");
  const module = resolve(word);
  let worst: number = EXIT_OF_VERDICT.holds;
  for (const { name } of await ownSystems(module)) {
    await certify(name, module, options);
    worst =
      process.exitCode === EXIT_OF_VERDICT.violated || worst === EXIT_OF_VERDICT.holds
        ? Number(process.exitCode)
        : worst;
  }
  process.exitCode = worst;
}

async function certify(system: string, module: string | undefined, options: Options): Promise<void> {
  const { performCertification } = await import("#fuzz/campaign/certificate/perform-certification.ts");
  const { commandPath, shellWord } = await import("#fuzz/host/command-path.ts");
  const { certificateLine, scopeText } = await import("#reports/certificate.ts");
  const { visibleText } = await import("#reports/visible-text.ts");
  const { linesBeside, progressOn } = await import("./progress.ts");
  const { updatePage } = await import("#fuzz/campaign/page/update-page.ts");
  const { pageLine } = await import("./page-line.ts");
  const { writeJson } = await import("./write-json.ts");

  const {
    threads,
    operations,
    keys,
    shard,
    maxExecutions,
    json,
    resume,
    save,
    workers = availableParallelism(),
  } = options;
  const out = resolve(options.out);
  const linesTo = linesBeside(json);
  const progress = progressOn(linesTo);
  const plan = {
    system,
    ...(module !== undefined && { module }),
    size: { threads, operations, keys },
    shard,
    executionsMax: maxExecutions,
  };
  const settings = { out, workers, time: options.time, resumes: resume === true, savesTraces: save === true };
  const listener = {
    onStart: progress.show,
    onNote: (line: string) => void process.stderr.write(`quiesce: ${line}\n`),
  };
  const end = await performCertification(plan, settings, listener).finally(progress.end);

  const { certificate, file, text, seconds, stopped } = end;
  writeJson(json, text);
  linesTo.write(`${certificateLine(certificate)}\n${scopeText(certificate)}\n`);
  for (const { scenario, property, because, trace } of certificate.violations) {
    const replay = `npx quiesce replay ${shellWord(commandPath(join(out, trace)))}`;
    linesTo.write(`VIOLATED ${property}: ${visibleText(because)} (${scenario})\nreplay  ${replay}\n`);
  }
  // Certificates lie in a folder of the reports, and their page beside that folder.
  const page = await updatePage(basename(out) === "certificates" ? dirname(out) : out, []);
  linesTo.write(`${seconds.toFixed(1)} s; certificate in ${commandPath(file)}\n${pageLine(page)}\n`);
  process.exitCode = EXIT_OF_VERDICT[certificate.verdict];
  if (stopped !== undefined) process.stderr.write(`quiesce: certify: ${stopped}; --resume goes on from here\n`);
}

async function check(file: string, { sample, seed, time, workers = availableParallelism() }: Options): Promise<void> {
  const { checkCertificate } = await import("#fuzz/campaign/certificate/check-certificate.ts");
  const { scopeText } = await import("#reports/certificate.ts");
  const { certificateName } = await import("#reports/coverage-text.ts");
  const { countOf } = await import("#reports/searched-under.ts");
  const { progressOn } = await import("./progress.ts");
  const progress = progressOn(process.stdout);
  const settings = { file: resolve(file), sample, seed, workers, time };
  const end = await checkCertificate(settings, progress.show).finally(progress.end);
  const { certificate, checked, differences, stopped } = end;
  for (const difference of differences)
    process.stdout.write(`differs   ${certificateName(certificate)}  ${difference}\n`);
  const again =
    `${countOf(checked, "scenario")} of ${certificate.explored} explored again, ` +
    `${differences.length} differ; seed ${seed}`;
  process.stdout.write(`${certificateName(certificate)}  ${again}\n${scopeText(certificate)}\n`);
  process.exitCode = differences.length > 0 ? EXIT.violated : stopped === undefined ? EXIT.verified : EXIT.unfinished;
  if (stopped !== undefined) process.stderr.write(`quiesce: certify: ${stopped}\n`);
}
