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
import type { Program } from "#fuzz/machine/program.ts";
import { conditionSignal, conditionWait } from "./condition-variable.ts";
import { increase, sctBench, share, type SmallProgram, thread, threads } from "./small-program.ts";

/** Two threads of a reader-writer lock of two classes: the first of a class takes l inside m. */
function carter01(): Program {
  const { heap, at } = share("carter", { m: 1, l: 1, a: 1, b: 1 });
  function* enter(counter: Address): Access {
    yield mutexLock(at.m);
    if ((yield* increase(counter, 1)) === 1) yield mutexLock(at.l);
    yield mutexUnlock(at.m);
    yield mutexLock(at.m);
    if ((yield* increase(counter, -1)) === 0) yield mutexUnlock(at.l);
    yield mutexUnlock(at.m);
  }
  return {
    name: "carter01_bad",
    heap,
    threads: [thread("class a", () => enter(at.a)), thread("class b", () => enter(at.b))],
    watchers: [],
  };
}

/** Two threads take two locks in the orders given. */
function deadlock01(second: readonly ["a" | "b", "a" | "b"]): Program {
  const { heap, at } = share("deadlock", { a: 1, b: 1, counter: 1 });
  function* take([outer, inner]: readonly ["a" | "b", "a" | "b"], by: number): Access {
    yield mutexLock(at[outer]);
    yield mutexLock(at[inner]);
    yield* increase(at.counter, by);
    yield mutexUnlock(at[inner]);
    yield mutexUnlock(at[outer]);
  }
  return {
    name: "deadlock01_bad",
    heap,
    threads: [thread("first", () => take(["a", "b"], 1)), thread("second", () => take(second, -1))],
    watchers: [],
  };
}

/** Two threads that take x a second time and never release it. */
function phase01(): Program {
  const { heap, at } = share("phase", { x: 1, y: 1 });
  function* run(): Access {
    for (const lock of [at.x, at.y]) {
      yield mutexLock(lock);
      yield mutexUnlock(lock);
      yield mutexLock(lock);
      if (lock === at.y) yield mutexUnlock(lock);
    }
  }
  return { name: "phase01_bad", heap, threads: threads("thread", 2, run), watchers: [] };
}

/** A producer and a consumer of a counter, `rounds` each; the consumer takes `taken` at a time. */
function sync(name: string, initial: number, rounds: number, taken: number): Program {
  const { heap, at } = share("sync", { mutex: 1, empty: 1, full: 1, number: 1 });
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
    name,
    heap,
    *setUp() {
      yield writeOnce(at.number, initial);
    },
    threads: [thread("producer", produce), thread("consumer", consume)],
    watchers: [],
  };
}

/**
 * Philosophers who take both forks in one atomic block, eat, and count themselves without a lock; the count may reach
 * `most`.
 */
function diningPhilosophers(philosophers: number, most: number): Program {
  const { heap, at } = share("table", { atomic: 1, forks: philosophers, eaten: 1 });
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
  return {
    name: `din_phil${philosophers}_sat`,
    heap,
    threads: threads("philosopher", philosophers, dine),
    watchers: [],
  };
}

const INODES = 26;

/** A file system of `INODES` inodes and blocks with a lock each; thread t works on inode t. */
function fsbench(threadCount: number): Program {
  // The inode locks come last: what follows them is no object's.
  const { heap, at } = share("fs", { busy: INODES, inode: INODES, blockLocks: INODES, inodeLocks: INODES });
  function* allocateBlock(inode: number): Access {
    yield mutexLock(at.inodeLocks + inode);
    if ((yield readOnce(at.inode + inode)) === 0) {
      for (let block = (inode * 2) % INODES, tries = 0; tries < INODES; block = (block + 1) % INODES, tries++) {
        yield mutexLock(at.blockLocks + block);
        if ((yield readOnce(at.busy + block)) === 0) {
          yield writeOnce(at.busy + block, 1);
          yield writeOnce(at.inode + inode, block + 1);
          yield mutexUnlock(at.blockLocks + block);
          break;
        }
        yield mutexUnlock(at.blockLocks + block);
      }
    }
    yield mutexUnlock(at.inodeLocks + inode);
  }
  return { name: "fsbench_bad", heap, threads: threads("thread", threadCount, allocateBlock), watchers: [] };
}

export const deadlocks: readonly SmallProgram[] = [
  {
    name: "carter01_bad",
    bug: "the second class waits for l while it holds m, which the first needs to release l",
    depth: 2,
    source: sctBench,
    violates: ["deadlock"],
    create: carter01,
  },
  {
    name: "deadlock01_bad",
    bug: "two locks are taken in opposite order",
    depth: 2,
    source: sctBench,
    violates: ["deadlock"],
    create: () => deadlock01(["b", "a"]),
    corrected: () => deadlock01(["a", "b"]),
  },
  {
    name: "phase01_bad",
    bug: "a lock is never released, on every schedule",
    depth: 1,
    source: sctBench,
    violates: ["context"],
    create: phase01,
  },
  {
    name: "sync01_bad",
    bug: "the producer waits for a counter to fall that nobody lowers, on every schedule",
    depth: 1,
    source: sctBench,
    violates: ["deadlock"],
    create: () => sync("sync01_bad", 1, 1, 0),
    corrected: () => sync("sync01_ok", 1, 1, 1),
  },
  {
    name: "sync02_bad",
    bug: "the consumer ends after two rounds and leaves the producer waiting, on every schedule",
    depth: 1,
    source: sctBench,
    violates: ["deadlock"],
    create: () => sync("sync02_bad", 2, 2, 1),
    corrected: () => sync("sync02_ok", 0, 2, 1),
  },
  ...[2, 3, 4, 5, 6, 7].map((philosophers) => ({
    name: `din_phil${philosophers}_sat`,
    bug: "the count reaches the number of philosophers, unless increments are lost",
    depth: 1,
    source: sctBench,
    violates: ["assertion"],
    create: () => diningPhilosophers(philosophers, philosophers - 1),
    corrected: () => diningPhilosophers(philosophers, philosophers),
  })),
  {
    name: "fsbench_bad",
    bug: `thread ${INODES + 1} uses the lock after the last of ${INODES}, on every schedule`,
    depth: 1,
    source: sctBench,
    violates: ["memory-safety"],
    create: () => fsbench(INODES + 1),
    corrected: () => fsbench(INODES),
  },
];
