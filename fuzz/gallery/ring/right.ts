import { sharedMemory } from "#fuzz/javascript/shared-memory.ts";
import { Ring } from "./ring.ts";

export default sharedMemory({
  name: "ring-right",
  about: "one producer, one consumer, room for two elements, so that slots are reused",
  setUp: () => new Ring(Ring.storageFor(2)),
  threads: {
    producer: (ring) => [7, 8, 9].map((value) => ring.push(value)),
    consumer: (ring) => [ring.pop(), ring.pop()],
  },
  after({ producer, consumer }) {
    const pushed = [7, 8, 9].filter((_, index) => producer[index]);
    const popped = consumer.filter((value) => value !== undefined);
    return popped.every((value, index) => value === pushed[index]);
  },
});
