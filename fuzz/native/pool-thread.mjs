// A worker thread of the library's tests: plays the part `workerData.part`, and reports to the thread that started it.
import { parentPort, workerData } from "node:worker_threads";

const { library, lock, buffer, part, lockAddress } = workerData;
const { attachPeerPool } = await import(library);
const pool = attachPeerPool(buffer);

switch (part) {
  case "idle": // attached, in no turn of work
    pool.stats();
    setInterval(() => {}, 1000);
    setTimeout(() => parentPort.postMessage("ready"));
    break;
  case "in a section": // holds nothing, but never ends its turn
    pool.acquire("192.0.2.99", false);
    parentPort.postMessage("ready");
    for (;;);
  case "with a reference":
    pool.acquire("192.0.2.1", true);
    parentPort.postMessage("ready");
    for (;;);
  case "with a lock": {
    pool.stats();
    const { acquireLock } = await import(lock);
    pool.stats(); // the accesses go to this pool again
    acquireLock(lockAddress, workerData.me, 0);
    parentPort.postMessage("ready");
    for (;;);
  }
  case "count": // identifiers and creations against other threads
    for (let i = 0; i < workerData.rounds; i++) {
      try {
        const shared = pool.get("192.0.2.1", { create: true });
        pool.nextId(shared);
        pool.put(shared);
        pool.release(pool.acquire(0x0a000000 + (i % 50), true));
      } catch (error) {
        if (error.code !== "ERR_POOL_FULL") throw error; // freed peers wait for the other thread
      }
      if (i % 100 === 99) pool.invalidate("v4");
    }
    parentPort.postMessage("done");
    break;
  default:
    throw new Error(`no part "${part}"`);
}
