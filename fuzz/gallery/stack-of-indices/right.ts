import { sharedMemory } from "#fuzz/javascript/shared-memory.ts";
import { StackOfIndices } from "./stack-of-indices.ts";

export default sharedMemory({
  name: "stack-of-indices-right",
  about: "one thread pops two and pushes the first back, while another pops",
  setUp() {
    const stack = new StackOfIndices(new Int32Array(new SharedArrayBuffer(16)));
    stack.push(1);
    stack.push(2);
    return stack;
  },
  threads: {
    first(stack) {
      const [upper, lower] = [stack.pop(), stack.pop()];
      if (upper !== 0) stack.push(upper);
      return lower;
    },
    second: (stack) => stack.pop(),
  },
  after({ first, second }, stack) {
    const held = [first, second, stack.pop(), stack.pop()].filter((index) => index !== 0);
    return new Set(held).size === held.length;
  },
});
