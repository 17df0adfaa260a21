/** The words that a pool shares with its worker threads: the stop request, and the number of executions. */
import { workerData } from "node:worker_threads";

/** The calls of a running job. */
export interface JobControl {
  /**
   * Adds to the shared count of executions, and returns whether to stop.
   *
   * @param executions executions since the last call
   */
  shouldStop(executions: number): boolean;
}

/** The pool's side. */
export interface PoolControl {
  /** Passed to each worker thread as its data. */
  readonly shared: SharedArrayBuffer;
  /** Stops every job that checks. For good. */
  stop(): void;
  /** Executions of all workers together. */
  executions(): number;
}

const STOP_BYTES = 8;

interface Words {
  readonly stop: Int32Array;
  readonly executions: BigUint64Array;
}

function wordsOf(shared: SharedArrayBuffer): Words {
  return { stop: new Int32Array(shared, 0, 1), executions: new BigUint64Array(shared, STOP_BYTES, 1) };
}

function newShared(): SharedArrayBuffer {
  return new SharedArrayBuffer(STOP_BYTES + BigUint64Array.BYTES_PER_ELEMENT);
}

export function poolControl(): PoolControl {
  const shared = newShared();
  const { stop, executions } = wordsOf(shared);
  return { shared, stop: () => void Atomics.store(stop, 0, 1), executions: () => Number(Atomics.load(executions, 0)) };
}

/**
 * The control of this worker thread; it never stops if no pool started the thread.
 *
 * Piscina passes a worker's data in an array, after its own.
 */
export function workerControl(): JobControl {
  const data: unknown = Array.isArray(workerData) ? workerData.at(-1) : workerData;
  const { stop, executions } = wordsOf(data instanceof SharedArrayBuffer ? data : newShared());
  return {
    shouldStop(made) {
      if (made > 0) Atomics.add(executions, 0, BigInt(made));
      return Atomics.load(stop, 0) !== 0;
    },
  };
}
