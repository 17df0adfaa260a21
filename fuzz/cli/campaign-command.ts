import { availableParallelism } from "node:os";
import { setTimeout as pause } from "node:timers/promises";
import { resolve } from "node:path";
import { type Command, Option } from "commander";
import type { LongCampaignEnd } from "#fuzz/campaign/long/perform-long-campaign.ts";
import type { WorkerPool } from "#fuzz/campaign/worker-pool.ts";
import { InputError } from "#fuzz/host/input-error.ts";
import { onInterruption } from "#fuzz/host/interruption.ts";
import type { ScenarioReference } from "#fuzz/subjects/catalogue.ts";
import { EXIT, type ExitCode } from "#fuzz/host/exit-code.ts";
import { namedCommand } from "./command-names.ts";
import { parseDuration } from "./duration.ts";
import { COUNT_MAX, parseSeed, parseWorkers, wholeNumber } from "./whole-number.ts";

interface Options {
  readonly store: string;
  readonly out: string;
  readonly seed: number;
  /** Milliseconds. */
  readonly time?: number;
  readonly rounds?: number;
  readonly workers?: number;
  readonly json?: string;
  readonly recheck?: true;
  readonly queue?: string;
  readonly watch?: true;
}

/** `quiesce campaign`: runs until it is stopped. */
export function campaignCommand(): Command {
  return namedCommand("campaign", "scenarios, systems, or modules of your own; default: all")
    .option("--store <file>", "file that keeps the results", "reports/out/campaign.db")
    .option("--out <folder>", "folder for certificates and for histories of real threads", "reports/out")
    .option("--seed <n>", "seed of all randomness", parseSeed, 1)
    .option("--time <duration>", "stop after this time, such as 30s or 2h", parseDuration)
    .option("--rounds <n>", "stop after this many rounds", wholeNumber(1, COUNT_MAX))
    .option("--workers <n>", "worker threads (default: one per processor)", parseWorkers)
    .option("--queue <url>", "distribute jobs to workers through Redis or Valkey, such as redis://localhost:6379")
    .option("--watch", "only show the queue's campaigns and workers, until ^C")
    .option("--recheck", "only replay the stored violations on the present code, and report which are fixed")
    .addOption(
      new Option(
        "--json <file>",
        "write the stored results as JSON; - is standard output, and suppresses all other output there",
      ),
    )
    .addHelpText(
      "after",
      `
Works in rounds, each larger than the one before. Open scenarios are explored to a larger bound and searched by every
strategy, certificates cover a larger size, scenarios are generated, and code built for real threads is stressed. A
campaign restarted with the same store continues where it stopped, even after a kill. Violations with one cause
count once.

Exit codes: 0 nothing is violated, 1 the store has a violation of this code, 2 bad input,
3 stopped (--time or ^C) without a violation.

Examples:
  quiesce campaign peers --time 8h
  quiesce campaign --store nightly.db
  quiesce campaign --store nightly.db --recheck
  quiesce campaign peers --queue redis://localhost:6379 & quiesce worker --queue redis://localhost:6379
  quiesce campaign --queue redis://localhost:6379 --watch`,
    )
    .action(run);
}

async function run(words: readonly string[], options: Options): Promise<void> {
  const { performLongCampaign, recheckViolations } = await import("#fuzz/campaign/long/perform-long-campaign.ts");
  const { commandPath } = await import("#fuzz/host/command-path.ts");
  const { referencesOf } = await import("#fuzz/subjects/catalogue.ts");
  const { violationReport } = await import("#reports/violation-report.ts");
  const { countOf } = await import("#reports/searched-under.ts");
  const { visibleText } = await import("#reports/visible-text.ts");
  const { linesBeside, progressOn } = await import("./progress.ts");
  const { writeJson } = await import("./write-json.ts");

  const { seed, time, rounds, recheck, json, queue, watch: watches } = options;
  if (watches === true) return watch(queue);
  const workers = options.workers ?? (queue === undefined ? availableParallelism() : JOBS_IN_QUEUE);
  const [store, out] = [resolve(options.store), resolve(options.out)];
  const linesTo = linesBeside(json);
  const progress = progressOn(linesTo);
  const listener = { onStart: progress.show, onLine: (line: string) => progress.print(visibleText(line)) };
  const running =
    recheck === true
      ? recheckViolations({ store, workers, time }, listener)
      : referencesOf(words).then(async (scenarios) => {
          const pool = queue === undefined ? undefined : await poolOf(queue, scenarios);
          const settings = { store, out, workers, seed, time, rounds, ...(pool !== undefined && { pool }) };
          return performLongCampaign(scenarios, settings, listener);
        });
  const end = await running.finally(progress.end);
  writeJson(json, jsonOf(end));
  for (const line of violationReport(end.violations, end.code)) linesTo.write(`${line}\n`);
  linesTo.write(
    `${countOf(end.rounds, "round")}; ${countOf(end.decided.length, "scenario")} explored to the end; ` +
      `${countOf(end.pairs, "pair")} of a write and a read seen; ` +
      `${countOf(end.violations.length, "violation")}; store in ${commandPath(store)}\n`,
  );
  if (end.stopped !== undefined) linesTo.write(`${end.stopped}; the same command continues from here\n`);
  process.exitCode = exitCodeOf(end);
}

/** Jobs in the queue at once: about as many as all workers together can use. */
const JOBS_IN_QUEUE = 64;

/** @throws InputError if a scenario belongs to a user's module, which workers on other machines do not have */
async function poolOf(url: string, scenarios: readonly ScenarioReference[]): Promise<WorkerPool> {
  const { queuePool } = await import("#fuzz/campaign/queue/queue-pool.ts");
  const { sourcesDigest } = await import("#fuzz/host/code-version.ts");
  const { packageRoot } = await import("#fuzz/host/project-root.ts");
  const own = scenarios.find(({ module }) => module !== undefined);
  if (own !== undefined)
    throw new InputError(
      `campaign: ${own.name} is of a module of your own, which workers do not have; leave --queue out`,
    );
  return queuePool({ url, code: sourcesDigest(packageRoot, []) });
}

/** Shows the queue's campaigns and workers, until ^C. */
async function watch(url: string | undefined): Promise<void> {
  if (url === undefined) throw new InputError("campaign: --watch needs a queue; name it with --queue");
  const { watchQueue } = await import("#fuzz/campaign/queue/watch-queue.ts");
  const { default: logUpdate } = await import("log-update");
  const queue = await watchQueue(url);
  const interrupted = new AbortController();
  const endWatch = onInterruption(() => interrupted.abort());
  while (!interrupted.signal.aborted) {
    const lines = (await queue.look()).join("\n");
    if (process.stdout.isTTY) logUpdate(lines);
    else process.stdout.write(`${lines}\n`);
    await pause(1_000, undefined, { signal: interrupted.signal }).catch(() => {});
  }
  endWatch();
  queue.close();
}

function exitCodeOf({ violations, code, stopped }: LongCampaignEnd): ExitCode {
  if (violations.some(({ isFailing, lastCode }) => isFailing && lastCode === code)) return EXIT.violated;
  return stopped === undefined ? EXIT.verified : EXIT.unfinished;
}

/** The same for equal work, however long it took. */
function jsonOf({ violations, stopped, ...end }: LongCampaignEnd): string {
  // Which of several scenarios with one cause came first depends on timing.
  const found = violations.map(({ cause, property, lines, lastCode, isFailing }) => {
    return { cause, property, lines, lastCode, isFailing };
  });
  const ordered = found.toSorted((one, other) => (one.cause < other.cause ? -1 : 1));
  const whole = { format: "quiesce-long-campaign", version: 1, ...end, finished: stopped === undefined };
  return `${JSON.stringify({ ...whole, violations: ordered }, null, 2)}\n`;
}
