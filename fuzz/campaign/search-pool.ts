/** The worker threads of a campaign. */
import { Piscina } from "piscina";
import { CONTROL_WORDS, PROGRESS, STOP } from "#fuzz/host/worker-control.ts";
import { EXECUTIONS_BETWEEN_QUESTIONS } from "#fuzz/search/search.ts";
import type { Explanation, ExplainTask } from "#fuzz/counterexample/explain.ts";
import type { SearchOutcome, SearchTask } from "./task.ts";

export interface SearchPool {
  run(task: SearchTask): Promise<SearchOutcome>;
  explain(task: ExplainTask): Promise<Explanation>;
  /** Executions run so far by all workers together, in steps of a few hundred. */
  executions(): number;
  /** Makes every search that runs end soon, undecided. */
  stop(): void;
  close(): Promise<void>;
}

export function searchPool(workers: number): SearchPool {
  const shared = new SharedArrayBuffer(CONTROL_WORDS * Int32Array.BYTES_PER_ELEMENT);
  const control = new Int32Array(shared);
  const pool = new Piscina({
    filename: new URL("./search-worker.ts", import.meta.url).href,
    minThreads: workers,
    maxThreads: workers,
    workerData: shared,
  });
  return {
    run: (task) => pool.run(task, { name: "runSearch" }),
    explain: (task) => pool.run(task, { name: "explain" }),
    executions: () => (Atomics.load(control, PROGRESS) >>> 0) * EXECUTIONS_BETWEEN_QUESTIONS,
    stop: () => void Atomics.store(control, STOP, 1),
    close: () => pool.destroy(),
  };
}
