/**
 * Published vulnerabilities, cut down to the accesses that matter. The sources are the ConVul benchmarks and the fixes
 * of the CVEs.
 */
import {
  type Access,
  type Address,
  allocate,
  assertHolds,
  cmpxchg,
  free,
  mutexLock,
  mutexUnlock,
  NIL,
  readOnce,
  writeOnce,
} from "#impl/memory/access.ts";
import { type Heap, placeSlab } from "#impl/memory/heap.ts";
import { struct } from "#impl/memory/struct.ts";
import type { Program } from "#fuzz/machine/program.ts";
import { increase, share, type SmallProgram, thread, threads } from "./small-program.ts";

const conVul = "ConVul-CVE-Benchmarks (Meng, Zhu, Luo, ConVul)";

/** The value comes first: at its offset a use of NIL is a use of word 0, and seen. */
const Thing = struct("thing", { value: 1, lock: 1 });

/** A slab of small objects: a value and a lock. */
function placeThings(heap: Heap, name: string, capacity: number): Address {
  return placeSlab(heap, Thing, name, capacity);
}

function* createThing(slab: Address): Access<Address> {
  const thing = yield allocate(slab);
  yield writeOnce(Thing.lock(thing), 0);
  yield writeOnce(Thing.value(thing), 1);
  return thing;
}

/** What a thread does with a pointer that another sets to NIL under the lock. */
type NilPointer = "is used" | "is looked at first";

/** CVE-2009-3547: `pipe_open` uses the inode's pipe, which `pipe_release` sets to NIL, both under the mutex. */
function pipeOpen(nil: NilPointer): Program {
  const { heap, at } = share("inode", { mutex: 1, pipe: 1 });
  const slab = placeThings(heap, "pipe", 1);
  function* open(): Access {
    yield mutexLock(at.mutex);
    const pipe = yield readOnce(at.pipe);
    if (nil === "is used" || pipe !== NIL) yield* increase(Thing.value(pipe), 1);
    yield mutexUnlock(at.mutex);
  }
  function* release(): Access {
    yield mutexLock(at.mutex);
    const pipe = yield readOnce(at.pipe);
    yield writeOnce(at.pipe, NIL);
    yield free(slab, pipe);
    yield mutexUnlock(at.mutex);
  }
  return {
    name: "CVE-2009-3547",
    heap,
    *setUp() {
      const pipe = yield* createThing(slab);
      yield writeOnce(at.pipe, pipe);
    },
    threads: [thread("opener", open), thread("releaser", release)],
    watchers: [],
  };
}

/**
 * CVE-2011-2183: the page scanner picks the next slot of a ring list, `where` it holds the lock or not; an exiting
 * process removes the last one.
 */
function pageMerging(where: "outside the lock" | "inside the lock"): Program {
  const { heap, at } = share("scanner", { lock: 1, head: 1, slot: 1 });
  function* scan(): Access {
    yield mutexLock(at.lock);
    let next = yield readOnce(at.head);
    if (next === at.head) return yield* leave();
    if (where === "outside the lock") {
      yield mutexUnlock(at.lock);
      next = yield readOnce(at.head);
    }
    yield assertHolds(next !== at.head, "the head of the list is taken for a slot");
    if (where === "inside the lock") yield mutexUnlock(at.lock);
  }
  function* leave(): Access {
    yield mutexUnlock(at.lock);
  }
  function* exit(): Access {
    yield mutexLock(at.lock);
    yield writeOnce(at.head, yield readOnce(at.slot));
    yield mutexUnlock(at.lock);
  }
  return {
    name: "CVE-2011-2183",
    heap,
    *setUp() {
      yield writeOnce(at.head, at.slot);
      yield writeOnce(at.slot, at.head);
    },
    threads: [thread("scanner", scan), thread("exiting process", exit)],
    watchers: [],
  };
}

/** CVE-2013-1792: user keyrings are installed lazily; who sees the keyring published first takes both for installed. */
function userKeyrings(first: "uid" | "session"): Program {
  const { heap, at } = share("user", { mutex: 1, uid: 1, session: 1 });
  const second = first === "uid" ? "session" : "uid";
  function* install(): Access {
    if ((yield readOnce(at.uid)) === 0) {
      yield mutexLock(at.mutex);
      if ((yield readOnce(at.uid)) === 0) {
        yield writeOnce(at[first], 1);
        yield writeOnce(at[second], 1);
      }
      yield mutexUnlock(at.mutex);
    }
    const session = yield readOnce(at.session);
    yield assertHolds(session !== 0, "the session keyring is NIL");
  }
  return { name: "CVE-2013-1792", heap, threads: threads("installer", 2, install), watchers: [] };
}

/** CVE-2015-7550: a key is found valid, then read under the semaphore; it may be revoked between. */
function keyRevocation(validated: "before the semaphore" | "under the semaphore"): Program {
  const { heap, at } = share("key", { semaphore: 1, revoked: 1, payload: 1 });
  const slab = placeThings(heap, "payload", 1);
  function* readKey(): Access {
    if (validated === "before the semaphore" && (yield readOnce(at.revoked)) === 1) return;
    yield mutexLock(at.semaphore);
    if (validated === "before the semaphore" || (yield readOnce(at.revoked)) === 0)
      yield readOnce(Thing.value(yield readOnce(at.payload)));
    yield mutexUnlock(at.semaphore);
  }
  function* revoke(): Access {
    yield mutexLock(at.semaphore);
    yield writeOnce(at.revoked, 1);
    const payload = yield readOnce(at.payload);
    yield writeOnce(at.payload, NIL);
    yield free(slab, payload);
    yield mutexUnlock(at.semaphore);
  }
  return {
    name: "CVE-2015-7550",
    heap,
    *setUp() {
      const payload = yield* createThing(slab);
      yield writeOnce(at.payload, payload);
    },
    threads: [thread("reader", readKey), thread("revoker", revoke)],
    watchers: [],
  };
}

/**
 * CVE-2016-1972: who runs `once` counts itself as waiting without a lock; the last to leave frees the lock that another
 * may be entering.
 */
function onceHelper(): Program {
  const { heap, at } = share("once", { waiters: 1, done: 1, section: 1 });
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
    name: "cve-2016-1972",
    heap,
    *setUp() {
      const section = yield* createThing(slab);
      yield writeOnce(at.section, section);
    },
    threads: threads("runner", 2, once),
    watchers: [],
  };
}

/**
 * CVE-2016-1973: a static instance with a reference count: found before it is counted, so the last to release may
 * destroy it between.
 */
function staticInstance(): Program {
  const { heap, at } = share("static", { instance: 1, references: 1 });
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
  return { name: "CVE-2016-1973", heap, threads: threads("user", 2, use), watchers: [] };
}

/**
 * CVE-2016-7911: `get_task_ioprio` looks at the task's context and uses it, while the exit path sets it to NIL; `guard`
 * is its lock.
 */
function taskContext(guard: "none" | "the exit path's lock"): Program {
  const { heap, at } = share("task", { lock: 1, context: 1 });
  const slab = placeThings(heap, "context", 1);
  function* getPriority(): Access {
    if (guard !== "none") yield mutexLock(at.lock);
    if ((yield readOnce(at.context)) !== NIL) yield readOnce(Thing.value(yield readOnce(at.context)));
    if (guard !== "none") yield mutexUnlock(at.lock);
  }
  function* exit(): Access {
    yield mutexLock(at.lock);
    const context = yield readOnce(at.context);
    yield writeOnce(at.context, NIL);
    yield mutexUnlock(at.lock);
    yield free(slab, context);
  }
  return {
    name: "CVE-2016-7911",
    heap,
    *setUp() {
      const context = yield* createThing(slab);
      yield writeOnce(at.context, context);
    },
    threads: [thread("getter", getPriority), thread("exit", exit)],
    watchers: [],
  };
}

/** CVE-2016-9806: a netlink dump ends under the mutex, and its buffer is freed `where`. */
function netlinkDump(where: "outside the mutex" | "inside the mutex"): Program {
  const { heap, at } = share("callback", { mutex: 1, buffer: 1 });
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
    name: "CVE-2016-9806",
    heap,
    *setUp() {
      const buffer = yield* createThing(slab);
      yield writeOnce(at.buffer, buffer);
    },
    threads: threads("dumper", 2, endDump),
    watchers: [],
  };
}

/**
 * CVE-2017-15265: a sequencer port is created, put on a list under the lock, and used after it, when another may have
 * deleted it.
 */
function sequencerPort(used: "after the lock" | "under the lock"): Program {
  const { heap, at } = share("client", { lock: 1, ports: 1 });
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
  return {
    name: "CVE-2017-15265",
    heap,
    threads: [thread("creator", create), thread("deleter", remove)],
    watchers: [],
  };
}

/**
 * CVE-2017-6346: a packet socket's rollover state is allocated before the mutex, and freed on error, which both threads
 * take, `where`.
 */
function packetFanout(where: "outside the mutex" | "inside the mutex"): Program {
  const { heap, at } = share("socket", { mutex: 1, rollover: 1 });
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
  return { name: "CVE-2017-6346", heap, threads: threads("socket user", 2, addFanout), watchers: [] };
}

/**
 * pbzip2 0.9.4: main frees the queue once the last block is done, which the consumer says before it has let go of the
 * queue's lock.
 */
function parallelCompression(said: "inside the queue's lock" | "after the queue's lock"): Program {
  const { heap, at } = share("main", { queue: 1, done: 1 });
  const slab = placeThings(heap, "queue", 1);
  function* consume(): Access {
    const queue = yield readOnce(at.queue);
    yield mutexLock(Thing.lock(queue));
    yield* increase(Thing.value(queue), -1);
    if (said === "inside the queue's lock") yield writeOnce(at.done, 1);
    yield mutexUnlock(Thing.lock(queue));
    if (said === "after the queue's lock") yield writeOnce(at.done, 1);
  }
  function* main(): Access {
    if ((yield readOnce(at.done)) === 0) return;
    const queue = yield readOnce(at.queue);
    yield writeOnce(at.queue, NIL);
    yield free(slab, queue);
  }
  return {
    name: "pbzip2",
    heap,
    *setUp() {
      const queue = yield* createThing(slab);
      yield writeOnce(at.queue, queue);
    },
    threads: [thread("consumer", consume), thread("main", main)],
    watchers: [],
  };
}

export const vulnerabilities: readonly SmallProgram[] = [
  vulnerability(
    "CVE-2009-3547",
    "a pipe is opened after its release",
    2,
    () => pipeOpen("is used"),
    () => pipeOpen("is looked at first"),
  ),
  {
    ...vulnerability(
      "CVE-2011-2183",
      "the list is emptied between the look at it and the pick",
      2,
      () => pageMerging("outside the lock"),
      () => pageMerging("inside the lock"),
    ),
    violates: ["assertion"],
  },
  {
    ...vulnerability(
      "CVE-2013-1792",
      "the second keyring is used before it is installed",
      3,
      () => userKeyrings("uid"),
      () => userKeyrings("session"),
    ),
    violates: ["assertion"],
  },
  vulnerability(
    "CVE-2015-7550",
    "the key is revoked between validation and use",
    2,
    () => keyRevocation("before the semaphore"),
    () => keyRevocation("under the semaphore"),
  ),
  {
    ...vulnerability(
      "cve-2016-1972",
      "the count of waiters is unprotected, and the lock is freed while another enters it",
      3,
      onceHelper,
    ),
    // Freed while another still holds it counts as a misuse of the lock.
    violates: ["memory-safety", "lock-order"],
  },
  vulnerability("CVE-2016-1973", "the instance is destroyed between being found and being counted", 3, staticInstance),
  vulnerability(
    "CVE-2016-7911",
    "the context is set to NIL between the look and the use",
    3,
    () => taskContext("none"),
    () => taskContext("the exit path's lock"),
  ),
  vulnerability(
    "CVE-2016-9806",
    "both threads free one buffer",
    3,
    () => netlinkDump("outside the mutex"),
    () => netlinkDump("inside the mutex"),
  ),
  vulnerability(
    "CVE-2017-15265",
    "the port is deleted between its publication and its last use",
    3,
    () => sequencerPort("after the lock"),
    () => sequencerPort("under the lock"),
  ),
  {
    ...vulnerability(
      "CVE-2017-6346",
      "both threads free one rollover state",
      2,
      () => packetFanout("outside the mutex"),
      () => packetFanout("inside the mutex"),
    ),
    // The same race loses one of two states that are allocated.
    violates: ["memory-safety", "leak"],
  },
  {
    name: "pbzip2",
    bug: "main frees the queue while the consumer still holds its lock",
    depth: 3,
    source: "pbzip2 0.9.4; Yu, Narayanasamy, PLDI 2009",
    violates: ["memory-safety", "lock-order"],
    create: () => parallelCompression("inside the queue's lock"),
    corrected: () => parallelCompression("after the queue's lock"),
  },
];

function vulnerability(
  name: string,
  bug: string,
  depth: number,
  create: () => Program,
  corrected?: () => Program,
): SmallProgram {
  return {
    name,
    bug,
    depth,
    source: conVul,
    violates: ["memory-safety"],
    create,
    ...(corrected === undefined ? {} : { corrected }),
  };
}
