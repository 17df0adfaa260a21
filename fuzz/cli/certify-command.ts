import { availableParallelism } from "node:os";
import { join, resolve } from "node:path";
import { type Command, InvalidArgumentError, Option } from "commander";
import { type Shard, shardOf, SHARDS_MAX, WHOLE } from "#fuzz/campaign/certificate/shard.ts";
import { EXIT_OF_VERDICT } from "#fuzz/host/exit-code.ts";
import { parseDuration } from "./duration.ts";
import { parseExecutions, parseWorkers, wholeNumber } from "./whole-number.ts";
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
}

/** `quiesce certify`: every scenario of a system up to a size, explored exhaustively. */
export function certifyCommand(): Command {
  return namedCommand("certify", "the system, as quiesce list names it")
    .option("--threads <n>", "threads", wholeNumber(1, 4), 2)
    .option("--operations <n>", "operations of each thread", wholeNumber(1, 4), 2)
    .option("--keys <n>", "keys that operations may use", wholeNumber(1, 6), 2)
    .option("--shard <i/n>", "do only the i-th of n parts; quiesce merge-reports puts them together", parseShard, WHOLE)
    .option("--max-executions <n>", "leave a scenario undecided after so many executions", parseExecutions, 1_000_000)
    .option("--time <duration>", "stop after this time, undecided, such as 30s or 2h", parseDuration)
    .option("--workers <n>", "worker threads; as many as there are processors unless given", parseWorkers)
    .option("--out <folder>", "folder of the certificate", "reports/out/certificates")
    .addOption(
      new Option(
        "--json <file>",
        "write the certificate there too; - is standard output, which then carries nothing else",
      ),
    )
    .option("--resume", "go on where a run of the same scope and code was stopped")
    .option("--save", "save the trace of each violation, to be replayed by every later run of verify")
    .addHelpText(
      "after",
      `
Scenarios that differ only in the order of threads, in the names of keys, or in how the same initial contents came about count
once. Equal code and scope give equal bytes in <system>-<threads>x<operations>x<keys>.json; the time is in the .timing.json beside it.

Exit codes: 0 every scenario explored and holding, 1 a violation, 2 bad input, 3 not finished (a bound, --time or ^C).

Examples:
  quiesce certify peers --threads 2 --operations 1 --keys 2
  quiesce certify peers --threads 2 --operations 2 --keys 3 --shard 1/4
  quiesce certify peers --threads 3 --operations 1 --keys 3 --time 10m --resume
  quiesce certify ./my-structure.ts --threads 2 --operations 2`,
    )
    .action(run);
}

/** @throws InvalidArgumentError for what is no shard */
function parseShard(text: string): Shard {
  const shard = shardOf(text);
  if (shard !== undefined) return shard;
  throw new InvalidArgumentError(
    `it must be a part and a number of parts, such as 1/4, with parts from 1 to at most ${SHARDS_MAX}.`,
  );
}

/** A module of one's own stands for each of the systems that it exports. */
async function run(word: string, options: Options): Promise<void> {
  const { isModulePath } = await import("#fuzz/subjects/catalogue.ts");
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
  const { certificateLine } = await import("#reports/certificate.ts");
  const { visibleText } = await import("#reports/visible-text.ts");
  const { linesBeside, progressOn } = await import("./progress.ts");
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
  linesTo.write(`${certificateLine(certificate)}\n`);
  for (const { scenario, property, because, trace } of certificate.violations) {
    const replay = `npx quiesce replay ${shellWord(commandPath(join(out, trace)))}`;
    linesTo.write(`VIOLATED ${property}: ${visibleText(because)} (${scenario})\nreplay  ${replay}\n`);
  }
  linesTo.write(`${seconds.toFixed(1)} s; certificate in ${commandPath(file)}\n`);
  process.exitCode = EXIT_OF_VERDICT[certificate.verdict];
  if (stopped !== undefined) process.stderr.write(`quiesce: certify: ${stopped}; --resume goes on from here\n`);
}
