/** The worker threads that explore small scenarios. */
import { Piscina } from "piscina";
import type { CertifyOutcome, CertifyTask } from "./certify.ts";

export interface CertifyPool {
  /** Undefined when it was told to stop before the end. */
  run(task: CertifyTask): Promise<readonly CertifyOutcome[] | undefined>;
  /** Makes every task that runs end soon, without a result. */
  stop(): void;
  close(): Promise<void>;
}

export function certifyPool(workers: number): CertifyPool {
  const shared = new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT);
  const control = new Int32Array(shared);
  const pool = new Piscina({
    filename: new URL("./certify-worker.ts", import.meta.url).href,
    minThreads: workers,
    maxThreads: workers,
    workerData: shared,
  });
  return {
    run: (task) => pool.run(task, { name: "runCertifyTask" }),
    stop: () => void Atomics.store(control, 0, 1),
    close: () => pool.destroy(),
  };
}
