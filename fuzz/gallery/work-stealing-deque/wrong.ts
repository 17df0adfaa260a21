import { sharedMemory } from "#fuzz/javascript/shared-memory.ts";
import { GreedyDeque } from "./work-stealing-deque.ts";

export default sharedMemory({
  name: "work-stealing-deque-wrong",
  about: "the owner pops two tasks while a thief steals",
  setUp() {
    const deque = new GreedyDeque(new Int32Array(new SharedArrayBuffer(16)));
    deque.push(1);
    deque.push(2);
    return deque;
  },
  threads: { owner: (deque) => [deque.pop(), deque.pop()], thief: (deque) => [deque.steal()] },
  after({ owner, thief }) {
    const taken = [...owner, ...thief].filter((task) => task !== undefined);
    return new Set(taken).size === taken.length;
  },
});
