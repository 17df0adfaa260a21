// A pool that one thread owns, and that others query through a MessagePort: the cost of sharing without shared memory.
import { parentPort, workerData } from "node:worker_threads";

const { createPeerPool } = await import(workerData.library);
const pool = createPeerPool({ capacity: workerData.capacity });
parentPort.on("message", ({ port }) => {
  port.on("message", (word) => port.postMessage(pool.allowAt(word, 100)));
});
parentPort.postMessage("ready");
