/**
 * Workers on other machines, as a pool: jobs go through a queue on Redis or Valkey, and the worker that takes one
 * returns its outcome. A job's name is its identity there, so it is in the queue only once, however often it is
 * requested.
 */
import { setTimeout as pause } from "node:timers/promises";
import { InputError } from "#fuzz/host/input-error.ts";
import { type Job, type JobKind, jobName, type OutcomeOf } from "../job.ts";
import { jobKinds } from "../job-kinds.ts";
import type { WorkerPool } from "../worker-pool.ts";
import { announce, connect, connectionOptions, presences, queueName, queuePackages } from "./queue-connection.ts";

/** The form in which a caller's error crosses the queue. */
export const INPUT_ERROR = "InputError: ";

/** Milliseconds of silence after which a job is looked for, and queued again if the server lost it. */
const SILENCE_MS_MAX = 15_000;

export interface QueueAddress {
  readonly url: string;
  /** Digest of the sources: only workers with the same digest take the jobs. */
  readonly code: string;
}

/** @throws InputError if there is no server */
export async function queuePool({ url, code }: QueueAddress): Promise<WorkerPool> {
  const packages = await queuePackages();
  const client = await connect(packages, url);
  const connection = connectionOptions(url);
  const queue = new packages.Queue(queueName(code), { connection });
  const events = new packages.QueueEvents(queueName(code), { connection });
  // A lost connection is restored; requests wait for it.
  queue.on("error", () => {});
  events.on("error", () => {});
  // One listener for each waiting job.
  events.setMaxListeners(0);
  queue.setMaxListeners(0);
  await events.waitUntilReady();
  const ending = new AbortController();
  let executions = 0;
  const lookAround = async (): Promise<void> => {
    if (client.status !== "ready") return;
    const workers = await presences(client, "worker");
    executions = workers.reduce((sum, one) => sum + (one.code === code ? one.executions : 0), 0);
  };
  const timer = setInterval(() => void lookAround().catch(() => {}), 1_000);
  const leave = announce(client, () => ({ kind: "campaign", code, executions, doing: "hands out jobs" }));
  const stopped = new Promise<undefined>((resolve) => {
    ending.signal.addEventListener("abort", () => resolve(undefined), { once: true });
  });

  const ask = async (job: Job): Promise<unknown> => {
    const jobId = jobName(job).replace(" ", "-");
    for (;;) {
      const asked = await queue.add(job.kind, job, {
        jobId,
        // A stopped worker returns its job.
        attempts: 1_000,
        removeOnComplete: { age: 24 * 3_600 },
        removeOnFail: true,
      });
      try {
        const value: unknown = await asked.waitUntilFinished(events, SILENCE_MS_MAX);
        void asked.remove().catch(() => {});
        return value;
      } catch (error) {
        const because = error instanceof Error ? error.message : String(error);
        if (because.startsWith(INPUT_ERROR)) throw new InputError(because.slice(INPUT_ERROR.length), { cause: error });
        if (!because.includes("timed out") && !because.includes("Missing key")) throw error;
        await pause(50);
      }
    }
  };
  return {
    async run<Kind extends JobKind>(job: Job<Kind>): Promise<OutcomeOf<Kind> | undefined> {
      if (ending.signal.aborted) return undefined;
      const value = await Promise.race([ask(job), stopped]);
      if (value === undefined || value === null) return undefined;
      const schema = jobKinds[job.kind].kept?.schema;
      return schema === undefined ? (value as OutcomeOf<Kind>) : schema.parse(value);
    },
    executions: () => executions,
    stop() {
      ending.abort();
      void queue.drain().catch(() => {});
    },
    async close() {
      clearInterval(timer);
      await leave();
      const closing = Promise.allSettled([queue.close(), events.close(), client.quit()]);
      await Promise.race([closing, pause(2_000, undefined, { ref: false })]);
      client.disconnect();
    },
  };
}
