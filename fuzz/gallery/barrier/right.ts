import { sharedMemory } from "#fuzz/javascript/shared-memory.ts";
import { Barrier } from "./barrier.ts";

const meetTwice = (barrier: Barrier): void => {
  barrier.meet();
  barrier.meet();
};

export default sharedMemory({
  name: "barrier-right",
  about: "two threads meet twice at one barrier: neither may wait forever",
  setUp: () => new Barrier(new Int32Array(new SharedArrayBuffer(8)), 2),
  threads: { first: meetTwice, second: meetTwice },
});
