/** The work-stealing deque of Cilk-5, with the mistake that CHESS found. */
import {
  type Access,
  type AccessKind,
  type Address,
  cmpxchg,
  mutexLock,
  mutexUnlock,
  readOnce,
  writeOnce,
  xchg,
} from "#impl/memory/access.ts";
import type { Heap } from "#impl/memory/heap.ts";
import { increase, sctBench, share, thread, type ToyBody, type ToyProgram, toyProgram } from "./toy-program.ts";

/** Items of the deque, numbered from 1. */
const ITEMS = 4;

const CAPACITY_FIRST = 2;

/** Slots for every array of the deque: it doubles from 2, and 16 is more than four items ever need. */
const SLOTS = 2 + 4 + 8 + 16;

/** The deque reads and writes its head and tail with full barriers, as interlocked operations. */
function readV(word: Address): AccessKind {
  return cmpxchg(word, 0, 0);
}

function writeV(word: Address, value: number): AccessKind {
  return xchg(word, value);
}

/**
 * The work-stealing deque of Cilk-5 (THE): the owner pushes and pops at the tail, a thief takes from the head, and a
 * lock is taken only when they may conflict. `room` is added to head + mask to give the tail below which a push needs
 * no lock: 0 is correct.
 */
function workStealQueue(heap: Heap, room: number): ToyBody {
  const at = share(heap, "deque", { lock: 1, head: 1, tail: 1, mask: 1, slots: SLOTS, runs: ITEMS + 1 });
  /**
   * The slot of element `index` in the array of capacity mask + 1: the arrays of capacity 2, 4, 8 … are adjacent.
   */
  const slot = (index: number, mask: number): Address => at.slots + mask + 1 - CAPACITY_FIRST + (index & mask);

  function* push(item: number): Access {
    const tail = yield readV(at.tail);
    const mask = yield readOnce(at.mask);
    if (tail < (yield readV(at.head)) + mask + room) {
      yield writeOnce(slot(tail, mask), item);
      yield writeV(at.tail, tail + 1);
    } else yield* pushLocked(item);
  }
  function* pushLocked(item: number): Access {
    yield mutexLock(at.lock);
    const head = yield readV(at.head);
    const count = (yield readV(at.tail)) - head;
    let mask = yield readOnce(at.mask);
    let tail = head + count;
    if (count >= mask) {
      const larger = 2 * mask + 1;
      for (let i = 0; i < count; i++) yield writeOnce(slot(i, larger), yield readOnce(slot(head + i, mask)));
      yield writeOnce(at.mask, larger);
      yield writeV(at.head, 0);
      yield writeV(at.tail, count);
      mask = larger;
      tail = count;
    }
    yield writeOnce(slot(tail, mask), item);
    yield writeV(at.tail, tail + 1);
    yield mutexUnlock(at.lock);
  }
  function* pop(): Access<number> {
    const tail = (yield readV(at.tail)) - 1;
    yield writeV(at.tail, tail);
    if ((yield readV(at.head)) <= tail) return yield* itemAt(tail);
    yield writeV(at.tail, tail + 1);
    return yield* popLocked();
  }
  function* popLocked(): Access<number> {
    yield mutexLock(at.lock);
    const tail = (yield readV(at.tail)) - 1;
    yield writeV(at.tail, tail);
    let item = 0;
    if ((yield readV(at.head)) <= tail) item = yield* itemAt(tail);
    else yield writeV(at.tail, tail + 1);
    yield mutexUnlock(at.lock);
    return item;
  }
  function* steal(): Access<number> {
    yield mutexLock(at.lock);
    const head = yield readV(at.head);
    yield writeV(at.head, head + 1);
    let item = 0;
    if (head < (yield readV(at.tail))) item = yield* itemAt(head);
    else yield writeV(at.head, head);
    yield mutexUnlock(at.lock);
    return item;
  }
  function* itemAt(index: number): Access<number> {
    const mask = yield readOnce(at.mask);
    return yield readOnce(slot(index, mask));
  }
  function* run(item: number): Access {
    if (item !== 0) yield* increase(at.runs + item, 1);
  }
  return {
    *setUp() {
      yield writeOnce(at.mask, CAPACITY_FIRST - 1);
    },
    threads: [
      thread("owner", function* own() {
        for (let item = 1; item <= ITEMS; item += 2) {
          yield* push(item);
          yield* push(item + 1);
          yield* run(yield* pop());
        }
        for (let i = 0; i < 2; i++) yield* run(yield* pop());
      }),
      thread("thief", function* thieve() {
        for (let i = 0; i < 2; i++) yield* run(yield* steal());
      }),
    ],
    mustHold: [
      {
        property: "each-item-once",
        ended(words) {
          for (let item = 1; item <= ITEMS; item++) {
            const runs = words[at.runs + item] as number;
            if (runs !== 1) return `item ${item} was run ${runs} times`;
          }
          return undefined;
        },
      },
    ],
  };
}

export const workStealQueueProgram: ToyProgram = toyProgram({
  name: "work-steal-queue",
  about: "the work-stealing deque of Cilk-5: an owner pushes and pops, a thief steals",
  source: `WorkStealQueue of CHESS, in ${sctBench}; Frigo, Leiserson, Randall, Cilk-5, PLDI 1998`,
  parameters: {},
  bug: {
    what: "push takes no lock when one element too many is present, and overwrites one that a thief is about to take",
    depth: 3,
    violates: ["each-item-once"],
  },
  build: (heap) => workStealQueue(heap, 1),
  corrected: (heap) => workStealQueue(heap, 0),
});
