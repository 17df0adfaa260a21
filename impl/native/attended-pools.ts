/** This thread's pools, which must learn when a worker that it starts ends. The holder of a pool is its user. */
import type { Worker } from "node:worker_threads";
import type { Access } from "../memory/access.ts";

/** A pool as far as the end of a thread concerns it. */
export interface AttendedPool {
  forgetThread(id: number): Access<boolean>;
}

const attached = new Set<WeakRef<AttendedPool>>();

/** From now on the pool is notified of threads that end. */
export function attend(pool: AttendedPool): void {
  if (attached.size === 0) process.on("worker", watchWorker);
  attached.add(new WeakRef(pool));
}

function watchWorker(worker: Worker): void {
  const { threadId: id } = worker;
  worker.once("exit", () => forgetEverywhere(id));
}

function* forgetEverywhere(id: number): Access {
  for (const reference of attached) {
    const pool = reference.deref();
    if (pool === undefined) attached.delete(reference);
    else yield* pool.forgetThread(id);
  }
}
