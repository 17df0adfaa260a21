import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { Command, InvalidArgumentError, Option } from "commander";
import type { CertifyOutcome } from "#fuzz/certify/certify.ts";
import { parseShard, type Shard, WHOLE } from "#fuzz/certify/shard.ts";
import type { Certificate } from "#reports/certificate.ts";
import { parseDuration } from "./duration.ts";
import { CommandError, EXIT } from "./exit-code.ts";
import { asUsage } from "./usage-error.ts";
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

/** A state is written at most so often. */
const MILLISECONDS_BETWEEN_STATES = 2_000;

const ROOT = fileURLToPath(new URL("../..", import.meta.url));

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
    .addOption(new Option("--json <file>", "write the certificate there too; - is standard output, which then carries nothing else"))
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
  const { certificateFile, certificateJson, certificateLine, certificateName } = await import("#reports/certificate.ts");
  const { writeWholeFile } = await import("#reports/write-file.ts");
  const { commandPath, prepareFolder } = await import("#reports/write-reports.ts");
  const { visibleText } = await import("#reports/visible-text.ts");
  const { isInShard } = await import("#fuzz/certify/shard.ts");
  const { certify } = await import("#fuzz/certify/certify.ts");
  const { certifyPool } = await import("#fuzz/certify/certify-pool.ts");
  const { scopeScenarios } = await import("#fuzz/certify/scope-scenarios.ts");
  const { readCertifyState, removeCertifyState, writeCertifyState } = await import("#fuzz/certify/certify-state.ts");
  const { campaignFingerprint } = await import("#fuzz/campaign/resume-state.ts");
  const { codeVersion } = await import("#fuzz/machine/code-version.ts");
  const { onInterruption } = await import("./interruption.ts");
  const { showProgress, timeLeftText } = await import("./progress.ts");
  const { availableParallelism } = await import("node:os");

  const size = { threads: options.threads, operations: options.operations, keys: options.keys };
  const { shard, json } = options;
  const scenarios = await asUsage(async () => scopeScenarios(system, size));
  const places = scenarios.map((_, place) => place).filter((place) => isInShard(place, shard));
  const out = resolve(options.out);
  await asUsage(async () => prepareFolder(out, "--out"));
  const file = join(out, certificateFile({ system, scope: size, shard }));
  const statePath = file.replace(/json$/, "state.json");
  const key = `${system} ${JSON.stringify(size)} ${JSON.stringify(shard)} ${campaignFingerprint(ROOT, [])}`;
  const found = options.resume === true ? readCertifyState(statePath, key) : new Map<number, CertifyOutcome>();
  if ("because" in found) process.stderr.write(`quiesce: nothing to resume: ${visibleText(found.because)}; starting anew\n`);
  const outcomes = new Map(found instanceof Map ? found : []);

  const workers = options.workers ?? availableParallelism();
  const linesTo = json === "-" ? process.stderr : process.stdout;
  const start = performance.now();
  const alreadyDone = outcomes.size;
  let executions = 0;
  let savedAt = start;
  let stopReason: string | undefined;
  const pool = certifyPool(workers);
  const stop = (why: string): void => {
    stopReason ??= why;
    pool.stop();
  };
  const endWatch = onInterruption(stop);
  const deadline = options.time === undefined ? undefined : setTimeout(() => stop(`stopped by --time after ${(options.time ?? 0) / 1000} s`), options.time);
  const name = certificateName({ system, scope: size });
  const progress = showProgress(
    () => {
      const left = timeLeftText(outcomes.size - alreadyDone, places.length - alreadyDone, performance.now() - start);
      return [`${name}: ${outcomes.size} of ${places.length} scenarios`, `${executions.toLocaleString("en")} executions`, ...(left === "" ? [] : [left])].join(" · ");
    },
    { linesTo },
  );
  let certificate: Certificate;
  try {
    certificate = await asUsage(() =>
      certify(
        { system, size, shard, places, executionsMax: options.maxExecutions, code: codeVersion(ROOT) },
        {
          run: pool.run,
          lanes: workers,
          finished: new Map(outcomes),
          onOutcomes: (done) => {
            for (const outcome of done) {
              outcomes.set(outcome.place, outcome);
              executions += outcome.executions;
            }
            if (performance.now() - savedAt < MILLISECONDS_BETWEEN_STATES) return;
            savedAt = performance.now();
            writeCertifyState(statePath, key, outcomes.values());
          },
          stopReason: () => stopReason,
          saveTrace: ({ scenario, trace }) => {
            const path = `traces/${scenario}.trace.json`;
            writeWholeFile(join(out, path), trace ?? "");
            return path;
          },
        },
      ),
    );
    const seconds = Math.round(performance.now() - start) / 1000;
    await asUsage(async () => {
      writeWholeFile(file, certificateJson(certificate));
      writeWholeFile(file.replace(/json$/, "timing.json"), `${JSON.stringify({ seconds, workers, scenarios: outcomes.size - alreadyDone, executions, node: process.version })}\n`);
      if (stopReason === undefined) removeCertifyState(statePath);
      else writeCertifyState(statePath, key, outcomes.values());
      if (json !== undefined && json !== "-") writeWholeFile(json, certificateJson(certificate));
    });
    progress.end();
    if (json === "-") process.stdout.write(certificateJson(certificate));
    linesTo.write(`${certificateLine(certificate)}\n`);
    for (const { scenario, property, because, trace } of certificate.violations) {
      linesTo.write(`VIOLATED ${property}: ${visibleText(because)} (${scenario})\nreplay  npx quiesce replay ${commandPath(join(out, trace))}\n`);
    }
    linesTo.write(`${seconds.toFixed(1)} s; certificate in ${commandPath(file)}\n`);
  } finally {
    progress.end();
    clearTimeout(deadline);
    endWatch();
    await pool.close();
  }
  if (stopReason !== undefined) throw new CommandError(`certify: ${stopReason}; --resume goes on from here`, EXIT.unfinished);
  process.exitCode = { holds: EXIT.verified, violated: EXIT.violated, unknown: EXIT.unfinished }[certificate.verdict];
}
