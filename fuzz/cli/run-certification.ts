/**
 * Makes a certificate for a command: workers, progress, interruption, files. What `certify` and `verify` have in
 * common.
 */
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { campaignFingerprint } from "#fuzz/campaign/resume-state.ts";
import { certify, type CertifyOutcome } from "#fuzz/campaign/certificate/certify.ts";
import { certifyPool } from "#fuzz/campaign/certificate/certify-pool.ts";
import { readCertifyState, removeCertifyState, writeCertifyState } from "#fuzz/campaign/certificate/certify-state.ts";
import { scopeScenarios } from "#fuzz/subjects/scope-scenarios.ts";
import { isInShard, type Shard } from "#fuzz/campaign/certificate/shard.ts";
import type { ScopeSize } from "#fuzz/systems/small-scenarios.ts";
import { codeVersion } from "#fuzz/host/code-version.ts";
import {
  type Certificate,
  certificateFile,
  certificateJson,
  certificateLine,
  certificateName,
} from "#reports/certificate.ts";
import { visibleText } from "#reports/visible-text.ts";
import { writeWholeFile } from "#reports/write-file.ts";
import { commandPath, prepareFolder } from "#reports/write-reports.ts";
import { EXIT, type ExitCode } from "#fuzz/host/exit-code.ts";
import { onInterruption } from "#fuzz/host/interruption.ts";
import { showProgress, timeLeftText } from "./progress.ts";
import { asUsage } from "./usage-error.ts";

export interface CertificationOptions {
  readonly system: string;
  readonly size: ScopeSize;
  readonly shard: Shard;
  /** Executions of one scenario. */
  readonly executionsMax: number;
  readonly workers: number;
  /** Folder of the certificate. */
  readonly out: string;
  readonly resumes: boolean;
  /** Milliseconds after which the run is stopped. */
  readonly time?: number;
  /** Another file for the certificate; `-` is standard output, which then carries nothing else. */
  readonly json?: string;
}

/** A state is written at most so often. */
const MILLISECONDS_BETWEEN_STATES = 2_000;

const ROOT = fileURLToPath(new URL("../..", import.meta.url));

/** @throws CommandError for what is the caller's to put right */
export async function performCertification(options: CertificationOptions): Promise<ExitCode> {
  const { system, size, shard, executionsMax, workers, out, json } = options;
  const scenarios = await asUsage(async () => scopeScenarios(system, size));
  const places = scenarios.map((_, place) => place).filter((place) => isInShard(place, shard));
  await asUsage(async () => prepareFolder(out, "--out"));
  const file = join(out, certificateFile({ system, scope: size, shard }));
  const statePath = file.replace(/json$/, "state.json");
  const key = `${system} ${JSON.stringify(size)} ${JSON.stringify(shard)} ${campaignFingerprint(ROOT, [])}`;
  const found = options.resumes ? readCertifyState(statePath, key) : new Map<number, CertifyOutcome>();
  if ("because" in found)
    process.stderr.write(`quiesce: nothing to resume: ${visibleText(found.because)}; starting anew\n`);
  const outcomes = new Map(found instanceof Map ? found : []);

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
  const deadline =
    options.time === undefined
      ? undefined
      : setTimeout(() => stop(`stopped by --time after ${(options.time ?? 0) / 1000} s`), options.time);
  const name = certificateName({ system, scope: size });
  const progress = showProgress(
    () => {
      const left = timeLeftText(outcomes.size - alreadyDone, places.length - alreadyDone, performance.now() - start);
      return [
        `${name}: ${outcomes.size} of ${places.length} scenarios`,
        `${executions.toLocaleString("en")} executions`,
        ...(left === "" ? [] : [left]),
      ].join(" · ");
    },
    { linesTo },
  );
  let certificate: Certificate;
  try {
    certificate = await asUsage(() =>
      certify(
        { system, size, shard, places, executionsMax, code: codeVersion(ROOT) },
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
      writeWholeFile(
        file.replace(/json$/, "timing.json"),
        `${JSON.stringify({ seconds, workers, scenarios: outcomes.size - alreadyDone, executions, node: process.version })}\n`,
      );
      if (stopReason === undefined) removeCertifyState(statePath);
      else writeCertifyState(statePath, key, outcomes.values());
      if (json !== undefined && json !== "-") writeWholeFile(json, certificateJson(certificate));
    });
    progress.end();
    if (json === "-") process.stdout.write(certificateJson(certificate));
    linesTo.write(`${certificateLine(certificate)}\n`);
    for (const { scenario, property, because, trace } of certificate.violations) {
      linesTo.write(
        `VIOLATED ${property}: ${visibleText(because)} (${scenario})\nreplay  npx quiesce replay ${commandPath(join(out, trace))}\n`,
      );
    }
    linesTo.write(`${seconds.toFixed(1)} s; certificate in ${commandPath(file)}\n`);
  } finally {
    progress.end();
    clearTimeout(deadline);
    endWatch();
    await pool.close();
  }
  if (stopReason !== undefined) {
    process.stderr.write(`quiesce: certify: ${stopReason}; --resume goes on from here\n`);
    return EXIT.unfinished;
  }
  return EXIT_OF_VERDICT[certificate.verdict];
}

const EXIT_OF_VERDICT = { holds: EXIT.verified, violated: EXIT.violated, unknown: EXIT.unfinished } as const;
