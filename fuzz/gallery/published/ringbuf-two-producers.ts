import { RingBuffer } from "ringbuf.js";
import { sharedMemory } from "#fuzz/javascript/shared-memory.ts";

const push =
  (value: number) =>
  (storage: SharedArrayBuffer): number =>
    new RingBuffer(storage, Uint8Array).push(Uint8Array.of(value));

export default sharedMemory({
  name: "published-ringbuf-two-producers",
  about: "ringbuf.js used against its documentation, by two producers: an element is lost",
  setUp: () => RingBuffer.getStorageForCapacity(4, Uint8Array),
  threads: { first: push(7), second: push(8) },
  after({ first, second }, storage) {
    const out = new Uint8Array(4);
    return new RingBuffer(storage, Uint8Array).pop(out) === first + second;
  },
});
