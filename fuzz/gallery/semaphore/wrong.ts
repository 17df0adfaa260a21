import { sharedMemory } from "#fuzz/javascript/shared-memory.ts";
import { ThriftySemaphore } from "./semaphore.ts";

export default sharedMemory({
  name: "semaphore-wrong",
  about: "two threads wait, a third releases twice: neither may sleep forever",
  setUp: () => new ThriftySemaphore(new Int32Array(new SharedArrayBuffer(4))),
  threads: {
    first: (semaphore) => semaphore.acquire(),
    second: (semaphore) => semaphore.acquire(),
    third(semaphore) {
      semaphore.release();
      semaphore.release();
    },
  },
});
