/** The protocols of `impl/sync/`, each with a reader that relies on its guarantee. */
import {
  type Access,
  type Address,
  allocate,
  assertHolds,
  free,
  NIL,
  rcuReadLock,
  rcuReadUnlock,
  read,
  readOnce,
  write,
  writeOnce,
} from "#impl/memory/access.ts";
import { type Heap, place, placeSlab } from "#impl/memory/heap.ts";
import { struct } from "#impl/memory/struct.ts";
import { cancellableLoop, cancelWork, placeCancellableWork } from "#impl/sync/cancellable-work.ts";
import { placeDelayedWork, queueDelayedWork, queueWhenDue, workerLoop } from "#impl/sync/delayed-work.ts";
import { acquireUnlessZero, releaseWasLast } from "#impl/sync/kref.ts";
import { callRcuCounted, countedCallback, rcuBarrier } from "#impl/sync/rcu-barrier.ts";
import { acquireUnlessDead, markDead, release } from "#impl/sync/refcount.ts";
import { readLock, readUnlock, writeLock, writeUnlock } from "#impl/sync/rwlock.ts";
import { readBegin, readRetry, writeSeqlock, writeSequnlock } from "#impl/sync/seqlock.ts";
import { type Protocol, preset, protocol } from "./protocol.ts";

const SYNC = "sync";

const Pair = struct("pair", { lock: 1, sequence: 1, first: 1, second: 1 });
const Counted = struct("counted", { refcount: 1, first: 1, second: 1 });
const Root = struct("root", { object: 1, clock: 1, pending: 1 });

/** A slab object with `references` holders that `Root.object` points to. */
function placeCounted(heap: Heap, references: number): { slab: Address; root: Address; setUp: () => Access } {
  const slab = placeSlab(heap, Counted, "counted", 4);
  const root = place(heap, Root, "root");
  return {
    slab,
    root,
    *setUp() {
      const object = yield allocate(slab);
      yield write(Counted.refcount(object), references);
      yield write(Counted.first(object), 7);
      yield write(Counted.second(object), 7);
      yield write(Root.object(root), object);
    },
  };
}

/** Reads and writes an object as a holder may. */
function* use(object: Address): Access {
  const first = yield readOnce(Counted.first(object));
  yield writeOnce(Counted.second(object), first);
}

const seqlock = protocol(SYNC, "seqlock", "a writer of two words, and a reader that no writer passed", (heap) => {
  const base = place(heap, Pair, "pair");
  const lock = { lock: Pair.lock(base), sequence: Pair.sequence(base) };
  return {
    threads: {
      *writer() {
        yield* writeSeqlock(lock);
        yield writeOnce(Pair.first(base), 1);
        yield writeOnce(Pair.second(base), 1);
        yield* writeSequnlock(lock);
      },
      *reader() {
        const begun = yield* readBegin(lock);
        const first = yield readOnce(Pair.first(base));
        const second = yield readOnce(Pair.second(base));
        const passed = yield* readRetry(lock, begun);
        yield assertHolds(
          passed || first === second,
          "a reader that no writer passed sees all of a writer, or nothing",
        );
        yield assertHolds(passed || begun === 0 || first === 1, "a reader sees the writer before it");
      },
    },
  };
});

const refcountRelease = protocol(
  SYNC,
  "refcount-release",
  "a holder's last use, and the free of an object without holders",
  (heap) => {
    const { slab, root, setUp } = placeCounted(heap, 1);
    return {
      setUp,
      threads: {
        *holder() {
          const object = yield read(Root.object(root));
          yield* use(object);
          yield* release(Counted.refcount(object));
        },
        *collector() {
          const object = yield read(Root.object(root));
          const isMine = yield* markDead(Counted.refcount(object));
          if (isMine) yield free(slab, object);
        },
      },
    };
  },
);

const refcountTaken = protocol(
  SYNC,
  "refcount-taken",
  "a reference taken inside a section, and a free after a grace period",
  (heap) => {
    const { slab, root, setUp } = placeCounted(heap, 0);
    const freeCounted = function* (object: number): Access {
      yield free(slab, object);
    };
    return {
      setUp,
      threads: {
        *taker() {
          yield rcuReadLock();
          const object = yield readOnce(Root.object(root));
          const isTaken = object !== NIL && (yield* acquireUnlessDead(Counted.refcount(object)));
          yield rcuReadUnlock();
          if (!isTaken) return;
          yield* use(object);
          yield* release(Counted.refcount(object));
        },
        *collector() {
          const object = yield read(Root.object(root));
          const isMine = yield* markDead(Counted.refcount(object));
          if (!isMine) return;
          yield writeOnce(Root.object(root), NIL);
          yield* callRcuCounted(NIL, freeCounted, object);
        },
      },
    };
  },
);

const kref = protocol(SYNC, "kref", "two holders, the last of whom frees", (heap) => {
  const { slab, root, setUp } = placeCounted(heap, 2);
  const drop = function* (): Access {
    const object = yield read(Root.object(root));
    yield* use(object);
    const isLast = yield* releaseWasLast(Counted.refcount(object));
    if (isLast) yield free(slab, object);
  };
  return { setUp, threads: { first: drop, second: drop } };
});

const krefTaken = protocol(SYNC, "kref-taken", "a reference is taken while the last one is dropped", (heap) => {
  const { slab, root, setUp } = placeCounted(heap, 1);
  const freeCounted = function* (object: number): Access {
    yield free(slab, object);
  };
  const drop = function* (object: Address): Access {
    yield* use(object);
    const isLast = yield* releaseWasLast(Counted.refcount(object));
    if (isLast) yield* callRcuCounted(NIL, freeCounted, object);
  };
  return {
    setUp,
    threads: {
      *taker() {
        yield rcuReadLock();
        const object = yield readOnce(Root.object(root));
        const isTaken = object !== NIL && (yield* acquireUnlessZero(Counted.refcount(object)));
        yield rcuReadUnlock();
        if (isTaken) yield* drop(object);
      },
      *holder() {
        const object = yield read(Root.object(root));
        yield writeOnce(Root.object(root), NIL);
        yield* drop(object);
      },
    },
  };
});

const rwlock = protocol(SYNC, "rwlock", "a writer of two words, and a reader", (heap) => {
  const base = place(heap, Pair, "pair");
  return {
    threads: {
      *writer() {
        yield* writeLock(Pair.lock(base));
        yield write(Pair.first(base), 1);
        yield write(Pair.second(base), 1);
        yield* writeUnlock(Pair.lock(base));
      },
      *reader() {
        yield* readLock(Pair.lock(base));
        const first = yield read(Pair.first(base));
        const second = yield read(Pair.second(base));
        yield* readUnlock(Pair.lock(base));
        yield assertHolds(first === second, "a reader sees all of a writer, or nothing");
      },
    },
  };
});

const delayedWork = protocol(SYNC, "delayed-work", "writes before a work is requested, by two requesters", (heap) => {
  const work = placeDelayedWork(heap, "work");
  const base = place(heap, Pair, "pair");
  const root = place(heap, Root, "root");
  const asking = (word: Address) =>
    function* (): Access {
      yield writeOnce(word, 1);
      yield* queueDelayedWork(work, 0, Root.clock(root));
      yield writeOnce(word, 2);
    };
  return {
    threads: { first: asking(Pair.first(base)), second: asking(Pair.second(base)) },
    daemons: {
      *worker() {
        yield* workerLoop(work, function* () {
          const first = yield readOnce(Pair.first(base));
          const second = yield readOnce(Pair.second(base));
          yield assertHolds(first + second > 0, "the work sees what was written before it was requested");
        });
      },
    },
  };
});

const delayedWorkSeen = protocol(SYNC, "delayed-work-last", "a refused requester is seen by the coming run", (heap) => {
  const work = placeDelayedWork(heap, "work");
  const base = place(heap, Pair, "pair");
  const root = place(heap, Root, "root");
  return {
    setUp: function* () {
      yield* queueDelayedWork(work, 0, Root.clock(root));
    },
    threads: {
      *asker() {
        yield writeOnce(Pair.first(base), 1);
        const isFirst = yield* queueDelayedWork(work, 0, Root.clock(root));
        if (!isFirst) yield writeOnce(Pair.second(base), 1);
      },
      *observer() {
        // The coming run: it takes the work, and reads.
        yield* takeUp(work, base);
      },
    },
  };
});

/** One turn of the worker: takes the work like `workerLoop`, and records what it saw. */
function* takeUp(work: Address, base: Address): Access {
  const turns = workerLoop(work, function* () {
    const seen = yield readOnce(Pair.first(base));
    const wasTold = yield readOnce(Pair.second(base));
    yield assertHolds(seen === 1 || wasTold === 0, "a refused requester is seen by the coming run");
    throw TURN_IS_OVER;
  });
  try {
    yield* turns;
  } catch (error) {
    if (error !== TURN_IS_OVER) throw error;
  }
}

const TURN_IS_OVER = new Error("the turn is over");

const timedWork = protocol(SYNC, "timed-work", "a work that is due runs, and sees what was written before", (heap) => {
  const work = placeDelayedWork(heap, "work");
  const base = place(heap, Pair, "pair");
  const root = place(heap, Root, "root");
  preset(heap, Root.clock(root), 10);
  return {
    threads: {
      *asker() {
        yield write(Pair.first(base), 1);
        yield* queueDelayedWork(work, 5, Root.clock(root));
      },
      *timer() {
        yield* queueWhenDue(work, 15);
      },
    },
    daemons: {
      *worker() {
        yield* workerLoop(work, function* () {
          const seen = yield read(Pair.first(base));
          yield assertHolds(seen === 1, "the work sees what was written before it was requested");
        });
      },
    },
  };
});

const earlyTimer = protocol(SYNC, "timed-work-early", "a timer that fires too early leaves the work alone", (heap) => {
  const work = placeDelayedWork(heap, "work");
  const root = place(heap, Root, "root");
  preset(heap, Root.clock(root), 10);
  return {
    threads: {
      *asker() {
        yield* queueDelayedWork(work, 5, Root.clock(root));
      },
      *timer() {
        yield* queueWhenDue(work, 12);
      },
    },
    daemons: {
      *worker() {
        yield* workerLoop(work, function* () {
          yield assertHolds(false, "no work runs before it is due");
        });
      },
    },
  };
});

const cancellableWork = protocol(
  SYNC,
  "cancellable-work",
  "a run, and a thread that cancels the work and removes its data",
  (heap) => {
    const work = placeCancellableWork(heap, "work");
    const { slab, root, setUp } = placeCounted(heap, 1);
    return {
      *setUp() {
        yield* setUp();
        yield* queueDelayedWork(work, 0, Root.clock(root));
      },
      threads: {
        *canceller() {
          yield* cancelWork(work);
          const object = yield read(Root.object(root));
          yield free(slab, object);
        },
      },
      daemons: {
        *worker() {
          yield* cancellableLoop(work, function* () {
            const object = yield read(Root.object(root));
            yield* use(object);
          });
        },
      },
    };
  },
);

const barrierForCallbacks = protocol(
  SYNC,
  "rcu-barrier",
  "a callback's last write, and a thread that waited for all callbacks",
  (heap) => {
    const { slab, root, setUp } = placeCounted(heap, 1);
    const touch = countedCallback(Root.pending(root), function* (object: number): Access {
      yield* use(object);
    });
    return {
      setUp,
      threads: {
        *closer() {
          const object = yield read(Root.object(root));
          yield* callRcuCounted(Root.pending(root), touch, object);
          yield* rcuBarrier(Root.pending(root));
          yield free(slab, object);
        },
      },
    };
  },
);

export const syncProtocols: readonly Protocol[] = [
  seqlock,
  refcountRelease,
  refcountTaken,
  kref,
  krefTaken,
  rwlock,
  delayedWork,
  delayedWorkSeen,
  timedWork,
  earlyTimer,
  cancellableWork,
  barrierForCallbacks,
];
