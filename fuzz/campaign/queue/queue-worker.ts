/** A worker of a queue: takes jobs of its own code version, and runs them on threads of this process. */
import { setTimeout as pause } from "node:timers/promises";
import { onInterruption } from "#fuzz/host/interruption.ts";
import { InputError } from "#fuzz/host/input-error.ts";
import type { Job } from "../job.ts";
import { workerPool } from "../worker-pool.ts";
import { announce, connect, connectionOptions, presences, queueName, queuePackages } from "./queue-connection.ts";
import { INPUT_ERROR, type QueueAddress } from "./queue-pool.ts";

/** Milliseconds of silence from a worker after which another takes its job. */
const LOCK_MS = 10_000;

/** Interval between searches for jobs of dead workers. */
const STALLED_MS = 2_500;

/** Outcomes kept in case their delivery failed: the job then comes again. */
const KEPT_MAX = 1_000;

export interface QueueWorkerSettings extends QueueAddress {
  /** Jobs at once. */
  readonly concurrency: number;
  /** Exits when the queue has been empty for this many milliseconds; absent: never. */
  readonly idleMs?: number | undefined;
}

export interface QueueWorkerEnd {
  readonly jobs: number;
  readonly executions: number;
}

/**
 * Works until it is reported to stop.
 *
 * @param note hears lines for a person: campaigns of other code, lost connections
 * @throws InputError if there is no server
 */
export async function runQueueWorker(
  { url, code, concurrency, idleMs }: QueueWorkerSettings,
  note: (line: string) => void,
): Promise<QueueWorkerEnd> {
  const packages = await queuePackages();
  const client = await connect(packages, url);
  const pool = workerPool(concurrency);
  const delivered = new Map<string, unknown>();
  let jobs = 0;
  let running = 0;
  let idleSince = performance.now();
  const work = async (id: string, job: Job): Promise<unknown> => {
    const known = delivered.get(id);
    if (known !== undefined) return known;
    running++;
    try {
      const outcome = await pool.run(job);
      if (outcome === undefined) throw new Error("the worker was stopped");
      jobs++;
      delivered.set(id, outcome);
      for (const oldest of delivered.keys()) {
        if (delivered.size <= KEPT_MAX) break;
        delivered.delete(oldest);
      }
      return outcome;
    } catch (error) {
      if (error instanceof InputError) throw new packages.UnrecoverableError(`${INPUT_ERROR}${error.message}`);
      throw error;
    } finally {
      running--;
      idleSince = performance.now();
    }
  };
  const worker = new packages.Worker(queueName(code), ({ id = "", data }) => work(id, data as Job), {
    connection: connectionOptions(url),
    concurrency,
    lockDuration: LOCK_MS,
    stalledInterval: STALLED_MS,
    maxStalledCount: 1_000,
    removeOnComplete: { age: 24 * 3_600 },
  });
  let isLost = false;
  let isEnding = false;
  worker.on("error", () => {});
  client.on("close", () => {
    if (!isLost && !isEnding) note("the connection is lost; trying again");
    isLost = true;
  });
  client.on("ready", () => {
    if (isLost) note("connected again");
    isLost = false;
  });
  const leave = announce(client, () => ({
    kind: "worker",
    code,
    executions: pool.executions(),
    doing: running === 0 ? "waits for a job" : `does ${running} of ${jobs + running} jobs`,
  }));
  await new Promise<void>((resolve) => {
    const reported = new Set<string>();
    const timer = setInterval(() => {
      if (idleMs !== undefined && running === 0 && performance.now() - idleSince > idleMs) end();
      if (client.status === "ready") void reportOthers().catch(() => {});
    }, 1_000);
    const reportOthers = async (): Promise<void> => {
      for (const campaign of await presences(client, "campaign")) {
        if (campaign.code === code || reported.has(campaign.code)) continue;
        reported.add(campaign.code);
        note(`takes no jobs of ${campaign.name}: that runs code ${campaign.code}, and this is ${code}`);
      }
    };
    void reportOthers().catch(() => {});
    const endWatch = onInterruption(() => end());
    const end = (): void => {
      clearInterval(timer);
      endWatch();
      resolve();
    };
  });
  const executions = pool.executions();
  isEnding = true;
  pool.stop(() => {});
  await leave();
  const closing = Promise.allSettled([worker.close(), client.quit()]);
  await Promise.race([closing, pause(10_000, undefined, { ref: false })]);
  client.disconnect();
  await pool.close();
  return { jobs, executions };
}
