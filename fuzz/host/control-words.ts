import { workerData } from "node:worker_threads";

/**
 * The words that whoever started this worker thread shares with it; words of its own where nobody does, as in a test.
 *
 * Piscina hands a worker's data over in an array, behind its own.
 */
export function controlWords(count: number): Int32Array {
  const data: unknown = Array.isArray(workerData) ? workerData.at(-1) : workerData;
  return data instanceof SharedArrayBuffer ? new Int32Array(data) : new Int32Array(count);
}
