/** The speed of contenders beside each other: each in its own thread, alternately. */
import { once } from "node:events";
import { Worker } from "node:worker_threads";
import type { ContenderData } from "./contender-thread.ts";
import { BATCH, type Load } from "./contenders.ts";

const ROUNDS = 20;

export interface Speed {
  readonly name: string;
  /** Millions of operations a second, of the median batch. */
  readonly speed: number;
}

/**
 * Measures the contenders one after the other, in many short rounds, and takes the best round of each: other load on
 * the machine only slows them down. Contenders sleep while another is measured.
 *
 * @param milliseconds of measuring for each contender
 */
export async function measure(
  contenders: readonly string[],
  load: Load,
  libraries: Readonly<Record<string, string>>,
  milliseconds: number,
): Promise<readonly Speed[]> {
  const threads = await Promise.all(
    contenders.map(async (contender) => {
      const workerData: ContenderData = { contender, load, libraries };
      const worker = new Worker(new URL("./contender-thread.ts", import.meta.url), { workerData });
      await once(worker, "message");
      return { name: contender, worker };
    }),
  );
  const best = new Map<string, number>();
  for (let round = 0; round < ROUNDS; round++) {
    for (const { name, worker } of threads) {
      worker.postMessage(milliseconds / ROUNDS);
      const [median] = (await once(worker, "message")) as [number];
      best.set(name, Math.max(best.get(name) ?? 0, BATCH / median / 1000));
    }
  }
  await Promise.all(threads.map(({ worker }) => worker.terminate()));
  return [...best].map(([name, speed]) => ({ name, speed }));
}
