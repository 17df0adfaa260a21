import { sharedMemory } from "#fuzz/javascript/shared-memory.ts";
import { Once } from "./once.ts";

const use = ({ once, resource }: { once: Once; resource: Int32Array }): number => {
  once.run(() => {
    resource[0] = (resource[0] ?? 0) + 1;
  });
  return resource[0] ?? 0;
};

export default sharedMemory({
  name: "once-right",
  about: "two threads need a resource that is created once",
  setUp() {
    const words = new Int32Array(new SharedArrayBuffer(8));
    return { once: new Once(words.subarray(0, 1)), resource: words.subarray(1) };
  },
  threads: { first: use, second: use },
  outcomes: [[1, 1]],
});
