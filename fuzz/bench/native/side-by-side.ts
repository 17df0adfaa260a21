/** Several threads on one pool at the same time, and a pool that one thread owns and others query by messages. */
import { once } from "node:events";
import { MessageChannel, Worker } from "node:worker_threads";
import type { Library } from "#fuzz/native/translated.ts";
import { distinctAddresses, uniformOrder } from "./keys.ts";

const ORDER_LENGTH = 1 << 18;

/** The work of a thread: looks peers up, looks up and creates a few, only creates, limits. */
export type Part = "read" | "read, 1 % create" | "create" | "limit";

export interface PartSpeed {
  readonly part: Part;
  /** Millions of operations per second, by wall clock and by the thread's processor time. */
  readonly speed: number;
  readonly cpuSpeed: number;
}

interface PartReport {
  readonly part: Part;
  readonly operations: number;
  readonly milliseconds: number;
  readonly cpuMs?: number;
}

/**
 * Starts a thread for each part, on a pool of `count` peers that are held meanwhile, so that all stay. Peers created by
 * a thread come on top, and are collected when memory for as many again is in use.
 */
export async function sideBySide(
  library: string,
  parts: readonly Part[],
  count: number,
  milliseconds: number,
): Promise<readonly PartSpeed[]> {
  const { createPeerPool } = (await import(library)) as Library;
  const keys = distinctAddresses(count, 7);
  const pool = createPeerPool({ capacity: count * 2 + 0x10000, threshold: count + 0x8000, ttlMinMs: 0 });
  const held = Array.from(keys, (key) => pool.acquire(key, true));
  await new Promise((resolve) => setImmediate(resolve));
  const stop = new SharedArrayBuffer(8);
  const workers = parts.map((part, index) => {
    const workerData = {
      library,
      buffer: pool.buffer,
      keys,
      order: uniformOrder(count, ORDER_LENGTH, 8 + index),
      part,
      stop,
      threads: parts.length,
      milliseconds,
    };
    return new Worker(new URL("./part-thread.mjs", import.meta.url), { workerData });
  });
  await Promise.all(workers.map((worker) => once(worker, "message")));
  for (const worker of workers) worker.postMessage("go");
  const reports = (await Promise.all(workers.map((worker) => once(worker, "message")))).map(
    ([report]) => report as PartReport,
  );
  await Promise.all(workers.map((worker) => worker.terminate()));
  for (const peer of held) pool.release(peer);
  pool.detach();
  return reports.map(({ part, operations, milliseconds: wall, cpuMs = Number.NaN }) => ({
    part,
    speed: operations / wall / 1000,
    cpuSpeed: operations / cpuMs / 1000,
  }));
}

/** Millions of decisions per second from a pool that another thread owns, queried one at a time. */
export async function messagePortOwner(library: string, milliseconds: number): Promise<number> {
  const owner = new Worker(new URL("./owner.mjs", import.meta.url), { workerData: { library, capacity: 70_000 } });
  await once(owner, "message");
  const { port1, port2 } = new MessageChannel();
  owner.postMessage({ port: port2 }, [port2]);
  let replies = 0;
  const start = performance.now();
  await new Promise<void>((resolve) => {
    port1.on("message", () => {
      replies++;
      if (performance.now() - start < milliseconds) port1.postMessage(replies & 0xffff);
      else resolve();
    });
    port1.postMessage(1);
  });
  const speed = replies / (performance.now() - start) / 1000;
  port1.close();
  await owner.terminate();
  return speed;
}
