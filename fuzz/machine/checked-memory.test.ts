import { expect, test } from "vitest";
import {
  type Access,
  type AccessKind,
  type Address,
  allocate,
  atomicAddReturn,
  awaitEqual,
  awaitUnequal,
  callRcu,
  cmpxchg,
  free,
  loadAcquire,
  mutexLock,
  mutexUnlock,
  NIL,
  rcuAssignPointer,
  rcuDereference,
  rcuDereferenceProtected,
  rcuReadLock,
  rcuReadUnlock,
  read,
  readOnce,
  smpWmb,
  spinLock,
  spinTrylock,
  spinUnlock,
  storeRelease,
  synchronizeRcu,
  write,
  writeOnce,
  xchg,
} from "#impl/memory/access.ts";
import { createHeap, NIL_WORDS, place, placeSlab } from "#impl/memory/heap.ts";
import { struct } from "#impl/memory/struct.ts";
import type { Violation } from "#properties/violation.ts";
import type { Watcher } from "#properties/watcher.ts";
import { depthFirst } from "#fuzz/strategies/depth-first.ts";
import { Machine } from "./machine.ts";

const Shared = struct("shared", { a: 1, b: 1, head: 1, lock: 1, otherLock: 1 });
const Node = struct("node", { value: 1, lock: 1, next: 1 });
const Other = struct("other", { value: 1 });

interface Place {
  readonly a: Address;
  readonly b: Address;
  readonly head: Address;
  readonly lock: Address;
  readonly otherLock: Address;
  readonly shared: Address;
  readonly nodes: Address;
  readonly others: Address;
}

type Body = (at: Place) => Access;

/**
 * Every distinct violation by these threads over all schedules, as `property: because`.
 */
function violations(
  bodies: Body | Readonly<Record<string, Body>>,
  options: { nodesMax?: number; watchers?: (at: Place) => Watcher[] } = {},
): string[] {
  const heap = createHeap(128);
  const shared = place(heap, Shared, "shared");
  const at: Place = {
    shared,
    a: Shared.a(shared),
    b: Shared.b(shared),
    head: Shared.head(shared),
    lock: Shared.lock(shared),
    otherLock: Shared.otherLock(shared),
    nodes: placeSlab(heap, Node, "node", options.nodesMax ?? 3),
    others: placeSlab(heap, Other, "other", 1),
  };
  const threads = Object.entries(typeof bodies === "function" ? { one: bodies } : bodies).map(([name, body]) => ({
    name,
    body: () => body(at),
  }));
  const machine = new Machine({ name: "tiny", heap, threads, watchers: options.watchers?.(at) ?? [] });
  const strategy = depthFirst();
  const found = new Set<string>();
  for (let executions = 0; executions < 20_000; executions++) {
    const violation: Violation | undefined = machine.run(strategy);
    if (violation !== undefined) found.add(`${violation.property}: ${violation.because}`);
    if (strategy.isExhausted?.() === true) return [...found];
  }
  throw new Error("more than 20,000 schedules: make the program smaller");
}

/** A new node with its value written, not yet reachable. */
function* newNode({ nodes }: Place, value: number): Access<Address> {
  const node = yield allocate(nodes);
  yield write(Node.value(node), value);
  yield writeOnce(Node.lock(node), 0);
  return node;
}

test("keeps quiet about an object that is allocated, written, read and freed", () => {
  expect(
    violations(function* (at) {
      const node = yield* newNode(at, 7);
      yield read(Node.value(node));
      yield spinLock(Node.lock(node));
      yield spinUnlock(Node.lock(node));
      yield free(at.nodes, node);
    }),
  ).toEqual([]);
});

const touches: Readonly<Record<string, (address: Address) => AccessKind>> = {
  read: (address) => read(address),
  readOnce: (address) => readOnce(address),
  loadAcquire: (address) => loadAcquire(address),
  rcuDereferenceProtected: (address) => rcuDereferenceProtected(address),
  write: (address) => write(address, 1),
  writeOnce: (address) => writeOnce(address, 1),
  storeRelease: (address) => storeRelease(address, 1),
  rcuAssignPointer: (address) => rcuAssignPointer(address, 1),
  cmpxchg: (address) => cmpxchg(address, 0, 1),
  xchg: (address) => xchg(address, 1),
  atomicAddReturn: (address) => atomicAddReturn(address, 1),
  awaitEqual: (address) => awaitEqual(address, -1, 12345),
  awaitUnequal: (address) => awaitUnequal(address, 0, 0),
  "lock operation": (address) => spinLock(address),
};

const moreLockOperations: readonly ((address: Address) => AccessKind)[] = [
  spinTrylock,
  spinUnlock,
  mutexLock,
  mutexUnlock,
];

for (const [name, touch] of Object.entries(touches)) {
  test(`${name} after free, of the word after an object, through NIL and at a wild address is found`, () => {
    expect(
      violations(function* (at) {
        const node = yield* newNode(at, 7);
        yield free(at.nodes, node);
        yield touch(Node.lock(node));
      }),
    ).toEqual([`memory-safety: ${name} of node#1.lock after it was freed`]);
    expect(
      violations(function* ({ shared }) {
        yield touch(shared + Shared.words);
      }),
    ).toEqual([`memory-safety: ${name} of the word after shared, which is outside every allocated object`]);
    expect(
      violations(function* () {
        yield touch(NIL);
      }),
    ).toEqual([`memory-safety: ${name} through NIL`]);
    // A field of an object that is not there, however far it lies behind the object's start.
    for (const word of [Node.lock(NIL) + 1, NIL_WORDS - 1]) {
      expect(
        violations(function* () {
          yield touch(word);
        }),
      ).toEqual([`memory-safety: ${name} of word ${word} through NIL`]);
    }
    for (const wild of [-1, -0x80000000, 0x7fffffff, 100_000]) {
      expect(
        violations(function* () {
          yield touch(wild);
        }),
      ).toEqual([`memory-safety: ${name} of word ${wild}, which is outside every allocated object`]);
    }
  });
}

test("every lock operation at a wild or dead address is found, and so is one on a slab", () => {
  for (const touch of moreLockOperations) {
    for (const wild of [-7, 0x7ffffff0]) {
      expect(
        violations(function* () {
          yield touch(wild);
        }),
      ).toEqual([`memory-safety: lock operation of word ${wild}, which is outside every allocated object`]);
    }
    expect(
      violations(function* ({ nodes }) {
        yield touch(nodes);
      }),
    ).toEqual(["memory-safety: lock operation of node.slab.first, which is outside every allocated object"]);
  }
});

test("an address or value beyond 32 bits wraps, and the wrapped value is checked", () => {
  expect(
    violations(function* () {
      yield read(0x1_0000_0000 - 5);
    }),
  ).toEqual(["memory-safety: read of word -5, which is outside every allocated object"]);
});

test("a word not written since its allocation cannot be read, modified, locked or awaited", () => {
  for (const [name, touch] of Object.entries(touches)) {
    const isStore = ["write", "writeOnce", "storeRelease", "rcuAssignPointer"].includes(name);
    expect(
      violations(function* ({ nodes, head }) {
        const node = yield allocate(nodes);
        yield writeOnce(head, node);
        yield touch(Node.next(node));
        yield readOnce(Node.next(node));
      }),
    ).toEqual(
      isStore ? [] : [`memory-safety: ${name} of node#1.next, which nobody has written since it was allocated`],
    );
  }
});

test("a reallocated object keeps nothing of its former contents", () => {
  expect(
    violations(
      function* (at) {
        const node = yield* newNode(at, 7);
        yield free(at.nodes, node);
        const again = yield allocate(at.nodes);
        yield writeOnce(at.head, again);
        yield read(Node.value(again));
      },
      { nodesMax: 1 },
    ),
  ).toEqual(["memory-safety: read of node#1.value, which nobody has written since it was allocated"]);
});

test("a use after free by another thread is found in the schedules where the free comes first", () => {
  expect(
    violations({
      user: function* (at) {
        const node = yield* newNode(at, 7);
        yield storeRelease(at.head, node);
        yield readOnce(Node.value(node));
      },
      freer: function* (at) {
        const node = yield awaitUnequal(at.head, -1, 0);
        yield free(at.nodes, node);
      },
    }),
  ).toEqual([
    "data-race: free of node#1.value races with an access by user",
    "memory-safety: readOnce of node#1.value after it was freed",
  ]);
});

test("a waiter whose word is freed is a violation, and does not wait forever", () => {
  for (const wait of [awaitEqual, spinLock] as const) {
    const found = violations({
      waiter: function* (at) {
        const node = yield* newNode(at, 7);
        yield spinLock(Node.lock(node));
        yield spinUnlock(Node.lock(node));
        yield writeOnce(Node.lock(node), 9);
        yield storeRelease(at.head, node);
        yield wait === spinLock ? spinLock(Node.lock(node)) : awaitEqual(Node.lock(node), -1, 0);
      },
      freer: function* (at) {
        const node = yield awaitUnequal(at.head, -1, 0);
        yield free(at.nodes, node);
      },
    });
    expect(found).toEqual([
      `memory-safety: ${wait === spinLock ? "lock operation" : "awaitEqual"} of node#1.lock after it was freed`,
    ]);
  }
});

test("wrong frees are found", () => {
  const freeing = (choose: (at: Place, node: Address) => [Address, Address]): string[] =>
    violations(function* (at) {
      const node = yield* newNode(at, 7);
      yield writeOnce(at.head, node);
      yield free(...choose(at, node));
    });
  expect(freeing(({ nodes, a }) => [nodes, a])).toEqual([
    "memory-safety: free of shared, which is no object of node.slab.first",
  ]);
  expect(freeing(({ nodes }, node) => [nodes, node + 1])).toEqual([
    "memory-safety: free of node#1.lock, which is no object of node.slab.first",
  ]);
  expect(freeing(({ nodes }, node) => [nodes, node + Node.words + 1])).toEqual([
    "memory-safety: free of node#2, which was never allocated",
  ]);
  expect(freeing(({ others }, node) => [others, node])).toEqual([
    "memory-safety: free of node#1, which is no object of other.slab.first",
  ]);
  expect(freeing(({ nodes }) => [nodes, 0])).toEqual(["memory-safety: free of NIL"]);
  expect(freeing(({ nodes }) => [nodes, -50])).toEqual([
    "memory-safety: free of word -50, which is no object of node.slab.first",
  ]);
  expect(freeing(({ a }, node) => [a, node])).toEqual(["memory-safety: free to shared.a, which is no slab"]);
  expect(freeing((_, node) => [-3, node])).toEqual(["memory-safety: free to word -3, which is no slab"]);
});

test("a double free is found", () => {
  expect(
    violations(function* (at) {
      const node = yield* newNode(at, 7);
      yield free(at.nodes, node);
      yield free(at.nodes, node);
    }),
  ).toEqual(["memory-safety: double free of node#1"]);
});

test("an allocation from a word that is not a slab is found; one from an exhausted slab returns NIL", () => {
  for (const [slab, name] of [
    [-9, "word -9"],
    [0x70000000, "word 1879048192"],
    [0, "word 0"],
  ] as const) {
    expect(
      violations(function* () {
        yield allocate(slab);
      }),
    ).toEqual([`memory-safety: allocate from ${name}, which is no slab`]);
  }
  expect(
    violations(
      function* (at) {
        const first = yield* newNode(at, 1);
        const second = yield allocate(at.nodes);
        if (second === NIL) yield free(at.nodes, first);
      },
      { nodesMax: 1 },
    ),
  ).toEqual([]);
});

test("plain accesses race unless a lock orders them", () => {
  const add = (locked: boolean): Body =>
    function* ({ a, lock }) {
      if (locked) yield spinLock(lock);
      yield write(a, (yield read(a)) + 1);
      if (locked) yield spinUnlock(lock);
    };
  expect(violations({ left: add(true), right: add(true) })).toEqual([]);
  expect(violations({ left: add(false), right: add(false) }).toSorted()).toEqual([
    "data-race: read of shared.a races with an access by left",
    "data-race: read of shared.a races with an access by right",
    "data-race: write of shared.a races with an access by left",
    "data-race: write of shared.a races with an access by right",
  ]);
});

test("publication orders accesses; a relaxed store publishes only with a barrier before it", () => {
  const reader: Body = function* ({ a, head }) {
    if ((yield loadAcquire(head)) !== 0) yield read(a);
  };
  const writer = (publish: (at: Place) => Access): Body =>
    function* (at) {
      yield write(at.a, 1);
      yield* publish(at);
    };
  const released = writer(function* ({ head }) {
    yield storeRelease(head, 1);
  });
  const fenced = writer(function* ({ head }) {
    yield smpWmb();
    yield writeOnce(head, 1);
  });
  const relaxed = writer(function* ({ head }) {
    yield writeOnce(head, 1);
  });
  expect(violations({ writer: released, reader })).toEqual([]);
  expect(violations({ writer: fenced, reader })).toEqual([]);
  expect(violations({ writer: relaxed, reader })).toEqual([
    "data-race: read of shared.a races with an access by writer",
  ]);
});

test("a failed cmpxchg does not race with a plain read; a successful one does", () => {
  const against = (expected: number): string[] =>
    violations({
      comparer: function* ({ a }) {
        yield cmpxchg(a, expected, 1);
      },
      reader: function* ({ a }) {
        yield read(a);
      },
    });
  expect(against(5)).toEqual([]);
  expect(against(0)).toHaveLength(2);
});

test("two locks taken in both orders are found even without a deadlock", () => {
  const found = violations(function* ({ lock, otherLock }) {
    yield spinLock(lock);
    yield spinLock(otherLock);
    yield spinUnlock(otherLock);
    yield spinUnlock(lock);
    yield spinLock(otherLock);
    yield spinLock(lock);
  });
  expect(found).toEqual([
    "lock-order: shared.lock is taken inside shared.otherLock, and the other way round elsewhere",
  ]);
});

test("two locks taken in both orders are found by lock order or by deadlock; in one order, by neither", () => {
  const nest = (outer: "lock" | "otherLock", inner: "lock" | "otherLock"): Body =>
    function* (at) {
      yield spinLock(at[outer]);
      yield spinLock(at[inner]);
      yield spinUnlock(at[inner]);
      yield spinUnlock(at[outer]);
    };
  expect(violations({ left: nest("lock", "otherLock"), right: nest("lock", "otherLock") })).toEqual([]);
  expect(violations({ left: nest("lock", "otherLock"), right: nest("otherLock", "lock") })).toEqual([
    "lock-order: shared.lock is taken inside shared.otherLock, and the other way round elsewhere",
    "deadlock: left waits for shared.otherLock, held by right; right waits for shared.lock, held by left",
    "lock-order: shared.otherLock is taken inside shared.lock, and the other way round elsewhere",
  ]);
});

test("a trylock takes a free lock, not a held one, and adds no lock order", () => {
  expect(
    violations({
      nester: function* ({ lock, otherLock }) {
        yield spinLock(lock);
        yield spinLock(otherLock);
        yield spinUnlock(otherLock);
        yield spinUnlock(lock);
      },
      trier: function* ({ lock, otherLock, a }) {
        yield spinLock(otherLock);
        if ((yield spinTrylock(lock)) === 1) {
          yield write(a, 1);
          yield spinUnlock(lock);
        }
        yield spinUnlock(otherLock);
      },
    }),
  ).toEqual([]);
  expect(
    violations(function* ({ lock }) {
      yield spinLock(lock);
      if ((yield spinTrylock(lock)) === 0) yield spinUnlock(lock);
    }),
  ).toEqual([]);
});

test("a lock taken by a trylock protects its data", () => {
  const add: Body = function* ({ a, lock }) {
    if ((yield spinTrylock(lock)) === 0) return;
    yield write(a, (yield read(a)) + 1);
    yield spinUnlock(lock);
  };
  expect(violations({ left: add, right: add })).toEqual([]);
});

test("a lock is released only by its holder, and in the mode in which it was taken", () => {
  expect(
    violations(function* ({ lock }) {
      yield spinUnlock(lock);
    }),
  ).toEqual(["lock-order: one releases shared.lock, which it does not hold"]);
  expect(
    violations({
      holder: function* ({ lock, a }) {
        yield mutexLock(lock);
        yield writeOnce(a, 1);
        yield awaitEqual(a, -1, 2);
        yield mutexUnlock(lock);
      },
      other: function* ({ lock, a }) {
        yield awaitEqual(a, -1, 1);
        yield mutexUnlock(lock);
        yield writeOnce(a, 2);
      },
    }),
  ).toEqual(["lock-order: other releases shared.lock, which it does not hold"]);
  expect(
    violations(function* ({ lock }) {
      yield spinLock(lock);
      yield mutexUnlock(lock);
    }),
  ).toEqual(["lock-order: one releases shared.lock as a mutex, and did not take it as one"]);
  expect(
    violations(function* ({ lock }) {
      yield spinLock(lock);
      yield writeOnce(lock, 0);
      yield spinUnlock(lock);
    }),
  ).toEqual(["lock-order: one releases shared.lock, which was overwritten while it was held"]);
});

test("an object must not be freed while a lock in it is held, and a lock's order ends with its object", () => {
  expect(
    violations(function* (at) {
      const node = yield* newNode(at, 7);
      yield spinLock(Node.lock(node));
      yield free(at.nodes, node);
    }),
  ).toEqual(["lock-order: node#1 is freed while node#1.lock is held"]);
  expect(
    violations(
      function* (at) {
        const node = yield* newNode(at, 1);
        yield spinLock(at.lock);
        yield spinLock(Node.lock(node));
        yield spinUnlock(Node.lock(node));
        yield spinUnlock(at.lock);
        yield free(at.nodes, node);
        const again = yield* newNode(at, 2);
        yield spinLock(Node.lock(again));
        yield spinLock(at.lock);
        yield spinUnlock(at.lock);
        yield spinUnlock(Node.lock(again));
        yield free(at.nodes, again);
      },
      { nodesMax: 1 },
    ),
  ).toEqual([]);
});

test("no thread may sleep under a spinlock, in a section or in a callback", () => {
  const sleeps: readonly [string, (at: Place) => AccessKind][] = [
    ["takes the mutex shared.otherLock", ({ otherLock }) => mutexLock(otherLock)],
    ["waits for a grace period", () => synchronizeRcu()],
  ];
  for (const [act, sleep] of sleeps) {
    expect(
      violations(function* (at) {
        yield spinLock(at.lock);
        yield sleep(at);
      }),
    ).toEqual([`context: one ${act} while it holds the spinlock shared.lock`]);
    expect(
      violations(function* (at) {
        yield rcuReadLock();
        yield sleep(at);
      }),
    ).toEqual([`context: one ${act} inside a read-side critical section`]);
    expect(
      violations(function* (at) {
        yield callRcu(function* () {
          yield sleep(at);
        }, 0);
      }),
    ).toEqual([`context: rcu callback 1 ${act}, and an RCU callback must not sleep`]);
  }
  expect(
    violations(function* ({ lock, otherLock }) {
      yield mutexLock(lock);
      yield synchronizeRcu();
      yield mutexLock(otherLock);
      yield mutexUnlock(otherLock);
      yield mutexUnlock(lock);
    }),
  ).toEqual([]);
});

test("a thread that must not sleep is found even when the mutex is held by another thread", () => {
  expect(
    violations({
      sleeper: function* ({ lock, otherLock }) {
        yield spinLock(lock);
        yield mutexLock(otherLock);
      },
      holder: function* ({ a, otherLock }) {
        yield mutexLock(otherLock);
        yield awaitEqual(a, -1, 1);
      },
    }),
  ).toEqual(["context: sleeper takes the mutex shared.otherLock while it holds the spinlock shared.lock"]);
});

test("sections must be balanced, and a thread must return outside them and without locks", () => {
  expect(
    violations(function* () {
      yield rcuReadLock();
      yield rcuReadUnlock();
      yield rcuReadUnlock();
    }),
  ).toEqual(["context: one ends a read-side critical section, and is in none"]);
  expect(
    violations(function* ({ a }) {
      yield rcuReadLock();
      yield readOnce(a);
    }),
  ).toEqual(["context: one returns inside a read-side critical section"]);
  expect(
    violations(function* ({ a }) {
      yield readOnce(a);
      yield rcuReadLock();
    }),
  ).toEqual(["context: one returns inside a read-side critical section"]);
  expect(
    violations(function* ({ lock }) {
      yield spinLock(lock);
    }),
  ).toEqual(["context: one returns with the lock shared.lock held"]);
  expect(
    violations(function* ({ a }) {
      yield rcuReadLock();
      yield rcuReadLock();
      yield readOnce(a);
      yield rcuReadUnlock();
      yield readOnce(a);
      yield rcuReadUnlock();
    }),
  ).toEqual([]);
});

const reader: Body = function* ({ head }) {
  yield rcuReadLock();
  const node = yield rcuDereference(head);
  if (node !== NIL) yield read(Node.value(node));
  yield rcuReadUnlock();
};

/** Publishes a node, unpublishes it, and disposes of it. */
const publisher = (dispose: (at: Place, node: Address) => Access): Body =>
  function* (at) {
    const node = yield* newNode(at, 1);
    yield rcuAssignPointer(at.head, node);
    yield writeOnce(at.head, NIL);
    yield* dispose(at, node);
  };

test("a published pointer may be followed in a section only", () => {
  expect(
    violations(function* ({ head }) {
      yield rcuDereference(head);
    }),
  ).toEqual(["grace-period: rcuDereference of shared.head outside a read-side critical section"]);
  expect(
    violations(function* ({ head }) {
      yield rcuDereferenceProtected(head);
      yield rcuReadLock();
      yield rcuDereference(head);
      yield rcuReadUnlock();
    }),
  ).toEqual([]);
});

test("a free without a grace period during a section is found; after one, or by callback, it is allowed", () => {
  expect(
    violations({
      reader,
      updater: publisher(function* (at, node) {
        yield free(at.nodes, node);
      }),
    }),
  ).toEqual([
    "data-race: free of node#1.value races with an access by reader",
    "grace-period: node#1 is freed by updater inside reader's read-side critical section, " +
      "which has fetched a pointer to it",
  ]);
  expect(
    violations({
      reader,
      updater: publisher(function* (at, node) {
        yield synchronizeRcu();
        yield free(at.nodes, node);
      }),
    }),
  ).toEqual([]);
  expect(
    violations({
      reader,
      updater: publisher(function* (at, node) {
        yield callRcu(function* (object) {
          yield free(at.nodes, object);
        }, node);
      }),
    }),
  ).toEqual([]);
});

test("a grace period that begins before the node is unpublished is too early", () => {
  expect(
    violations({
      reader,
      updater: function* (at) {
        const node = yield* newNode(at, 1);
        yield rcuAssignPointer(at.head, node);
        yield synchronizeRcu();
        yield writeOnce(at.head, NIL);
        yield free(at.nodes, node);
      },
    }),
  ).toEqual([
    "data-race: free of node#1.value races with an access by reader",
    "grace-period: node#1 is freed by updater inside reader's read-side critical section, " +
      "which has fetched a pointer to it",
  ]);
});

test("a pointer into an object counts as a pointer to it, and a thread's own section counts too", () => {
  expect(
    violations(function* (at) {
      const node = yield* newNode(at, 1);
      yield rcuAssignPointer(at.head, Node.next(node));
      yield rcuReadLock();
      yield rcuDereference(at.head);
      yield free(at.nodes, node);
      yield rcuReadUnlock();
    }),
  ).toEqual([
    "grace-period: node#1 is freed by one inside its own read-side critical section, which has fetched a pointer to it",
  ]);
});

test("an object in a section that fetched nothing, or whose pointer was not fetched in it, may be freed", () => {
  expect(
    violations(function* (at) {
      const node = yield* newNode(at, 1);
      yield rcuAssignPointer(at.head, node);
      yield rcuReadLock();
      yield rcuDereference(at.head);
      yield rcuReadUnlock();
      yield rcuReadLock();
      yield readOnce(at.a);
      yield free(at.nodes, node);
      yield rcuReadUnlock();
    }),
  ).toEqual([]);
});

test("a dereference of a word that holds no pointer is harmless", () => {
  expect(
    violations(function* ({ head }) {
      for (const wild of [-5, 0x7fffffff, 3]) {
        yield writeOnce(head, wild);
        yield rcuReadLock();
        yield rcuDereference(head);
        yield rcuReadUnlock();
      }
    }),
  ).toEqual([]);
});

test("an object that nothing points to at the end is leaked", () => {
  expect(
    violations(function* (at) {
      const node = yield* newNode(at, 1);
      yield writeOnce(at.head, node);
    }),
  ).toEqual([]);
  expect(
    violations(function* (at) {
      yield* newNode(at, 1);
    }),
  ).toEqual(["leak: node#1 is allocated, and nothing points to it any more"]);
});

function recording(log: string[], watches?: Watcher["watches"]): Watcher {
  return {
    property: "recorded",
    begin: () => void log.push("begin"),
    ...(watches === undefined ? {} : { watches }),
    accessed: (words, { thread, kind, address, before, after }) =>
      void log.push(`${thread} ${kind} ${address} ${before}→${after} ${words[address]}`),
    unlocked: (words, lock) => void log.push(`unlocked ${lock} ${words[lock]}`),
    freed: (words, slab, object) => void log.push(`freed ${slab} ${object} ${words[object]}`),
    ended: (words) => void log.push(`ended ${words.length}`),
  };
}

test("watchers are notified of the start, watched accesses, lock releases, frees and the end, each at its time", () => {
  const log: string[] = [];
  let at: Place | undefined;
  expect(
    violations(
      function* (place) {
        at = place;
        yield writeOnce(place.a, 4);
        yield writeOnce(place.b, 5);
        yield readOnce(place.a);
        yield cmpxchg(place.a, 9, 1);
        yield cmpxchg(place.a, 4, 6);
        yield awaitEqual(place.a, -1, 6);
        yield spinLock(place.lock);
        yield spinUnlock(place.lock);
        const node = yield* newNode(place, 8);
        yield free(place.nodes, node);
      },
      { watchers: ({ a }) => [recording(log, (address) => (address === a ? "writes" : undefined))] },
    ),
  ).toEqual([]);
  const { a = 0, lock = 0, nodes = 0 } = at ?? {};
  expect(log).toEqual([
    "begin",
    `0 6 ${a} 0→4 4`,
    `0 9 ${a} 4→6 6`,
    `unlocked ${lock} 0`,
    `freed ${nodes} ${nodes + 8} 8`,
    `ended ${NIL_WORDS + 128}`,
  ]);
});

test("a watcher of accesses is notified of reads too; a watcher of writes beside it is not", () => {
  const reads: string[] = [];
  const writes: string[] = [];
  violations(
    function* ({ a }) {
      yield readOnce(a);
      yield cmpxchg(a, 9, 1);
      yield awaitEqual(a, -1, 0);
      yield writeOnce(a, 1);
    },
    {
      watchers: ({ a }) => [
        recording(reads, (address) => (address === a ? "accesses" : undefined)),
        recording(writes, (address) => (address === a ? "writes" : undefined)),
      ],
    },
  );
  expect(reads.filter((line) => line.includes("→"))).toHaveLength(4);
  expect(writes.filter((line) => line.includes("→"))).toHaveLength(1);
});

test("a finding of a watcher is the violation, at each of its calls", () => {
  const body: Body = function* (at) {
    yield writeOnce(at.a, 1);
    yield spinLock(at.lock);
    yield spinUnlock(at.lock);
    const node = yield* newNode(at, 8);
    yield free(at.nodes, node);
  };
  const finding = (watcher: (at: Place) => Omit<Watcher, "property">): string[] =>
    violations(body, { watchers: (at) => [{ property: "planted", ...watcher(at) }] });
  expect(
    finding(({ a }) => ({ watches: (address) => (address === a ? "writes" : undefined), accessed: () => "accessed" })),
  ).toEqual(["planted: accessed"]);
  expect(finding(() => ({ unlocked: () => "unlocked" }))).toEqual(["planted: unlocked"]);
  expect(finding(() => ({ freed: () => "freed" }))).toEqual(["planted: freed"]);
  expect(finding(() => ({ ended: () => "ended" }))).toEqual(["planted: ended"]);
  expect(finding(() => ({ accessed: () => "accessed", unlocked: () => undefined, ended: () => undefined }))).toEqual(
    [],
  );
});
