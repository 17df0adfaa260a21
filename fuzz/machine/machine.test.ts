import { expect, test } from "vitest";
import {
  type Access,
  ACCESS,
  type Address,
  assertHolds,
  awaitEqual,
  beginOperation,
  callRcu,
  endOperation,
  mutexLock,
  mutexUnlock,
  NIL,
  rcuReadLock,
  rcuReadUnlock,
  readOnce,
  smpMb,
  spinLock,
  spinUnlock,
  synchronizeRcu,
  writeOnce,
} from "#impl/memory/access.ts";
import { createHeap, type Heap, place } from "#impl/memory/heap.ts";
import { struct } from "#impl/memory/struct.ts";
import { depthFirst } from "#fuzz/strategies/depth-first.ts";
import { accessNames } from "./access-name.ts";
import { Machine } from "./machine.ts";
import type { MachineOptions } from "./machine-settings.ts";
import type { ObservedAccess } from "./observer.ts";
import type { HistoryWatcher, Program, ThreadBody } from "./program.ts";
import type { Strategy } from "./strategy.ts";

const Shared = struct("shared", { x: 1, y: 1, lock: 1 });

interface Place {
  readonly x: Address;
  readonly y: Address;
  readonly lock: Address;
}

const heap: Heap = createHeap(16);
const shared = place(heap, Shared, "shared");
const at: Place = { x: Shared.x(shared), y: Shared.y(shared), lock: Shared.lock(shared) };

function program(bodies: Readonly<Record<string, (at: Place) => Access>>, rest: Partial<Program> = {}): Program {
  return {
    name: "tiny",
    heap,
    watchers: [],
    threads: Object.entries(bodies).map(([name, body]) => ({ name, body: () => body(at) })),
    ...rest,
  };
}

interface Explored {
  readonly executions: number;
  readonly violations: readonly string[];
  /** Final `x,y` of the executions without violation, sorted. */
  readonly outcomes: readonly string[];
}

/** Runs every schedule. */
function explore(explored: Program, options: MachineOptions = {}): Explored {
  const machine = new Machine(explored, { dataRaces: false, ...options });
  const strategy = depthFirst();
  const violations = new Set<string>();
  const outcomes = new Set<string>();
  for (let executions = 1; executions <= 50_000; executions++) {
    const violation = machine.run(strategy);
    if (violation === undefined) outcomes.add(`${heap.words[at.x]},${heap.words[at.y]}`);
    else violations.add(`${violation.property}: ${violation.because}`);
    if (strategy.isExhausted?.() === true)
      return { executions, violations: [...violations], outcomes: [...outcomes].toSorted() };
  }
  throw new Error("more than 50,000 schedules: make the program smaller");
}

/** The schedule `order`, thread by thread; then always the first enabled thread. */
function following(...order: number[]): Strategy {
  return {
    name: "following",
    begin() {},
    choose({ enabled, enabledCount, steps }) {
      const wanted = order[steps] ?? enabled[0] ?? 0;
      if (!enabled.subarray(0, enabledCount).includes(wanted))
        throw new Error(`step ${steps}: thread ${wanted} is not enabled`);
      return wanted;
    },
  };
}

test("the names of accesses are indexed by their kinds", () => {
  expect(accessNames[ACCESS.read]).toBe("read");
  expect(accessNames[ACCESS.assertHolds]).toBe("assertHolds");
  expect(accessNames).toHaveLength(Object.keys(ACCESS).length);
});

test("two threads of two accesses have six schedules, and an increment in two accesses is lost in four", () => {
  function* add({ x }: Place): Access {
    const seen = yield readOnce(x);
    yield writeOnce(x, seen + 1);
  }
  expect(explore(program({ one: add, two: add }))).toEqual({ executions: 6, violations: [], outcomes: ["1,0", "2,0"] });
});

test("a lock is held by one thread, and its waiters are not enabled meanwhile", () => {
  function* add({ x, lock }: Place): Access {
    yield spinLock(lock);
    const seen = yield readOnce(x);
    yield writeOnce(x, seen + 1);
    yield spinUnlock(lock);
  }
  expect(explore(program({ one: add, two: add }))).toEqual({ executions: 2, violations: [], outcomes: ["2,0"] });
  function* addInMutex({ x, lock }: Place): Access {
    yield mutexLock(lock);
    const seen = yield readOnce(x);
    yield writeOnce(x, seen + 1);
    yield mutexUnlock(lock);
  }
  expect(explore(program({ one: addInMutex, two: addInMutex }))).toEqual({
    executions: 2,
    violations: [],
    outcomes: ["2,0"],
  });
});

test("barriers and sections without an access are not scheduling points", () => {
  function* quiet({ x }: Place): Access {
    yield smpMb();
    yield rcuReadLock();
    yield rcuReadUnlock();
    yield writeOnce(x, 1);
    yield smpMb();
  }
  expect(explore(program({ one: quiet, two: quiet })).executions).toBe(2);
});

test("each execution starts from the contents after the set-up, and so does another machine of the program", () => {
  let setUps = 0;
  const counted = program(
    {
      *one({ x }) {
        const seen = yield readOnce(x);
        yield writeOnce(x, seen + 1);
      },
    },
    {
      *setUp() {
        setUps++;
        const seen = yield readOnce(at.x);
        yield writeOnce(at.x, seen + 10);
      },
    },
  );
  for (const _ of [1, 2]) {
    const machine = new Machine(counted);
    for (const __ of [1, 2]) {
      machine.run(following());
      expect(heap.words[at.x]).toBe(11);
    }
  }
  expect(setUps).toBe(2);
});

test("a set-up runs its callbacks, may sleep, and has every check on", () => {
  const log: string[] = [];
  const machine = new Machine(
    program(
      { *one() {}, *two() {} },
      {
        *setUp() {
          yield synchronizeRcu();
          yield callRcu(function* (argument) {
            log.push(`callback ${argument}`);
            yield writeOnce(at.x, argument);
          }, 5);
          log.push("set up");
        },
      },
    ),
  );
  machine.run(following());
  expect(log).toEqual(["set up", "callback 5"]);
  expect(heap.words[at.x]).toBe(5);
});

test("a set-up that goes wrong is the violating execution, no matter how often it is run", () => {
  const setUps: readonly [() => Access, string][] = [
    [
      function* () {
        yield spinLock(at.lock);
      },
      "context: set-up returns with the lock shared.lock held",
    ],
    [
      function* () {
        yield awaitEqual(at.x, -1, 1);
      },
      "deadlock: set-up waits for shared.x, which is 0",
    ],
    [
      function* () {
        yield callRcu(function* () {
          yield synchronizeRcu();
        }, 0);
      },
      "context: rcu callback 1 waits for a grace period, and an RCU callback must not sleep",
    ],
    [
      function* () {
        for (let i = 0; i < 1000; i++) yield readOnce(at.x);
      },
      "progress: 50 accesses were made and the threads have not returned; set-up is still running",
    ],
  ];
  for (const [setUp, message] of setUps) {
    const performed: string[] = [];
    const strategy: Strategy = { ...following(), performed: (running) => void performed.push(running.threadName(0)) };
    const machine = new Machine(program({ unborn: setUp }, { setUp }), { accessesMax: 50 });
    expect(machine.setUpFails).toBe(true);
    for (let run = 0; run < 2; run++) {
      const violation = machine.run(strategy);
      expect(`${violation?.property}: ${violation?.because}`).toBe(message);
    }
    expect(performed).toEqual(Array.from({ length: 2 * machine.steps }, () => "set-up"));
  }
});

test("a program without threads ends immediately", () => {
  expect(explore(program({}))).toEqual({ executions: 1, violations: [], outcomes: ["0,0"] });
});

test("the schedule records what was chosen, and choice points count where there was a choice", () => {
  function* two({ x }: Place): Access {
    yield readOnce(x);
    yield readOnce(x);
  }
  const machine = new Machine(program({ a: two, b: two }));
  machine.run(following(1, 0, 1, 0));
  expect(Array.from(machine.choices.subarray(0, machine.steps))).toEqual([1, 0, 1, 0]);
  expect(machine.choicePoints).toBe(3);
  expect([machine.hasReturned(0), machine.hasReturned(1), machine.threadCount]).toEqual([true, true, 2]);
});

test("a schedule may grow beyond its initial capacity", () => {
  const machine = new Machine(
    program({
      *long({ x }) {
        for (let i = 0; i < 1000; i++) yield writeOnce(x, i);
      },
    }),
  );
  expect(machine.run(following())).toBeUndefined();
  expect(machine.steps).toBe(1000);
  expect(machine.choices.slice(0, 1000).every((thread) => thread === 0)).toBe(true);
});

test("an execution with more accesses than allowed violates progress; one with exactly as many does not", () => {
  const bodies = {
    *spinner({ x }: Place): Access {
      for (let i = 0; i < 30; i++) yield readOnce(x);
    },
  };
  expect(explore(program(bodies), { accessesMax: 30 }).violations).toEqual([]);
  expect(explore(program(bodies), { accessesMax: 29 }).violations).toEqual([
    "progress: 29 accesses were made and the threads have not returned; spinner is still running",
  ]);
});

test("a report on a thread that only reads suggests a wait; one on a thread that does more does not", () => {
  const looker = {
    *looker({ x }: Place): Access {
      while ((yield readOnce(x)) === 0);
    },
  };
  expect(explore(program(looker), { accessesMax: 100 }).violations).toEqual([
    "progress: 100 accesses were made and the threads have not returned; looker is still running, " +
      "only looking at shared.x: a loop that only waits is one wait: yield awaitEqual(address, mask, value)",
  ]);
  const writer = {
    *writer({ x }: Place): Access {
      while ((yield readOnce(x)) === 0) yield writeOnce(x, 0);
    },
  };
  expect(explore(program(writer), { accessesMax: 400 }).violations).toEqual([
    "progress: 400 accesses were made and the threads have not returned; writer is still running",
  ]);
});

test("a deadlock report names every waiting thread and what it waits for", () => {
  expect(
    explore(
      program({
        *waiter({ x }) {
          yield awaitEqual(x, -1, 7);
        },
        *holder({ lock, y }) {
          yield mutexLock(lock);
          yield awaitEqual(y, 1, 1);
        },
        *queuer({ y, lock }) {
          yield awaitEqual(lock, -1, 2);
          yield mutexLock(lock);
          yield writeOnce(y, 1);
        },
      }),
    ).violations,
  ).toEqual([
    "deadlock: waiter waits for shared.x, which is 0; holder waits for shared.y, which is 0; " +
      "queuer waits for shared.lock, held by holder",
  ]);
});

test("a thread that takes a lock twice waits for itself, and a word that is not a lock is reported", () => {
  expect(
    explore(
      program({
        *one({ lock }) {
          yield spinLock(lock);
          yield spinLock(lock);
        },
      }),
    ).violations,
  ).toEqual(["deadlock: one waits for shared.lock, held by itself"]);
  expect(
    explore(
      program({
        *one({ lock }) {
          yield writeOnce(lock, 99);
          yield spinLock(lock);
        },
      }),
    ).violations,
  ).toEqual(["deadlock: one waits for shared.lock, which holds 99 and is no lock"]);
});

test("a daemon may be left waiting for work, not for a lock", () => {
  const daemon = (body: () => Access): ThreadBody => ({ name: "worker", daemon: true, body });
  const asks: ThreadBody = {
    name: "asker",
    *body() {
      yield writeOnce(at.x, 1);
    },
  };
  const worker = daemon(function* () {
    for (;;) {
      yield awaitEqual(at.x, -1, 1);
      yield writeOnce(at.x, 0);
      yield writeOnce(at.y, 1);
    }
  });
  expect(explore(program({}, { threads: [asks, worker] }))).toEqual({
    executions: 1,
    violations: [],
    outcomes: ["0,1"],
  });
  const stuck = daemon(function* () {
    yield spinLock(at.lock);
    yield spinLock(at.lock);
  });
  expect(explore(program({}, { threads: [stuck] })).violations).toEqual([
    "deadlock: worker waits for shared.lock, held by itself",
  ]);
  const waits: ThreadBody = {
    name: "waits",
    *body() {
      yield awaitEqual(at.y, -1, 9);
    },
  };
  expect(explore(program({}, { threads: [waits, worker] })).violations).toEqual([
    "deadlock: waits waits for shared.y, which is 0",
  ]);
});

/** x is 1 before the grace period, y after it: no section sees the second and not the first. */
function* sectionReads({ x, y }: Place): Access {
  yield rcuReadLock();
  const first = yield readOnce(x);
  const second = yield readOnce(y);
  yield rcuReadUnlock();
  yield assertHolds(!(first === 0 && second === 1), "a section saw both sides of a grace period");
}

test("synchronizeRcu waits for open sections in every schedule; without it they see both sides", () => {
  const updates = (waits: boolean) =>
    function* ({ x, y }: Place): Access {
      yield writeOnce(x, 1);
      if (waits) yield synchronizeRcu();
      yield writeOnce(y, 1);
    };
  expect(explore(program({ reader: sectionReads, updater: updates(true) })).violations).toEqual([]);
  expect(explore(program({ reader: sectionReads, other: sectionReads, updater: updates(true) })).violations).toEqual(
    [],
  );
  expect(explore(program({ reader: sectionReads, updater: updates(false) })).violations).toEqual([
    "assertion: a section saw both sides of a grace period",
  ]);
});

test("a callback runs after a grace period, while its thread goes on", () => {
  const violations = explore(
    program({
      reader: sectionReads,
      *updater({ x, y }) {
        yield writeOnce(x, 1);
        yield callRcu(function* (argument) {
          yield writeOnce(y, argument);
        }, 1);
        yield readOnce(x);
      },
    }),
  );
  expect(violations.violations).toEqual([]);
  expect(violations.outcomes).toEqual(["1,1"]);
});

test("a grace period takes two steps if it waits, and one if it need not", () => {
  const accesses: string[] = [];
  const machine = new Machine(
    program({
      *reader({ x }) {
        yield rcuReadLock();
        yield readOnce(x);
        yield readOnce(x);
        yield rcuReadUnlock();
      },
      *updater() {
        yield synchronizeRcu();
        yield synchronizeRcu();
      },
    }),
    {
      observer: {
        performed: ({ thread, kind, waits }) => void accesses.push(`${thread} ${accessNames[kind]} ${waits}`),
        marked() {},
      },
    },
  );
  machine.run(following(0, 1, 0, 1, 1));
  expect(accesses).toEqual([
    "0 readOnce false",
    "1 synchronizeRcu true",
    "0 readOnce false",
    "1 synchronizeRcu false",
    "1 synchronizeRcu false",
  ]);
});

test("waiting in an open section for something behind a grace period is a deadlock", () => {
  const deadlocks = explore(
    program({
      *reader({ x }) {
        yield rcuReadLock();
        yield awaitEqual(x, -1, 1);
        yield rcuReadUnlock();
      },
      *updater({ x }) {
        yield synchronizeRcu();
        yield writeOnce(x, 1);
      },
    }),
  );
  expect(deadlocks.violations).toEqual([
    "deadlock: reader waits for shared.x, which is 0; updater waits for the read-side critical section of reader",
  ]);
  // The section may also open after the grace period.
  expect(deadlocks.outcomes).toEqual(["1,0"]);
});

test("callbacks are named in the order of their start, may start callbacks, and are limited in number", () => {
  function* again(left: number): Access {
    if (left > 0) yield callRcu(again, left - 1);
    else yield assertHolds(false, "the last one");
  }
  const chain = (length: number, callbacksMax: number) =>
    explore(
      program(
        {
          *one() {
            yield callRcu(again, length - 1);
          },
        },
        { callbacksMax },
      ),
    ).violations;
  expect(chain(3, 3)).toEqual(["assertion: the last one"]);
  expect(chain(4, 3)).toEqual(["progress: rcu callback 3 asks for RCU callback 4, and an execution may start 3"]);
  const machine = new Machine(
    program({
      *one() {
        yield callRcu(again, 1);
      },
    }),
  );
  machine.run(following());
  expect([0, 1, 2].map((thread) => machine.threadName(thread))).toEqual(["one", "rcu callback 1", "rcu callback 2"]);
  expect([machine.threadCount, machine.isCallback(0), machine.isCallback(1)]).toEqual([3, false, true]);
});

test("sixteen callbacks are allowed by default", () => {
  function* nothing(): Access {
    yield smpMb();
  }
  const ask = (count: number) => {
    const asking = program({
      *one() {
        for (let i = 0; i < count; i++) yield callRcu(nothing, 0);
      },
    });
    return new Machine(asking).run(following())?.because;
  };
  expect(ask(16)).toBeUndefined();
  expect(ask(17)).toBe("one asks for RCU callback 17, and an execution may start 16");
});

test("an exception of a procedure is a violation, wherever it is thrown", () => {
  const thrown = (body: () => Access): readonly string[] => explore(program({ one: body })).violations;
  expect(
    thrown(function* () {
      throw new TypeError("no such peer");
    }),
  ).toEqual(["exception: one threw TypeError: no such peer"]);
  expect(
    thrown(function* () {
      yield readOnce(at.x);
      throw new Error("later");
    }),
  ).toEqual(["exception: one threw Error: later"]);
  expect(
    thrown(function* () {
      yield callRcu(() => {
        throw new RangeError("not even a generator");
      }, 0);
    }),
  ).toEqual(["exception: rcu callback 1 threw RangeError: not even a generator"]);
});

test("an assertion that fails ends the execution; one that holds does not", () => {
  const machine = new Machine(
    program({
      *one({ x }) {
        yield assertHolds(true, "never said");
        yield writeOnce(x, 1);
        yield assertHolds(false, "said");
        yield writeOnce(x, 2);
      },
    }),
  );
  expect(machine.run(following())).toEqual({ property: "assertion", because: "said", address: NIL });
  expect([heap.words[at.x], machine.steps]).toEqual([1, 1]);
});

test("an execution violated before its first access has no accesses, and the next one starts afresh", () => {
  let fails = true;
  const machine = new Machine(
    program({
      *one({ x }) {
        yield assertHolds(!fails, "at once");
        yield writeOnce(x, 1);
      },
    }),
  );
  expect(machine.run(following())?.because).toBe("at once");
  expect(machine.steps).toBe(0);
  fails = false;
  expect(machine.run(following())).toBeUndefined();
  expect([machine.violation, machine.steps]).toEqual([undefined, 1]);
});

test("before each step a strategy sees what every thread is about to do", () => {
  const seen: string[] = [];
  const machine = new Machine(
    program({
      *one({ x }) {
        yield writeOnce(x, 5);
        yield readOnce(x);
      },
      *two({ y }) {
        yield awaitEqual(y, 3, 1);
      },
      *three({ y }) {
        yield writeOnce(y, 5);
      },
    }),
  );
  const strategy: Strategy = {
    name: "looking",
    begin: ({ steps, threadCount }) => void seen.push(`begin ${steps} ${threadCount}`),
    choose: ({ enabled, enabledCount }) => {
      seen.push(`enabled ${enabled.slice(0, enabledCount).join()}`);
      return enabled[enabledCount - 1] ?? 0;
    },
    performed: ({ pendingKind, pendingAddress, pendingOperand, pendingExpected }, thread) => {
      const access = `${accessNames[pendingKind[1] ?? 0]} ${(pendingAddress[1] ?? 0) - at.y}`;
      seen.push(`${thread} made one; two: ${access} ${pendingOperand[1]} ${pendingExpected[1]}`);
    },
    end: ({ steps }) => void seen.push(`end ${steps}`),
  };
  machine.run(strategy);
  expect(seen).toEqual([
    "begin 0 3",
    "enabled 0,2",
    "2 made one; two: awaitEqual 0 1 3",
    "enabled 0,1",
    "1 made one; two: awaitEqual 0 1 3",
    "0 made one; two: awaitEqual 0 1 3",
    "0 made one; two: awaitEqual 0 1 3",
    "end 4",
  ]);
});

test("an observer receives every access with its values, and every mark", () => {
  const accesses: ObservedAccess[] = [];
  const marks: [number, number, string, number][] = [];
  const machine = new Machine(
    program({
      *one({ x, lock }) {
        yield rcuReadLock();
        yield writeOnce(x, 5);
        yield rcuReadUnlock();
        yield beginOperation(3);
        yield spinLock(lock);
        yield spinUnlock(lock);
        yield endOperation(4);
      },
    }),
    {
      observer: {
        performed: (access) => void accesses.push(access),
        marked: ({ step, thread, kind, operand }) => void marks.push([step, thread, accessNames[kind] ?? "", operand]),
      },
    },
  );
  machine.run(following());
  expect(accesses).toHaveLength(3);
  expect(accesses[0]).toEqual({
    step: 0,
    thread: 0,
    kind: ACCESS.writeOnce,
    address: at.x,
    operand: 5,
    expected: expect.any(Number),
    before: 0,
    after: 5,
    result: 0,
    waits: false,
  });
  expect(accesses.slice(1).map(({ step, kind, before, after }) => [step, kind, before, after])).toEqual([
    [1, ACCESS.spinLock, 0, 1],
    [2, ACCESS.spinUnlock, 1, 0],
  ]);
  // Sections have no operand.
  const any: number = expect.any(Number);
  expect(marks).toEqual([
    [0, 0, "rcuReadLock", any],
    [1, 0, "rcuReadUnlock", any],
    [1, 0, "beginOperation", 3],
    [3, 0, "endOperation", 4],
  ]);
});

class Recorded implements HistoryWatcher {
  readonly property = "history";
  readonly log: string[] = [];
  #refused: number | undefined;

  refuse(response: number): this {
    this.#refused = response;
    return this;
  }

  reset(): void {
    this.log.push("reset");
  }

  invoke(thread: number, operation: number): void {
    this.log.push(`${thread} invokes ${operation}`);
  }

  respond(thread: number, response: number): string | undefined {
    this.log.push(`${thread} responds ${response}`);
    return response === this.#refused ? "no order explains it" : undefined;
  }
}

function* operation({ x }: Place, number: number, accesses: number): Access {
  yield beginOperation(number);
  for (let i = 0; i < accesses; i++) yield readOnce(x);
  yield endOperation(number * 10);
}

test("an operation is invoked with its first access and responds with its last: late start, early end", () => {
  const history = new Recorded();
  const machine = new Machine(
    program({ one: (place) => operation(place, 1, 2), two: (place) => operation(place, 2, 2) }, { history }),
  );
  machine.run(following(0, 1, 0, 1));
  machine.run(following(0, 0, 1, 1));
  expect(history.log).toEqual([
    "reset",
    "0 invokes 1",
    "1 invokes 2",
    "0 responds 10",
    "1 responds 20",
    "reset",
    "0 invokes 1",
    "0 responds 10",
    "1 invokes 2",
    "1 responds 20",
  ]);
});

test("an operation without an access is invoked and responds at the same moment, between its neighbours", () => {
  const history = new Recorded();
  const machine = new Machine(
    program(
      {
        *one(place) {
          yield* operation(place, 1, 1);
          yield* operation(place, 2, 0);
          yield* operation(place, 3, 1);
        },
      },
      { history },
    ),
  );
  machine.run(following());
  expect(history.log).toEqual([
    "reset",
    "0 invokes 1",
    "0 responds 10",
    "0 invokes 2",
    "0 responds 20",
    "0 invokes 3",
    "0 responds 30",
  ]);
});

test("a response that no order explains is the violation", () => {
  const history = new Recorded().refuse(20);
  const machine = new Machine(
    program({ one: (place) => operation(place, 1, 1), two: (place) => operation(place, 2, 1) }, { history }),
  );
  expect(machine.run(following(0, 1))).toEqual({ property: "history", because: "no order explains it", address: NIL });
});

test("the history does not contain the set-up", () => {
  const history = new Recorded();
  const machine = new Machine(program({}, { history, setUp: () => operation(at, 1, 1) }));
  expect(history.log).toEqual([]);
  machine.run(following());
  expect(history.log).toEqual(["reset"]);
});
