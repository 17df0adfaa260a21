import { sharedMemory } from "#fuzz/javascript/shared-memory.ts";
import { Semaphore } from "./semaphore.ts";

export default sharedMemory({
  name: "semaphore-right",
  about: "two threads wait, a third releases twice: neither may sleep forever",
  setUp: () => new Semaphore(new Int32Array(new SharedArrayBuffer(4))),
  threads: {
    first: (semaphore) => semaphore.acquire(),
    second: (semaphore) => semaphore.acquire(),
    third(semaphore) {
      semaphore.release();
      semaphore.release();
    },
  },
});
