import { sharedMemory } from "#fuzz/javascript/shared-memory.ts";
import { PlainPair } from "./seqlock.ts";

export default sharedMemory({
  name: "seqlock-plain-loads",
  about: "a pair is read while it is written twice",
  setUp: () => new PlainPair(new Int32Array(new SharedArrayBuffer(12))),
  threads: {
    writer(pair) {
      pair.write(1);
      pair.write(2);
    },
    reader: (pair) => pair.read(),
  },
  after: ({ reader }) => reader === undefined || reader[0] === reader[1],
});
