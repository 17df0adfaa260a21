import { sharedMemory } from "#fuzz/javascript/shared-memory.ts";

export default sharedMemory({
  name: "bulk-copy-right",
  about: "the payload is copied separately, and the header with its state is stored last",
  setUp: () => new SharedArrayBuffer(8),
  threads: {
    writer(buffer) {
      new Uint8Array(buffer, 4, 2).set([7, 8]);
      Atomics.store(new Int32Array(buffer, 0, 1), 0, 1);
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
