/** Programs that hang, or use locks wrongly. */
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

/** Two threads of a reader-writer lock of two classes: the first of a class takes l inside m. */
function carter01(heap: Heap): ToyBody {
  const at = share(heap, "carter", { m: 1, l: 1, a: 1, b: 1 });
  function* enter(counter: Address): Access {
    yield mutexLock(at.m);
    if ((yield* increase(counter, 1)) === 1) yield mutexLock(at.l);
    yield mutexUnlock(at.m);
    yield mutexLock(at.m);
    if ((yield* increase(counter, -1)) === 0) yield mutexUnlock(at.l);
    yield mutexUnlock(at.m);
  }
  return { threads: [thread("class a", () => enter(at.a)), thread("class b", () => enter(at.b))] };
}

/** Two threads take two locks in the orders given. */
function deadlock01(heap: Heap, second: readonly ["a" | "b", "a" | "b"]): ToyBody {
  const at = share(heap, "deadlock", { a: 1, b: 1, counter: 1 });
  function* take([outer, inner]: readonly ["a" | "b", "a" | "b"], by: number): Access {
    yield mutexLock(at[outer]);
    yield mutexLock(at[inner]);
    yield* increase(at.counter, by);
    yield mutexUnlock(at[inner]);
    yield mutexUnlock(at[outer]);
  }
  return { threads: [thread("first", () => take(["a", "b"], 1)), thread("second", () => take(second, -1))] };
}

/** Two threads that take x a second time and never release it. */
function phase01(heap: Heap): ToyBody {
  const at = share(heap, "phase", { x: 1, y: 1 });
  function* run(): Access {
    for (const lock of [at.x, at.y]) {
      yield mutexLock(lock);
      yield mutexUnlock(lock);
      yield mutexLock(lock);
      if (lock === at.y) yield mutexUnlock(lock);
    }
  }
  return { threads: threads("thread", 2, run) };
}

/** A producer and a consumer of a counter, `rounds` each; the consumer takes `taken` at a time. */
function sync(heap: Heap, initial: number, rounds: number, taken: number): ToyBody {
  const at = share(heap, "sync", { mutex: 1, empty: 1, full: 1, number: 1 });
  function* produce(): Access {
    for (let round = 0; round < rounds; round++) {
      yield mutexLock(at.mutex);
      while ((yield readOnce(at.number)) > 0) yield* conditionWait(at.empty, at.mutex, 0);
      yield* increase(at.number, 1);
      yield* conditionSignal(at.full);
      yield mutexUnlock(at.mutex);
    }
  }
  function* consume(): Access {
    for (let round = 0; round < rounds; round++) {
      yield mutexLock(at.mutex);
      while ((yield readOnce(at.number)) === 0) yield* conditionWait(at.full, at.mutex, 1);
      yield* increase(at.number, -taken);
      yield* conditionSignal(at.empty);
      yield mutexUnlock(at.mutex);
    }
  }
  return {
    *setUp() {
      yield writeOnce(at.number, initial);
    },
    threads: [thread("producer", produce), thread("consumer", consume)],
  };
}

/**
 * Philosophers take both forks in one atomic block, eat, and count themselves without a lock; the count may reach
 * `most`.
 */
function diningPhilosophers(heap: Heap, philosophers: number, most: number): ToyBody {
  const at = share(heap, "table", { atomic: 1, forks: philosophers, eaten: 1 });
  function* dine(seat: number): Access {
    const right = at.forks + seat;
    const left = at.forks + ((seat + 1) % philosophers);
    yield mutexLock(at.atomic);
    yield mutexLock(right);
    yield mutexLock(left);
    yield mutexUnlock(at.atomic);
    yield mutexUnlock(left);
    yield mutexUnlock(right);
    const eaten = yield* increase(at.eaten, 1);
    yield assertHolds(eaten <= most, `${eaten} have eaten`);
  }
  return { threads: threads("philosopher", philosophers, dine) };
}

export const deadlocks: readonly ToyProgram[] = [
  toyProgram({
    name: "carter01_bad",
    about: "two threads of a reader-writer lock of two classes: the first of a class takes l inside m",
    source: sctBench,
    parameters: {},
    bug: {
      what: "the second class waits for l while it holds m, which the first needs to release l",
      depth: 2,
      violates: ["deadlock"],
    },
    build: carter01,
  }),
  toyProgram({
    name: "deadlock01_bad",
    about: "two threads take two locks each",
    source: sctBench,
    parameters: {},
    bug: { what: "two locks are taken in opposite order", depth: 2, violates: ["deadlock"] },
    build: (heap) => deadlock01(heap, ["b", "a"]),
    corrected: (heap) => deadlock01(heap, ["a", "b"]),
  }),
  toyProgram({
    name: "phase01_bad",
    about: "two threads take a lock a second time and never release it",
    source: sctBench,
    parameters: {},
    bug: { what: "a lock is never released, on every schedule", depth: 1, violates: ["context"] },
    build: phase01,
  }),
  toyProgram({
    name: "sync01_bad",
    about: "a producer and a consumer of a counter, one round each",
    source: sctBench,
    parameters: {},
    bug: {
      what: "the producer waits for a counter that no thread lowers to fall, on every schedule",
      depth: 1,
      violates: ["deadlock"],
    },
    build: (heap) => sync(heap, 1, 1, 0),
    corrected: (heap) => sync(heap, 1, 1, 1),
  }),
  toyProgram({
    name: "sync02_bad",
    about: "a producer and a consumer of a counter, two rounds each",
    source: sctBench,
    parameters: {},
    bug: {
      what: "the consumer ends after two rounds and leaves the producer waiting, on every schedule",
      depth: 1,
      violates: ["deadlock"],
    },
    build: (heap) => sync(heap, 2, 2, 1),
    corrected: (heap) => sync(heap, 0, 2, 1),
  }),
  ...[2, 3, 4, 5, 6, 7].map((philosophers) =>
    toyProgram({
      name: `din_phil${philosophers}_sat`,
      about: `${philosophers} philosophers take both forks in one atomic block, eat, and count themselves unlocked`,
      source: sctBench,
      parameters: {},
      bug: {
        what: "the count reaches the number of philosophers, unless increments are lost",
        depth: 1,
        violates: ["assertion"],
      },
      build: (heap) => diningPhilosophers(heap, philosophers, philosophers - 1),
      corrected: (heap) => diningPhilosophers(heap, philosophers, philosophers),
    }),
  ),
];
