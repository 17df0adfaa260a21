import { sharedMemory } from "#fuzz/javascript/shared-memory.ts";
import { TrustingMutex } from "./mutex.ts";

const add = ({ mutex, count }: { mutex: TrustingMutex; count: Int32Array }): void => {
  mutex.lock();
  count[0] = (count[0] ?? 0) + 1;
  mutex.unlock();
};

export default sharedMemory({
  name: "mutex-wrong",
  about: "three threads add to a counter under a sleeping mutex",
  setUp() {
    const words = new Int32Array(new SharedArrayBuffer(8));
    return { mutex: new TrustingMutex(words.subarray(0, 1)), count: words.subarray(1) };
  },
  threads: { first: add, second: add, third: add },
  after: (_, { count }) => count[0] === 3,
});
