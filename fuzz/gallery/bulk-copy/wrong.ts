import { sharedMemory } from "#fuzz/javascript/shared-memory.ts";

export default sharedMemory({
  name: "bulk-copy-wrong",
  about: "a message is copied with its header, whose first byte marks it ready, by plain stores in order",
  setUp: () => new SharedArrayBuffer(8),
  threads: {
    writer(buffer) {
      new Uint8Array(buffer).set([1, 0, 0, 0, 7, 8]);
    },
    reader(buffer) {
      const isReady = Atomics.load(new Int32Array(buffer, 0, 1), 0) === 1;
      return isReady ? [...new Uint8Array(buffer, 4, 2)] : [];
    },
  },
  outcomes: [
    [undefined, []],
    [undefined, [7, 8]],
  ],
});
