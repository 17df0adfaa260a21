// A thread of the benchmarks with several threads: reads (or creates) peers until told to stop, and reports the count.
import { parentPort, workerData } from "node:worker_threads";

const { library, buffer, keys, order, part, milliseconds } = workerData;
const { attachPeerPool } = await import(library);
const pool = attachPeerPool(buffer);
const stop = new Int32Array(workerData.stop);

/** Without the end of a turn, like a server under full load. */
function run() {
  let operations = 0;
  const until = performance.now() + milliseconds;
  while (Atomics.load(stop, 0) === 0 && performance.now() < until) {
    for (let i = 0; i < 1000; i++, operations++) {
      const word = keys[order[operations & (order.length - 1)]];
      if (part === "create" || (part === "read, 1 % create" && operations % 100 === 0)) {
        // Addresses between those of the peers that stay.
        pool.release(pool.acquire(Math.imul(operations, 0x9e3779b1) >>> 0, true));
      } else if (part === "limit") {
        pool.allowAt(word, 100);
      } else {
        pool.release(pool.acquire(word, false));
      }
    }
  }
  return operations;
}

run(); // warm
parentPort.on("message", () => {
  Atomics.add(stop, 1, 1); // ready: wait for the others
  while (Atomics.load(stop, 1) < workerData.threads) Atomics.pause?.();
  const start = performance.now();
  const cpu = process.threadCpuUsage?.();
  const operations = run();
  const used = cpu === undefined ? undefined : process.threadCpuUsage(cpu);
  parentPort.postMessage({
    part,
    operations,
    milliseconds: performance.now() - start,
    cpuMs: used === undefined ? undefined : (used.user + used.system) / 1000,
  });
});
parentPort.postMessage("warm");
