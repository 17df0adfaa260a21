/** The words that a pool shares with its worker threads: whether to stop, and how many executions have been made. */
import { workerData } from "node:worker_threads";

/** What a job asks while it runs. */
export interface JobControl {
  /**
   * Counts executions for all to see, and says whether to stop.
   *
   * @param executions made since it was asked last
   */
  shouldStop(executions: number): boolean;
}

/** The pool's side. */
export interface PoolControl {
  /** To be handed to each worker thread as its data. */
  readonly shared: SharedArrayBuffer;
  /** Makes every job that asks stop. For good. */
  stop(): void;
  /** Executions made by all workers together. */
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
 * The control of this worker thread; one that never stops where no pool started it.
 *
 * Piscina hands a worker's data over in an array, behind its own.
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
