/** Published vulnerabilities in which an object is freed twice, or while another thread is about to use it. */
import { type Access, cmpxchg, free, mutexLock, mutexUnlock, NIL, readOnce, writeOnce } from "#impl/memory/access.ts";
import type { Heap } from "#impl/memory/heap.ts";
import { conVul, createThing, placeThings, Thing } from "./thing.ts";
import { increase, share, thread, threads, type ToyBody, type ToyProgram, toyProgram } from "./toy-program.ts";

/**
 * CVE-2016-1972: a thread that runs `once` counts itself as waiting without a lock; the last to leave frees the lock
 * that another may be entering.
 */
function onceHelper(heap: Heap): ToyBody {
  const at = share(heap, "once", { waiters: 1, done: 1, section: 1 });
  const slab = placeThings(heap, "section", 1);
  function* once(): Access {
    if ((yield readOnce(at.done)) === 1) return;
    yield* increase(at.waiters, 1);
    const section = yield readOnce(at.section);
    yield writeOnce(Thing.value(section), 1);
    yield mutexLock(Thing.lock(section));
    if ((yield readOnce(at.done)) === 0) yield writeOnce(at.done, 1);
    yield mutexUnlock(Thing.lock(yield readOnce(at.section)));
    if ((yield* increase(at.waiters, -1)) === 0) {
      yield free(slab, yield readOnce(at.section));
      yield writeOnce(at.section, NIL);
    }
  }
  return {
    *setUp() {
      const section = yield* createThing(slab);
      yield writeOnce(at.section, section);
    },
    threads: threads("runner", 2, once),
  };
}

/**
 * CVE-2016-1973: a static instance with a reference count is found before it is counted, so the last release may
 * destroy it in between.
 */
function staticInstance(heap: Heap): ToyBody {
  const at = share(heap, "static", { instance: 1, references: 1 });
  const slab = placeThings(heap, "instance", 4);
  function* use(): Access {
    let instance = yield readOnce(at.instance);
    if (instance === NIL) {
      const created = yield* createThing(slab);
      instance = yield cmpxchg(at.instance, NIL, created);
      if (instance === NIL) instance = created;
      else yield free(slab, created);
    }
    yield* increase(at.references, 1);
    yield readOnce(Thing.value(instance));
    if ((yield* increase(at.references, -1)) === 0) {
      const last = yield readOnce(at.instance);
      yield writeOnce(at.instance, NIL);
      if (last !== NIL) yield free(slab, last);
    }
  }
  return { threads: threads("user", 2, use) };
}

/** CVE-2016-9806: a netlink dump ends under the mutex, and its buffer is freed `where`. */
function netlinkDump(heap: Heap, where: "outside the mutex" | "inside the mutex"): ToyBody {
  const at = share(heap, "callback", { mutex: 1, buffer: 1 });
  const slab = placeThings(heap, "buffer", 1);
  function* endDump(): Access {
    yield mutexLock(at.mutex);
    const buffer = yield readOnce(at.buffer);
    if (buffer === NIL) return yield* leave();
    if (where === "outside the mutex") yield mutexUnlock(at.mutex);
    yield free(slab, buffer);
    yield writeOnce(at.buffer, NIL);
    if (where === "inside the mutex") yield mutexUnlock(at.mutex);
  }
  function* leave(): Access {
    yield mutexUnlock(at.mutex);
  }
  return {
    *setUp() {
      const buffer = yield* createThing(slab);
      yield writeOnce(at.buffer, buffer);
    },
    threads: threads("dumper", 2, endDump),
  };
}

/**
 * CVE-2017-15265: a sequencer port is created, put on a list under the lock, and used after it, when another thread may
 * have deleted it.
 */
function sequencerPort(heap: Heap, used: "after the lock" | "under the lock"): ToyBody {
  const at = share(heap, "client", { lock: 1, ports: 1 });
  const slab = placeThings(heap, "port", 1);
  function* create(): Access {
    const port = yield* createThing(slab);
    yield mutexLock(at.lock);
    yield writeOnce(at.ports, port);
    if (used === "after the lock") yield mutexUnlock(at.lock);
    yield writeOnce(Thing.value(port), 2);
    if (used === "under the lock") yield mutexUnlock(at.lock);
  }
  function* remove(): Access {
    yield mutexLock(at.lock);
    const port = yield readOnce(at.ports);
    yield writeOnce(at.ports, NIL);
    yield mutexUnlock(at.lock);
    if (port !== NIL) yield free(slab, port);
  }
  return { threads: [thread("creator", create), thread("deleter", remove)] };
}

/**
 * CVE-2017-6346: a packet socket's rollover state is allocated before the mutex, and freed on error, which both threads
 * hit, `where`.
 */
function packetFanout(heap: Heap, where: "outside the mutex" | "inside the mutex"): ToyBody {
  const at = share(heap, "socket", { mutex: 1, rollover: 1 });
  const slab = placeThings(heap, "rollover", 2);
  function* release(): Access {
    const rollover = yield readOnce(at.rollover);
    if (rollover === NIL) return;
    yield free(slab, rollover);
    yield writeOnce(at.rollover, NIL);
  }
  function* addFanout(): Access {
    if (where === "outside the mutex") {
      if ((yield readOnce(at.rollover)) === NIL) yield writeOnce(at.rollover, yield* createThing(slab));
      yield mutexLock(at.mutex);
      yield mutexUnlock(at.mutex);
      yield* release();
    } else {
      yield mutexLock(at.mutex);
      if ((yield readOnce(at.rollover)) === NIL) yield writeOnce(at.rollover, yield* createThing(slab));
      yield* release();
      yield mutexUnlock(at.mutex);
    }
  }
  return { threads: threads("socket user", 2, addFanout) };
}

/**
 * pbzip2 0.9.4: main frees the queue once the last block is done, which the consumer signals before it has released the
 * queue's lock.
 */
function parallelCompression(heap: Heap, signalled: "inside the queue's lock" | "after the queue's lock"): ToyBody {
  const at = share(heap, "main", { queue: 1, done: 1 });
  const slab = placeThings(heap, "queue", 1);
  function* consume(): Access {
    const queue = yield readOnce(at.queue);
    yield mutexLock(Thing.lock(queue));
    yield* increase(Thing.value(queue), -1);
    if (signalled === "inside the queue's lock") yield writeOnce(at.done, 1);
    yield mutexUnlock(Thing.lock(queue));
    if (signalled === "after the queue's lock") yield writeOnce(at.done, 1);
  }
  function* main(): Access {
    if ((yield readOnce(at.done)) === 0) return;
    const queue = yield readOnce(at.queue);
    yield writeOnce(at.queue, NIL);
    yield free(slab, queue);
  }
  return {
    *setUp() {
      const queue = yield* createThing(slab);
      yield writeOnce(at.queue, queue);
    },
    threads: [thread("consumer", consume), thread("main", main)],
  };
}

export const lifetimeRaces: readonly ToyProgram[] = [
  toyProgram({
    name: "cve-2016-1972",
    about: "two threads run a function once, under a lock that the last to leave frees",
    source: conVul,
    parameters: {},
    bug: {
      what: "the count of waiters is unprotected, and the lock is freed while another enters it",
      depth: 3,
      // Freed while another still holds it counts as a misuse of the lock.
      violates: ["memory-safety", "lock-order"],
    },
    build: onceHelper,
  }),
  toyProgram({
    name: "CVE-2016-1973",
    about: "two threads use a static instance with a reference count",
    source: conVul,
    parameters: {},
    bug: {
      what: "the instance is destroyed between being found and being counted",
      depth: 3,
      violates: ["memory-safety"],
    },
    build: staticInstance,
  }),
  toyProgram({
    name: "CVE-2016-9806",
    about: "two threads end a netlink dump and free its buffer",
    source: conVul,
    parameters: {},
    bug: { what: "both threads free one buffer", depth: 3, violates: ["memory-safety"] },
    build: (heap) => netlinkDump(heap, "outside the mutex"),
    corrected: (heap) => netlinkDump(heap, "inside the mutex"),
  }),
  toyProgram({
    name: "CVE-2017-15265",
    about: "a sequencer port is created and used while another thread deletes it",
    source: conVul,
    parameters: {},
    bug: {
      what: "the port is deleted between its publication and its last use",
      depth: 3,
      violates: ["memory-safety"],
    },
    build: (heap) => sequencerPort(heap, "after the lock"),
    corrected: (heap) => sequencerPort(heap, "under the lock"),
  }),
  toyProgram({
    name: "CVE-2017-6346",
    about: "two threads create and release the rollover state of a packet socket",
    source: conVul,
    parameters: {},
    bug: {
      what: "both threads free one rollover state",
      depth: 2,
      // The same race leaks one of two allocated states.
      violates: ["memory-safety", "leak"],
    },
    build: (heap) => packetFanout(heap, "outside the mutex"),
    corrected: (heap) => packetFanout(heap, "inside the mutex"),
  }),
  toyProgram({
    name: "pbzip2",
    about: "main frees the queue once the consumer signals that the last block is done",
    source: "pbzip2 0.9.4; Yu, Narayanasamy, PLDI 2009",
    parameters: {},
    bug: {
      what: "main frees the queue while the consumer still holds its lock",
      depth: 3,
      violates: ["memory-safety", "lock-order"],
    },
    build: (heap) => parallelCompression(heap, "inside the queue's lock"),
    corrected: (heap) => parallelCompression(heap, "after the queue's lock"),
  }),
];
