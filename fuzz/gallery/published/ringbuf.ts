import { RingBuffer } from "ringbuf.js";
import { sharedMemory } from "#fuzz/javascript/shared-memory.ts";

export default sharedMemory({
  name: "published-ringbuf",
  about: "ringbuf.js, one producer and one consumer, with two pushes that wrap around",
  setUp: () => RingBuffer.getStorageForCapacity(2, Uint8Array),
  threads: {
    producer(storage) {
      const ring = new RingBuffer(storage, Uint8Array);
      return [ring.push(Uint8Array.of(7, 8)), ring.push(Uint8Array.of(9))];
    },
    consumer(storage) {
      const ring = new RingBuffer(storage, Uint8Array);
      const out = new Uint8Array(2);
      return [0, 0].flatMap(() => [...out.subarray(0, ring.pop(out))]);
    },
  },
  after: ({ producer: [, last], consumer }) =>
    consumer.every((value, index) => value === 7 + index) && consumer.length <= 2 + (last ?? 0),
});
