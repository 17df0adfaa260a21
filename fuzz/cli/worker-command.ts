import { availableParallelism } from "node:os";
import type { Command } from "commander";
import { namedCommand } from "./command-names.ts";
import { parseDuration } from "./duration.ts";
import { parseWorkers } from "./whole-number.ts";

interface Options {
  readonly queue: string;
  readonly concurrency?: number;
  /** Milliseconds. */
  readonly idle?: number;
}

/** `quiesce worker`: runs jobs of campaigns on other machines. */
export function workerCommand(): Command {
  return namedCommand("worker")
    .requiredOption("--queue <url>", "a queue on Redis or Valkey, such as redis://localhost:6379")
    .option("--concurrency <n>", "jobs at once (default: one per processor)", parseWorkers)
    .option("--idle <duration>", "exit after being idle for this long, such as 5m", parseDuration)
    .addHelpText(
      "after",
      `
Takes jobs of campaigns that run exactly the same sources, and reports campaigns that do not. It may join and leave at
any time: another worker does a job that it does not finish.

Exit codes: 0 ended by ^C or --idle, 2 bad input.

Example:
  quiesce worker --queue redis://build-server:6379 --concurrency 8`,
    )
    .action(run);
}

async function run({ queue: url, concurrency = availableParallelism(), idle }: Options): Promise<void> {
  const { runQueueWorker } = await import("#fuzz/campaign/queue/queue-worker.ts");
  const { sourcesDigest } = await import("#fuzz/host/code-version.ts");
  const { packageRoot } = await import("#fuzz/host/project-root.ts");
  const { countOf } = await import("#reports/searched-under.ts");
  const { visibleText } = await import("#reports/visible-text.ts");
  const code = sourcesDigest(packageRoot, []);
  const note = (line: string): void => void process.stderr.write(`quiesce: worker: ${visibleText(line)}\n`);
  note(`code ${code}, ${countOf(concurrency, "job")} at once`);
  const { jobs, executions } = await runQueueWorker({ url, code, concurrency, idleMs: idle }, note);
  process.stdout.write(`${countOf(jobs, "job")} done, ${countOf(executions, "execution")}\n`);
}
