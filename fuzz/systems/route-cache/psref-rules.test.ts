import { expect, test } from "vitest";
import { searchExhaustively } from "#fuzz/search/exhaustive-search.ts";
import type { Program } from "#fuzz/machine/program.ts";
import {
  type Access,
  type Address,
  allocate,
  free,
  mutexLock,
  mutexUnlock,
  NIL,
  rcuAssignPointer,
  rcuDereference,
  read,
  write,
  writeOnce,
} from "#impl/memory/access.ts";
import { createHeap, type Heap, place, placeSlab } from "#impl/memory/heap.ts";
import { struct } from "#impl/memory/struct.ts";
import {
  bind,
  type Cpus,
  enterInterrupt,
  leaveInterrupt,
  placeCpus,
  placeLwp,
  type Runner,
  unbind,
} from "#impl/sync/cpu.ts";
import {
  initTarget,
  placePsrefClass,
  Psref,
  psrefAcquire,
  type PsrefClass,
  psrefDrain,
  psrefRelease,
  PsrefTarget,
} from "#impl/sync/psref.ts";
import { pserializePerform, pserializeReadEnter, pserializeReadExit } from "#impl/sync/pserialize.ts";
import { passiveReferencesWatcher } from "#properties/route-cache/passive-references.ts";

const Shared = struct("shared", { published: 1, lock: 1 });
const Thing = struct("thing", { target: PsrefTarget.words, value: 1 });

interface Scene {
  readonly heap: Heap;
  readonly cpus: Cpus;
  readonly runners: readonly [Runner, Runner];
  readonly psrefClass: PsrefClass;
  readonly things: Address;
  readonly shared: Address;
  readonly records: readonly [Address, Address];
}

/** Two lwps, each on its own CPU, and a published thing. */
function scene(): Scene {
  const heap = createHeap(200);
  const cpus = placeCpus(heap, 2);
  const runnerOn = (cpu: number): Runner => ({ lwp: placeLwp(heap, `lwp${cpu}`, cpu), inInterrupt: false });
  return {
    heap,
    cpus,
    runners: [runnerOn(0), runnerOn(1)],
    psrefClass: placePsrefClass(heap, cpus, "class"),
    things: placeSlab(heap, Thing, "thing", 2),
    shared: place(heap, Shared, "shared"),
    records: [place(heap, Psref, "record0"), place(heap, Psref, "record1")],
  };
}

type Body = () => Access;

const EXECUTIONS_MAX = 100_000;

/** A violation in some execution of the two threads, over all executions; "nothing" if there is none. */
function whatIsWrong(
  threadsOf: (parts: Scene) => readonly [Body, Body],
): "nothing" | { readonly property: string; readonly because: string } {
  const { kind, violation } = searchExhaustively(() => programOf(threadsOf), {}, { executionsMax: EXECUTIONS_MAX });
  if (violation !== undefined) return { property: violation.property, because: violation.because };
  if (kind !== "exhausted") throw new Error(`${EXECUTIONS_MAX} executions were not all`);
  return "nothing";
}

function programOf(threadsOf: (parts: Scene) => readonly [Body, Body]): Program {
  const parts = scene();
  const { heap, psrefClass, things, shared } = parts;
  const [first, second] = threadsOf(parts);
  return {
    name: "rules",
    heap,
    *setUp() {
      const thing = yield allocate(things);
      yield* initTarget(psrefClass, Thing.target(thing));
      yield write(Thing.value(thing), 7);
      yield rcuAssignPointer(Shared.published(shared), thing);
    },
    threads: [
      { name: "first", body: first },
      { name: "second", body: second },
    ],
    watchers: [
      passiveReferencesWatcher(heap, {
        classes: [psrefClass],
        recordsMax: 2,
        targets: [{ slab: things, targetOf: (thing) => Thing.target(thing) }],
      }),
    ],
    callbacksMax: 1,
  };
}

/** Finds the thing and keeps a reference beyond the section; NIL if it is gone. */
function* take({ shared, psrefClass }: Scene, runner: Runner, record: Address): Access<Address> {
  yield* pserializeReadEnter();
  const thing = yield rcuDereference(Shared.published(shared));
  if (thing !== NIL) {
    yield* bind(runner.lwp);
    yield* psrefAcquire(psrefClass, runner, record, Thing.target(thing));
  }
  yield* pserializeReadExit();
  return thing;
}

/** Uses the thing and drops the reference. */
function* drop({ psrefClass }: Scene, runner: Runner, record: Address, thing: Address): Access {
  yield read(Thing.value(thing));
  yield* psrefRelease(psrefClass, runner, record, Thing.target(thing));
  yield* unbind(runner.lwp);
}

function* use(parts: Scene, runner: Runner, record: Address): Access {
  const thing = yield* take(parts, runner, record);
  if (thing !== NIL) yield* drop(parts, runner, record, thing);
}

function* unpublish({ shared }: Scene): Access<Address> {
  const thing = yield read(Shared.published(shared));
  yield writeOnce(Shared.published(shared), NIL);
  return thing;
}

/** Unpublishes the thing and frees it when no thread can use it. */
function* destroy(parts: Scene, runner: Runner): Access {
  const thing = yield* unpublish(parts);
  yield* pserializePerform(parts.cpus, runner);
  yield* psrefDrain(parts.psrefClass, runner, Thing.target(thing));
  yield free(parts.things, thing);
}

function* lockAndUnlock(shared: Address): Access {
  yield mutexLock(Shared.lock(shared));
  yield mutexUnlock(Shared.lock(shared));
}

function* nothing(): Access {}

test("a thing held by passive references is freed when the last is dropped, and not before", () => {
  expect(
    whatIsWrong((parts) => [
      () => use(parts, parts.runners[0], parts.records[0]),
      () => destroy(parts, parts.runners[1]),
    ]),
  ).toBe("nothing");
});

test("without the wait for readers the thing is freed while a reader takes a reference", () => {
  const wrong = whatIsWrong((parts) => [
    () => use(parts, parts.runners[0], parts.records[0]),
    function* () {
      const thing = yield* unpublish(parts);
      yield* psrefDrain(parts.psrefClass, parts.runners[1], Thing.target(thing));
      yield free(parts.things, thing);
    },
  ]);
  expect(wrong).toMatchObject({
    property: expect.stringMatching(/^(?:memory-safety|grace-period|assertion|passive-references)$/),
  });
});

test("without the wait for references the thing is freed while one is held", () => {
  const wrong = whatIsWrong((parts) => [
    () => use(parts, parts.runners[0], parts.records[0]),
    function* () {
      const thing = yield* unpublish(parts);
      yield* pserializePerform(parts.cpus, parts.runners[1]);
      yield free(parts.things, thing);
    },
  ]);
  expect(wrong).toEqual({
    property: "passive-references",
    because: "thing#1 is freed, and a passive reference to it is held",
  });
});

test("a reader that sleeps in its section is found: at a mutex, at a perform, at a drain", () => {
  const inSection = (sleeping: (parts: Scene) => Access) =>
    whatIsWrong((parts) => [
      function* () {
        yield* pserializeReadEnter();
        yield* sleeping(parts);
        yield* pserializeReadExit();
      },
      nothing,
    ]);
  const mutex = inSection(({ shared }) => lockAndUnlock(shared));
  expect(mutex).toEqual({
    property: "context",
    because: "first takes the mutex shared.lock inside a read-side critical section",
  });
  const perform = inSection(({ cpus, runners }) => pserializePerform(cpus, runners[0]));
  expect(perform).toEqual({
    property: "context",
    because: "first waits for a grace period inside a read-side critical section",
  });
  const drain = inSection(function* ({ psrefClass, runners, shared }) {
    const thing = yield rcuDereference(Shared.published(shared));
    yield* psrefDrain(psrefClass, runners[0], Thing.target(thing));
  });
  expect(drain).toEqual({
    property: "context",
    because: "first takes the mutex class.lock inside a read-side critical section",
  });
});

test("a thread may sleep with a passive reference", () => {
  const right = whatIsWrong((parts) => [
    function* () {
      const thing = yield* take(parts, parts.runners[0], parts.records[0]);
      yield* lockAndUnlock(parts.shared);
      yield* drop(parts, parts.runners[0], parts.records[0], thing);
    },
    () => lockAndUnlock(parts.shared),
  ]);
  expect(right).toBe("nothing");
});

test("a perform under a lock that a soft interrupt needs is a deadlock; one after the lock is not", () => {
  const interrupt = ({ cpus, shared, runners }: Scene): Body =>
    function* () {
      yield* enterInterrupt(cpus, runners[0].lwp);
      yield* lockAndUnlock(shared);
      yield* leaveInterrupt(cpus, runners[0].lwp);
    };
  const under = whatIsWrong((parts) => [
    interrupt(parts),
    function* () {
      yield mutexLock(Shared.lock(parts.shared));
      yield* pserializePerform(parts.cpus, parts.runners[1]);
      yield mutexUnlock(Shared.lock(parts.shared));
    },
  ]);
  expect(under).toEqual({
    property: "deadlock",
    because: "first waits for shared.lock, held by second; second waits for cpu0.interrupts, which is 1",
  });
  const after = whatIsWrong((parts) => [
    interrupt(parts),
    function* () {
      yield* lockAndUnlock(parts.shared);
      yield* pserializePerform(parts.cpus, parts.runners[1]);
    },
  ]);
  expect(after).toBe("nothing");
});

test("a thread that drains a target it holds itself is reported", () => {
  const wrong = whatIsWrong((parts) => [
    function* () {
      const thing = yield* take(parts, parts.runners[0], parts.records[0]);
      yield* psrefDrain(parts.psrefClass, parts.runners[0], Thing.target(thing));
    },
    nothing,
  ]);
  expect(wrong).toEqual({
    property: "assertion",
    because: "a thread that waits for a target's passive references holds none itself",
  });
});

test("a reference that is never dropped is found at the end", () => {
  const wrong = whatIsWrong((parts) => [
    function* () {
      yield* take(parts, parts.runners[0], parts.records[0]);
    },
    nothing,
  ]);
  expect(wrong).toEqual({
    property: "passive-references",
    because: "at the end a passive reference is still on the list of cpu0",
  });
});
