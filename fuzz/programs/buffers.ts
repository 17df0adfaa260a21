/** Producers and consumers of rings, queues and stacks. */
import {
  type Access,
  type Address,
  assertHolds,
  mutexLock,
  mutexUnlock,
  readOnce,
  writeOnce,
} from "#impl/memory/access.ts";
import type { Heap } from "#impl/memory/heap.ts";
import { conditionSignal, conditionWait } from "./condition-variable.ts";
import {
  increase,
  sctBench,
  share,
  thread,
  threads,
  type ToyBody,
  type ToyProgram,
  toyProgram,
} from "./toy-program.ts";

const RING_TURNS = 7;

/** Behaviour of a thread when its turn has not come: in the corrected program it waits. */
type Turn = "skipped" | "awaited";

const FOUR = 4;

function* fourTimes(once: () => Access): Access {
  for (let i = 0; i < FOUR; i++) yield* once();
}

/** Seven turns each: the producer inserts its turn's number, the consumer expects its own. */
function circularBuffer(heap: Heap, turn: Turn): ToyBody {
  const at = share(heap, "ring", {
    mutex: 1,
    send: 1,
    receive: 1,
    sendable: 1,
    receivable: 1,
    first: 1,
    next: 1,
    buffer: 10,
  });
  function* awaitTurn(flag: Address, condition: Address, me: number): Access {
    if (turn === "skipped") return;
    while ((yield readOnce(flag)) === 0) yield* conditionWait(condition, at.mutex, me);
  }
  function* produce(): Access {
    for (let i = 0; i < RING_TURNS; i++) {
      yield mutexLock(at.mutex);
      yield* awaitTurn(at.send, at.sendable, 0);
      if ((yield readOnce(at.send)) === 1) {
        const next = yield readOnce(at.next);
        yield writeOnce(at.buffer + next, i);
        yield writeOnce(at.next, next + 1);
        yield writeOnce(at.send, 0);
        yield writeOnce(at.receive, 1);
        if (turn === "awaited") yield* conditionSignal(at.receivable);
      }
      yield mutexUnlock(at.mutex);
    }
  }
  function* consume(): Access {
    for (let i = 0; i < RING_TURNS; i++) {
      yield mutexLock(at.mutex);
      yield* awaitTurn(at.receive, at.receivable, 1);
      if ((yield readOnce(at.receive)) === 1) {
        const first = yield readOnce(at.first);
        yield writeOnce(at.first, first + 1);
        const found = yield readOnce(at.buffer + first);
        yield assertHolds(found === i, `turn ${i} receives ${found}`);
        yield writeOnce(at.receive, 0);
        yield writeOnce(at.send, 1);
        if (turn === "awaited") yield* conditionSignal(at.sendable);
      }
      yield mutexUnlock(at.mutex);
    }
  }
  return {
    *setUp() {
      yield writeOnce(at.send, 1);
    },
    threads: [thread("producer", produce), thread("consumer", consume)],
  };
}

const QUEUE_SIZE = 20;

/** A queue in which the consumer expects, at its turn i, what the producer stored at its own turn i. */
function queue(heap: Heap): ToyBody {
  const at = share(heap, "queue", {
    mutex: 1,
    enqueueFlag: 1,
    dequeueFlag: 1,
    head: 1,
    tail: 1,
    amount: 1,
    element: QUEUE_SIZE,
    stored: QUEUE_SIZE,
  });
  function* enqueue(value: number): Access {
    const tail = yield readOnce(at.tail);
    yield writeOnce(at.element + tail, value);
    yield* increase(at.amount, 1);
    yield writeOnce(at.tail, tail === QUEUE_SIZE ? 1 : tail + 1);
  }
  function* dequeue(): Access<number> {
    const head = yield readOnce(at.head);
    const value = yield readOnce(at.element + head);
    yield* increase(at.amount, -1);
    yield writeOnce(at.head, head === QUEUE_SIZE ? 1 : head + 1);
    return value;
  }
  function* produce(): Access {
    let value = 0;
    yield mutexLock(at.mutex);
    yield* enqueue(value);
    yield writeOnce(at.stored, value);
    yield mutexUnlock(at.mutex);
    for (let i = 0; i < QUEUE_SIZE - 1; i++) {
      yield mutexLock(at.mutex);
      if ((yield readOnce(at.enqueueFlag)) === 1) {
        yield* enqueue(++value);
        yield writeOnce(at.stored + i + 1, value);
        yield writeOnce(at.enqueueFlag, 0);
        yield writeOnce(at.dequeueFlag, 1);
      }
      yield mutexUnlock(at.mutex);
    }
  }
  function* consume(): Access {
    for (let i = 0; i < QUEUE_SIZE; i++) {
      yield mutexLock(at.mutex);
      if ((yield readOnce(at.dequeueFlag)) === 1) {
        const value = yield* dequeue();
        const stored = yield readOnce(at.stored + i);
        yield assertHolds(value === stored, `turn ${i} dequeues ${value}, and ${stored} was stored`);
        yield writeOnce(at.dequeueFlag, 0);
        yield writeOnce(at.enqueueFlag, 1);
      }
      yield mutexUnlock(at.mutex);
    }
  }
  return {
    *setUp() {
      yield writeOnce(at.enqueueFlag, 1);
    },
    threads: [thread("producer", produce), thread("consumer", consume)],
  };
}

const STACK_SIZE = 10;

/** Ten pushes and ten pops under one lock; the popper relies on a flag for whether the stack is non-empty. */
function stack(heap: Heap, flag: "never cleared" | "cleared when empty"): ToyBody {
  const at = share(heap, "stack", { mutex: 1, flag: 1, top: 1, array: STACK_SIZE });
  function* push(): Access {
    for (let i = 0; i < STACK_SIZE; i++) {
      yield mutexLock(at.mutex);
      const top = yield readOnce(at.top);
      yield writeOnce(at.array + top, i);
      yield writeOnce(at.top, top + 1);
      yield writeOnce(at.flag, 1);
      yield mutexUnlock(at.mutex);
    }
  }
  function* pop(): Access {
    for (let i = 0; i < STACK_SIZE; i++) {
      yield mutexLock(at.mutex);
      if ((yield readOnce(at.flag)) === 1) {
        const top = yield readOnce(at.top);
        yield assertHolds(top > 0, "the stack is empty");
        yield writeOnce(at.top, top - 1);
        yield readOnce(at.array + top - 1);
        if (flag === "cleared when empty" && top === 1) yield writeOnce(at.flag, 0);
      }
      yield mutexUnlock(at.mutex);
    }
  }
  return { threads: [thread("pusher", push), thread("popper", pop)] };
}

const BUFFER_SIZE = 3;

/** Two producers and two consumers of four items each; `get` may leave its section between the wait and the removal. */
function boundedBuffer(heap: Heap, get: "leaves its section" | "stays in its section"): ToyBody {
  const at = share(heap, "buffer", {
    mutex: 1,
    notFull: 1,
    notEmpty: 1,
    head: 1,
    rear: 1,
    producersWaiting: 1,
    consumersWaiting: 1,
    slots: BUFFER_SIZE,
  });
  function* isFull(): Access<boolean> {
    return ((yield readOnce(at.rear)) + 1) % BUFFER_SIZE === (yield readOnce(at.head));
  }
  function* isEmpty(): Access<boolean> {
    return (yield readOnce(at.head)) === (yield readOnce(at.rear));
  }
  function* putItem(item: number, me: number): Access {
    yield mutexLock(at.mutex);
    if (yield* isFull()) {
      yield* increase(at.producersWaiting, 1);
      while (yield* isFull()) yield* conditionWait(at.notFull, at.mutex, me);
      yield* increase(at.producersWaiting, -1);
    }
    const rear = yield readOnce(at.rear);
    yield writeOnce(at.slots + rear, item);
    yield writeOnce(at.rear, (rear + 1) % BUFFER_SIZE);
    if ((yield readOnce(at.consumersWaiting)) > 0) yield* conditionSignal(at.notEmpty);
    yield mutexUnlock(at.mutex);
  }
  function* getItem(me: number): Access {
    yield mutexLock(at.mutex);
    if (yield* isEmpty()) {
      yield* increase(at.consumersWaiting, 1);
      while (yield* isEmpty()) yield* conditionWait(at.notEmpty, at.mutex, me);
      yield* increase(at.consumersWaiting, -1);
    }
    if (get === "leaves its section") {
      yield mutexUnlock(at.mutex);
      yield mutexLock(at.mutex);
    }
    const empty = yield* isEmpty();
    yield assertHolds(!empty, "the buffer is empty");
    const head = yield readOnce(at.head);
    yield readOnce(at.slots + head);
    yield writeOnce(at.head, (head + 1) % BUFFER_SIZE);
    if ((yield readOnce(at.producersWaiting)) > 0) yield* conditionSignal(at.notFull);
    yield mutexUnlock(at.mutex);
  }
  return {
    threads: [
      ...threads("producer", 2, (me) => fourTimes(() => putItem(1, me))),
      ...threads("consumer", 2, (me) => fourTimes(() => getItem(me))),
    ],
  };
}

/**
 * Three items pass through a one-item buffer; the consumer sums its turns, which gives 6; `accepts` is main's
 * assertion.
 */
function arithmeticProgression(heap: Heap, accepts: (total: number) => boolean): ToyBody {
  const at = share(heap, "progression", { mutex: 1, empty: 1, full: 1, number: 1, total: 1 });
  const items = 3;
  function* produce(): Access {
    for (let i = 0; i < items; i++) {
      yield mutexLock(at.mutex);
      while ((yield readOnce(at.number)) > 0) yield* conditionWait(at.empty, at.mutex, 0);
      yield* increase(at.number, 1);
      yield* conditionSignal(at.full);
      yield mutexUnlock(at.mutex);
    }
  }
  function* consume(): Access {
    for (let i = 0; i < items; i++) {
      yield mutexLock(at.mutex);
      while ((yield readOnce(at.number)) === 0) yield* conditionWait(at.full, at.mutex, 1);
      yield* increase(at.total, i);
      yield* increase(at.number, -1);
      yield* conditionSignal(at.empty);
      yield mutexUnlock(at.mutex);
    }
    const total = yield* increase(at.total, items);
    yield assertHolds(accepts(total), `the total is ${total}`);
  }
  return { threads: [thread("producer", produce), thread("consumer", consume)] };
}

export const buffers: readonly ToyProgram[] = [
  toyProgram({
    name: "circular_buffer_bad",
    about: "seven turns each: the producer inserts its turn's number, the consumer expects its own",
    source: sctBench,
    parameters: {},
    bug: {
      what: "a turn is lost when its flag is not set, and the turns drift apart",
      depth: 2,
      violates: ["assertion"],
    },
    build: (heap) => circularBuffer(heap, "skipped"),
    corrected: (heap) => circularBuffer(heap, "awaited"),
  }),
  toyProgram({
    name: "queue_bad",
    about: "a queue in which the consumer expects, at its turn i, what the producer stored at its own turn i",
    source: sctBench,
    parameters: {},
    bug: {
      what: "a turn is lost when its flag is not set, and the turns drift apart",
      depth: 2,
      violates: ["assertion"],
    },
    build: queue,
  }),
  toyProgram({
    name: "stack_bad",
    about: "ten pushes and ten pops under one lock; the popper relies on a flag",
    source: sctBench,
    parameters: {},
    bug: { what: "the flag that the stack is non-empty is never cleared", depth: 2, violates: ["assertion"] },
    build: (heap) => stack(heap, "never cleared"),
    corrected: (heap) => stack(heap, "cleared when empty"),
  }),
  toyProgram({
    name: "boundedBuffer",
    about: "two producers and two consumers of a buffer for two items, four items each",
    source: "Inspect's examples, in SCTBench",
    parameters: {},
    bug: {
      what: "get leaves its section between the wait and the removal, and another consumer empties the buffer",
      depth: 3,
      violates: ["assertion"],
    },
    build: (heap) => boundedBuffer(heap, "leaves its section"),
    corrected: (heap) => boundedBuffer(heap, "stays in its section"),
  }),
  toyProgram({
    name: "arithmetic_prog_bad",
    about: "three items pass through a one-item buffer; the consumer sums its turns, which gives 6",
    source: sctBench,
    parameters: {},
    bug: {
      what: "the total is asserted not to be 6, which it is on every schedule",
      depth: 1,
      violates: ["assertion"],
    },
    build: (heap) => arithmeticProgression(heap, (total) => total !== 6),
    corrected: (heap) => arithmeticProgression(heap, (total) => total === 6),
  }),
];
