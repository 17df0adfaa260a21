import { availableParallelism } from "node:os";
import { resolve } from "node:path";
import { Command, InvalidArgumentError, Option } from "commander";
import { parseShard, type Shard, WHOLE } from "#fuzz/campaign/certificate/shard.ts";
import { parseDuration } from "./duration.ts";
import { parseExecutions, parseWorkers } from "./whole-number.ts";

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
}

/** `quiesce certify`: every scenario of a system up to a size, explored exhaustively. */
export function certifyCommand(): Command {
  return new Command("certify")
    .description("Explore every scenario of a system up to a size exhaustively, and write a certificate.")
    .argument("<system>", "the system, as quiesce list names it")
    .option("--threads <n>", "threads", parseSmall(4), 2)
    .option("--operations <n>", "operations of each thread", parseSmall(4), 2)
    .option("--keys <n>", "keys that operations may use", parseSmall(6), 2)
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
    .addHelpText(
      "after",
      `
Scenarios that differ only in the order of threads, in the names of keys, or in how the same initial contents came about count
once. Equal code and scope give equal bytes in <system>-<threads>x<operations>x<keys>.json; the time is in the .timing.json beside it.

Exit codes: 0 every scenario explored and holding, 1 a violation, 2 bad input, 3 not finished (a bound, --time or ^C).

Examples:
  quiesce certify peers --threads 2 --operations 1 --keys 2
  quiesce certify peers --threads 2 --operations 2 --keys 3 --shard 1/4
  quiesce certify peers --threads 3 --operations 1 --keys 3 --time 10m --resume`,
    )
    .action(run);
}

function parseSmall(max: number): (text: string) => number {
  return (text) => {
    const number = /^\d$/.test(text) ? Number(text) : 0;
    if (number >= 1 && number <= max) return number;
    throw new InvalidArgumentError(`it must be a whole number from 1 to ${max}.`);
  };
}

async function run(system: string, options: Options): Promise<void> {
  const { performCertification } = await import("./run-certification.ts");
  const { threads, operations, keys, shard, maxExecutions, time, workers, out, json, resume } = options;
  process.exitCode = await performCertification({
    system,
    size: { threads, operations, keys },
    shard,
    executionsMax: maxExecutions,
    workers: workers ?? availableParallelism(),
    out: resolve(out),
    resumes: resume === true,
    ...(time !== undefined && { time }),
    ...(json !== undefined && { json }),
  });
}
