import { sharedMemory } from "#fuzz/javascript/shared-memory.ts";
import { DropOldestRing } from "./drop-oldest-ring.ts";

export default sharedMemory({
  name: "drop-oldest-right",
  about: "the producer drops the oldest element while the consumer takes it",
  setUp() {
    const ring = new DropOldestRing(DropOldestRing.storageFor(2));
    ring.push(1);
    ring.push(2);
    return ring;
  },
  threads: { producer: (ring) => ring.push(3), consumer: (ring) => [ring.pop(), ring.pop(), ring.pop()] },
  after({ consumer }) {
    const popped = consumer.filter((value) => value !== undefined);
    return popped.every((value, index) => index === 0 || value > (popped[index - 1] as number));
  },
});
