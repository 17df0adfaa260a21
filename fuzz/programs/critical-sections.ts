/** Programs with critical sections, most with a bug in their order. */
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

/** Whether a check asserts what must hold of the values it read, or nothing. */
type States = "what must be" | "nothing";

/** A deposit of 2 and a withdrawal of 4 from `balance`; `check` runs in the same mutex. */
function account(
  heap: Heap,
  balance: number,
  check: (at: Readonly<Record<"balance" | "depositDone" | "withdrawDone", Address>>) => Access,
): ToyBody {
  const at = share(heap, "account", { mutex: 1, balance: 1, depositDone: 1, withdrawDone: 1 });
  function* move(amount: number, done: Address): Access {
    yield mutexLock(at.mutex);
    yield* increase(at.balance, amount);
    yield writeOnce(done, 1);
    yield mutexUnlock(at.mutex);
  }
  return {
    *setUp() {
      yield writeOnce(at.balance, balance);
    },
    threads: [
      thread("checker", function* () {
        yield mutexLock(at.mutex);
        yield* check(at);
        yield mutexUnlock(at.mutex);
      }),
      thread("depositor", () => move(2, at.depositDone)),
      thread("withdrawer", () => move(-4, at.withdrawDone)),
    ],
  };
}

/** The checker expects `balance` once both are done. */
function accountOf(heap: Heap, balance: number): ToyBody {
  return account(heap, 1, function* (at) {
    if ((yield readOnce(at.depositDone)) === 1 && (yield readOnce(at.withdrawDone)) === 1) {
      const found = yield readOnce(at.balance);
      yield assertHolds(found === balance, `the balance is ${found}`);
    }
  });
}

/** Two threads add 1 and 2; a third fails when it finds `limit` or more. */
function lazy01(heap: Heap, limit: number): ToyBody {
  const at = share(heap, "lazy", { mutex: 1, data: 1 });
  function* add(amount: number): Access {
    yield mutexLock(at.mutex);
    yield* increase(at.data, amount);
    yield mutexUnlock(at.mutex);
  }
  function* check(): Access {
    yield mutexLock(at.mutex);
    const data = yield readOnce(at.data);
    yield assertHolds(data < limit, `data is ${data}`);
    yield mutexUnlock(at.mutex);
  }
  return { threads: [thread("checker", check), thread("adds 2", () => add(2)), thread("adds 1", () => add(1))] };
}

/** A thread of a token ring: in one section, it reads one word, adds `by`, and stores the sum in another. */
function* hand(mutex: Address, from: Address, to: Address, by: number, flag?: Address): Access {
  yield mutexLock(mutex);
  yield writeOnce(to, ((yield readOnce(from)) + by) % 4);
  if (flag !== undefined) yield writeOnce(flag, 1);
  yield mutexUnlock(mutex);
}

/**
 * Three threads pass a value on, x1 from x3, x2 from x1, x3 from x2; the checker asserts `accepts` when all are done.
 */
function tokenRing(heap: Heap, accepts: (x1: number, x2: number, x3: number) => boolean): ToyBody {
  const at = share(heap, "ring", { mutex: 1, x1: 1, x2: 1, x3: 1, flag1: 1, flag2: 1, flag3: 1 });
  function* check(): Access {
    yield mutexLock(at.mutex);
    if ((yield readOnce(at.flag1)) === 1 && (yield readOnce(at.flag2)) === 1 && (yield readOnce(at.flag3)) === 1) {
      const x1 = yield readOnce(at.x1);
      const x2 = yield readOnce(at.x2);
      const x3 = yield readOnce(at.x3);
      yield assertHolds(accepts(x1, x2, x3), `the ring holds ${x1}, ${x2}, ${x3}`);
    }
    yield mutexUnlock(at.mutex);
  }
  return {
    *setUp() {
      yield writeOnce(at.x1, 1);
      yield writeOnce(at.x2, 2);
      yield writeOnce(at.x3, 1);
    },
    threads: [
      thread("x1", () => hand(at.mutex, at.x3, at.x1, 1, at.flag1)),
      thread("x2", () => hand(at.mutex, at.x1, at.x2, 0, at.flag2)),
      thread("x3", () => hand(at.mutex, at.x2, at.x3, 0, at.flag3)),
      thread("checker", check),
    ],
  };
}

/** Writers set d1 under lock A, then d2 = d1 + 1 under lock B; readers read d1 under A and d2 under B. */
function twostage(heap: Heap, writers: number, readers: number, states: States): ToyBody {
  const at = share(heap, "twostage", { a: 1, b: 1, data1: 1, data2: 1 });
  function* write(): Access {
    yield mutexLock(at.a);
    yield writeOnce(at.data1, 1);
    yield mutexUnlock(at.a);
    yield mutexLock(at.b);
    yield writeOnce(at.data2, (yield readOnce(at.data1)) + 1);
    yield mutexUnlock(at.b);
  }
  function* read(): Access {
    yield mutexLock(at.a);
    const first = yield readOnce(at.data1);
    yield mutexUnlock(at.a);
    if (first === 0) return;
    yield mutexLock(at.b);
    const second = yield readOnce(at.data2);
    yield mutexUnlock(at.b);
    if (states === "nothing") return;
    yield assertHolds(second === first + 1, `the first stage is ${first}, the second ${second}`);
  }
  return { threads: [...threads("writer", writers, write), ...threads("reader", readers, read)] };
}

/** The corrected twostage: one section for both stages. */
function twostageInOneSection(heap: Heap, writers: number, readers: number): ToyBody {
  const at = share(heap, "twostage", { a: 1, data1: 1, data2: 1 });
  function* write(): Access {
    yield mutexLock(at.a);
    yield writeOnce(at.data1, 1);
    yield writeOnce(at.data2, 2);
    yield mutexUnlock(at.a);
  }
  function* read(): Access {
    yield mutexLock(at.a);
    const first = yield readOnce(at.data1);
    const second = yield readOnce(at.data2);
    yield mutexUnlock(at.a);
    yield assertHolds(first === 0 || second === first + 1, `the first stage is ${first}, the second ${second}`);
  }
  return { threads: [...threads("writer", writers, write), ...threads("reader", readers, read)] };
}

function twostageOf(suffix: string, writers: number, readers: number): ToyProgram {
  return toyProgram({
    name: `twostage${suffix}_bad`,
    about: `writers set one word, then another from it, under a mutex each; readers follow: ${writers} and ${readers}`,
    source: sctBench,
    parameters: {},
    bug: { what: "a reader fits between a writer's two sections", depth: 3, violates: ["assertion"] },
    build: (heap) => twostage(heap, writers, readers, "what must be"),
    corrected: (heap) => twostageInOneSection(heap, writers, readers),
  });
}

/**
 * One thread increments under lock A and expects no interference; `others` increment under the lock that `lockOf`
 * names.
 */
function wronglock(heap: Heap, others: number, lockOf: "a" | "b", states: States): ToyBody {
  const at = share(heap, "wronglock", { a: 1, b: 1, data: 1 });
  function* watch(): Access {
    yield mutexLock(at.a);
    const before = yield readOnce(at.data);
    yield* increase(at.data);
    const after = yield readOnce(at.data);
    if (states === "what must be") yield assertHolds(after === before + 1, `data went from ${before} to ${after}`);
    yield mutexUnlock(at.a);
  }
  function* disturb(): Access {
    yield mutexLock(at[lockOf]);
    yield* increase(at.data);
    yield mutexUnlock(at[lockOf]);
  }
  return { threads: [thread("watcher", watch), ...threads("wrong lock", others, disturb)] };
}

function wronglockOf(name: string, others: number): ToyProgram {
  return toyProgram({
    name,
    about: `one thread increments under one mutex, ${others} others under the wrong one`,
    source: sctBench,
    parameters: {},
    bug: { what: "the others increment under another lock", depth: 3, violates: ["assertion"] },
    build: (heap) => wronglock(heap, others, "b", "what must be"),
    corrected: (heap) => wronglock(heap, others, "a", "what must be"),
  });
}

/**
 * `append(other)` reads the other buffer's length in one critical section and copies in another; meanwhile a thread
 * erases that buffer.
 */
function stringbuffer(heap: Heap, copy: "in two sections" | "in one section"): ToyBody {
  const at = share(heap, "buffers", { mutex: 1, count: 1, text: 3, sumMutex: 1, sumCount: 1 });
  function* erase(): Access {
    yield mutexLock(at.mutex);
    yield writeOnce(at.count, 0);
    yield mutexUnlock(at.mutex);
  }
  function* append(): Access {
    yield mutexLock(at.sumMutex);
    yield mutexLock(at.mutex);
    const length = yield readOnce(at.count);
    if (copy === "in two sections") {
      yield mutexUnlock(at.mutex);
      yield mutexLock(at.mutex);
    }
    const count = yield readOnce(at.count);
    yield assertHolds(length <= count, `${length} characters are requested from a buffer of ${count}`);
    for (let i = 0; i < length; i++) yield readOnce(at.text + i);
    yield mutexUnlock(at.mutex);
    yield* increase(at.sumCount, length);
    yield mutexUnlock(at.sumMutex);
  }
  return {
    *setUp() {
      yield writeOnce(at.count, 3);
    },
    threads: [thread("eraser", erase), thread("appender", append)],
  };
}

export const criticalSections: readonly ToyProgram[] = [
  toyProgram({
    name: "account",
    about: "a deposit, a withdrawal and a check under one mutex",
    parameters: {},
    build: (heap) =>
      account(heap, 0, function* (at) {
        yield readOnce(at.depositDone);
        yield readOnce(at.withdrawDone);
      }),
  }),
  toyProgram({
    name: "account_bad",
    about: "a deposit, a withdrawal and a check of the balance under one mutex",
    source: sctBench,
    parameters: {},
    bug: {
      what: "the checker's formula is wrong, so it fails whenever it comes last",
      depth: 2,
      violates: ["assertion"],
    },
    build: (heap) => accountOf(heap, 1 - 2 - 4),
    corrected: (heap) => accountOf(heap, 1 + 2 - 4),
  }),
  toyProgram({
    name: "lazy01_bad",
    about: "two threads add 1 and 2; a third fails when it finds too much",
    source: sctBench,
    parameters: {},
    bug: { what: "the checker fails when both have added before it", depth: 3, violates: ["assertion"] },
    build: (heap) => lazy01(heap, 3),
    corrected: (heap) => lazy01(heap, 4),
  }),
  toyProgram({
    name: "tokenring",
    about: "four threads pass a token under one mutex",
    parameters: {},
    build(heap) {
      const { mutex, token } = share(heap, "ring", { mutex: 1, token: 3 });
      return {
        threads: [
          thread("first", () => hand(mutex, token + 2, token, 1)),
          thread("second", () => hand(mutex, token, token + 1, 0)),
          thread("third", () => hand(mutex, token + 1, token + 2, 0)),
          thread("checker", function* () {
            yield mutexLock(mutex);
            for (let i = 0; i < 3; i++) yield readOnce(token + i);
            yield mutexUnlock(mutex);
          }),
        ],
      };
    },
  }),
  toyProgram({
    name: "token_ring_bad",
    about: "three threads pass a value on in a ring, and a fourth checks it",
    source: sctBench,
    parameters: {},
    bug: { what: "the checker accepts only the order x1, x2, x3", depth: 4, violates: ["assertion"] },
    build: (heap) => tokenRing(heap, (x1, x2, x3) => x1 === x2 && x2 === x3),
    corrected: (heap) => tokenRing(heap, (x1, x2, x3) => Math.min(x1, x2, x3) >= 1 && Math.max(x1, x2, x3) <= 3),
  }),
  toyProgram({
    name: "twostage",
    about: "N writers set one word, then another from it, under a mutex each; K readers follow",
    parameters: { N: 1, K: 1 },
    build: (heap, { N, K }) => twostage(heap, N, K, "nothing"),
  }),
  twostageOf("", 1, 1),
  twostageOf("_20", 10, 10),
  twostageOf("_50", 40, 10),
  twostageOf("_100", 99, 1),
  toyProgram({
    name: "wronglock",
    about: "one thread takes one mutex, N others the wrong one",
    parameters: { N: 1 },
    build: (heap, { N }) => wronglock(heap, N, "b", "nothing"),
  }),
  wronglockOf("wronglock_3_bad", 3),
  wronglockOf("wronglock_bad", 7),
  toyProgram({
    name: "stringbuffer",
    about: "a buffer is appended to another while a thread erases it",
    source: "JDK 1.4 StringBuffer.append; mimicked by Jie Yu, in SCTBench",
    parameters: {},
    bug: { what: "the buffer is erased between reading its length and the copy", depth: 3, violates: ["assertion"] },
    build: (heap) => stringbuffer(heap, "in two sections"),
    corrected: (heap) => stringbuffer(heap, "in one section"),
  }),
];
