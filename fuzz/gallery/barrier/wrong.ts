import { sharedMemory } from "#fuzz/javascript/shared-memory.ts";
import { CountingBarrier } from "./barrier.ts";

const meetTwice = (barrier: CountingBarrier): void => {
  barrier.meet();
  barrier.meet();
};

export default sharedMemory({
  name: "barrier-wrong",
  about: "two threads meet twice at one barrier: neither may wait forever",
  setUp: () => new CountingBarrier(new Int32Array(new SharedArrayBuffer(8)), 2),
  threads: { first: meetTwice, second: meetTwice },
});
