/** Programs whose bug lies in the order of critical sections. */
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
import { increase, sctBench, share, type SmallProgram, thread, threads } from "./small-program.ts";

/** A deposit of 2 and a withdrawal of 4 from 1; the checker expects `balance` once both are done. */
function account(balance: number): Program {
  const { heap, at } = share("account", { mutex: 1, balance: 1, depositDone: 1, withdrawDone: 1 });
  function* move(amount: number, done: Address): Access {
    yield mutexLock(at.mutex);
    yield* increase(at.balance, amount);
    yield writeOnce(done, 1);
    yield mutexUnlock(at.mutex);
  }
  function* check(): Access {
    yield mutexLock(at.mutex);
    if ((yield readOnce(at.depositDone)) === 1 && (yield readOnce(at.withdrawDone)) === 1) {
      const found = yield readOnce(at.balance);
      yield assertHolds(found === balance, `the balance is ${found}`);
    }
    yield mutexUnlock(at.mutex);
  }
  return {
    name: "account_bad",
    heap,
    *setUp() {
      yield writeOnce(at.balance, 1);
    },
    threads: [
      thread("checker", check),
      thread("depositor", () => move(2, at.depositDone)),
      thread("withdrawer", () => move(-4, at.withdrawDone)),
    ],
    watchers: [],
  };
}

/** Two threads add 1 and 2; a third fails when it finds `limit` or more. */
function lazy01(limit: number): Program {
  const { heap, at } = share("lazy", { mutex: 1, data: 1 });
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
  return {
    name: "lazy01_bad",
    heap,
    threads: [thread("checker", check), thread("adds 2", () => add(2)), thread("adds 1", () => add(1))],
    watchers: [],
  };
}

/**
 * Three threads hand a value on, x1 from x3, x2 from x1, x3 from x2; the checker accepts what `accepts` says when all
 * are done.
 */
function tokenRing(accepts: (x1: number, x2: number, x3: number) => boolean): Program {
  const { heap, at } = share("ring", { mutex: 1, x1: 1, x2: 1, x3: 1, flag1: 1, flag2: 1, flag3: 1 });
  function* hand(from: Address, to: Address, by: number, flag: Address): Access {
    yield mutexLock(at.mutex);
    yield writeOnce(to, ((yield readOnce(from)) + by) % 4);
    yield writeOnce(flag, 1);
    yield mutexUnlock(at.mutex);
  }
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
    name: "token_ring_bad",
    heap,
    *setUp() {
      yield writeOnce(at.x1, 1);
      yield writeOnce(at.x2, 2);
      yield writeOnce(at.x3, 1);
    },
    threads: [
      thread("x1", () => hand(at.x3, at.x1, 1, at.flag1)),
      thread("x2", () => hand(at.x1, at.x2, 0, at.flag2)),
      thread("x3", () => hand(at.x2, at.x3, 0, at.flag3)),
      thread("checker", check),
    ],
    watchers: [],
  };
}

/** Writers set d1 under lock A, then d2 = d1 + 1 under lock B; readers read d1 under A and d2 under B. */
function twostage(writers: number, readers: number): Program {
  const { heap, at } = share("twostage", { a: 1, b: 1, data1: 1, data2: 1 });
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
    yield assertHolds(second === first + 1, `the first stage is ${first}, the second ${second}`);
  }
  return {
    name: `twostage (${writers}+${readers})`,
    heap,
    threads: [...threads("writer", writers, write), ...threads("reader", readers, read)],
    watchers: [],
  };
}

/** The mended twostage: one section for both stages. */
function twostageInOneSection(writers: number, readers: number): Program {
  const { heap, at } = share("twostage", { a: 1, data1: 1, data2: 1 });
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
  return {
    name: "twostage",
    heap,
    threads: [...threads("writer", writers, write), ...threads("reader", readers, read)],
    watchers: [],
  };
}

/**
 * One thread increments under lock A and expects nobody between; `others` increment under the lock that `lockOf` names.
 */
function wronglock(others: number, lockOf: "a" | "b"): Program {
  const { heap, at } = share("wronglock", { a: 1, b: 1, data: 1 });
  function* watch(): Access {
    yield mutexLock(at.a);
    const before = yield readOnce(at.data);
    yield* increase(at.data, 1);
    const after = yield readOnce(at.data);
    yield assertHolds(after === before + 1, `data went from ${before} to ${after}`);
    yield mutexUnlock(at.a);
  }
  function* disturb(): Access {
    yield mutexLock(at[lockOf]);
    yield* increase(at.data, 1);
    yield mutexUnlock(at[lockOf]);
  }
  return {
    name: `wronglock (${others})`,
    heap,
    threads: [thread("watcher", watch), ...threads("wrong lock", others, disturb)],
    watchers: [],
  };
}

/**
 * `append(other)` asks the other buffer's length in one critical section and copies in another; meanwhile a thread
 * erases that buffer.
 */
function stringbuffer(copy: "in two sections" | "in one section"): Program {
  const { heap, at } = share("buffers", { mutex: 1, count: 1, text: 3, sumMutex: 1, sumCount: 1 });
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
    yield assertHolds(length <= count, `${length} characters are asked of a buffer of ${count}`);
    for (let i = 0; i < length; i++) yield readOnce(at.text + i);
    yield mutexUnlock(at.mutex);
    yield* increase(at.sumCount, length);
    yield mutexUnlock(at.sumMutex);
  }
  return {
    name: "stringbuffer",
    heap,
    *setUp() {
      yield writeOnce(at.count, 3);
    },
    threads: [thread("eraser", erase), thread("appender", append)],
    watchers: [],
  };
}

export const criticalSections: readonly SmallProgram[] = [
  {
    name: "account_bad",
    bug: "the checker's formula is wrong, so it fails whenever it comes last",
    depth: 2,
    source: sctBench,
    violates: ["assertion"],
    create: () => account(1 - 2 - 4),
    corrected: () => account(1 + 2 - 4),
  },
  {
    name: "lazy01_bad",
    bug: "the checker fails when both have added before it",
    depth: 3,
    source: sctBench,
    violates: ["assertion"],
    create: () => lazy01(3),
    corrected: () => lazy01(4),
  },
  {
    name: "token_ring_bad",
    bug: "the checker accepts only the order x1, x2, x3",
    depth: 4,
    source: sctBench,
    violates: ["assertion"],
    create: () => tokenRing((x1, x2, x3) => x1 === x2 && x2 === x3),
    corrected: () => tokenRing((x1, x2, x3) => Math.min(x1, x2, x3) >= 1 && Math.max(x1, x2, x3) <= 3),
  },
  ...twostages([
    [1, 1, ""],
    [10, 10, "_20"],
    [40, 10, "_50"],
    [99, 1, "_100"],
  ]),
  ...[
    { name: "wronglock_3_bad", others: 3 },
    { name: "wronglock_bad", others: 7 },
  ].map(({ name, others }) => ({
    name,
    bug: "the others increment under another lock",
    depth: 3,
    source: sctBench,
    violates: ["assertion"],
    create: () => wronglock(others, "b"),
    corrected: () => wronglock(others, "a"),
  })),
  {
    name: "stringbuffer",
    bug: "the buffer is erased between the question for its length and the copy",
    depth: 3,
    source: "JDK 1.4 StringBuffer.append; mimicked by Jie Yu, in SCTBench",
    violates: ["assertion"],
    create: () => stringbuffer("in two sections"),
    corrected: () => stringbuffer("in one section"),
  },
];

function twostages(sizes: readonly (readonly [number, number, string])[]): SmallProgram[] {
  return sizes.map(([writers, readers, suffix]) => ({
    name: `twostage${suffix}_bad`,
    bug: "a reader fits between a writer's two sections",
    depth: 3,
    source: sctBench,
    violates: ["assertion"],
    create: () => twostage(writers, readers),
    corrected: () => twostageInOneSection(writers, readers),
  }));
}
