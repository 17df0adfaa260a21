/** Vyukov's SafeStack, which needs three threads and many switches to fail. */
import {
  type Access,
  assertHolds,
  atomicAdd,
  awaitUnequal,
  cmpxchg,
  readOnce,
  writeOnce,
  xchg,
} from "#impl/memory/access.ts";
import type { Heap } from "#impl/memory/heap.ts";
import { sctBench, share, threads, type ToyBody, type ToyProgram, toyProgram } from "./toy-program.ts";

/** Attempts of a SafeStack thread to pop a cell before it gives up: the original spins. */
const POP_ATTEMPTS = 10;

/** Vyukov's SafeStack: three threads pop a cell each, own it, and push it back, twice. */
function safeStack(heap: Heap): ToyBody {
  const cells = 3;
  const at = share(heap, "stack", { head: 1, count: 1, next: cells, value: cells });
  function* pop(): Access<number> {
    for (let attempt = 0; attempt < POP_ATTEMPTS; attempt++) {
      // There is more than one cell: two or three, so the second bit is set.
      yield awaitUnequal(at.count, 2, 0);
      const head = yield readOnce(at.head);
      const next = yield xchg(at.next + head, -1);
      if (next < 0) continue;
      if ((yield cmpxchg(at.head, head, next)) === head) {
        yield atomicAdd(at.count, -1);
        return head;
      }
      yield xchg(at.next + head, next);
    }
    return -1;
  }
  function* push(cell: number): Access {
    let head = yield readOnce(at.head);
    for (;;) {
      yield writeOnce(at.next + cell, head);
      const found = yield cmpxchg(at.head, head, cell);
      if (found === head) break;
      head = found;
    }
    yield atomicAdd(at.count, 1);
  }
  function* use(me: number): Access {
    for (let round = 0; round < 2; round++) {
      const cell = yield* pop();
      if (cell === -1) return;
      yield writeOnce(at.value + cell, me);
      const owner = yield readOnce(at.value + cell);
      yield assertHolds(owner === me, `cell ${cell} is owned by thread ${owner} and by thread ${me}`);
      yield* push(cell);
    }
  }
  return {
    *setUp() {
      yield writeOnce(at.count, cells);
      for (let cell = 0; cell < cells; cell++) yield writeOnce(at.next + cell, cell + 1 < cells ? cell + 1 : -1);
    },
    threads: threads("thread", 3, use),
  };
}

export const safeStackProgram: ToyProgram = toyProgram({
  name: "SafeStack",
  about: "Vyukov's SafeStack: three threads pop a cell each, own it, and push it back, twice",
  source: `Dmitry Vyukov; in ${sctBench}`,
  parameters: {},
  bug: {
    what: "the head returns to a cell that has been popped and pushed meanwhile, and two threads own a cell",
    depth: 6,
    violates: ["assertion"],
  },
  build: safeStack,
});
