import { sharedMemory } from "#fuzz/javascript/shared-memory.ts";
import { BoundedQueue } from "./bounded-queue.ts";

export default sharedMemory({
  name: "bounded-queue-right",
  about: "two producers and a consumer, room for two elements",
  setUp: () => BoundedQueue.create(BoundedQueue, 2),
  threads: { first: (queue) => queue.push(7), second: (queue) => queue.push(8), consumer: (queue) => queue.pop() },
  after({ first, second, consumer }, queue) {
    const popped = [consumer, queue.pop(), queue.pop()].filter((value) => value !== undefined);
    return first && second && popped.toSorted((one, other) => one - other).join() === "7,8";
  },
});
