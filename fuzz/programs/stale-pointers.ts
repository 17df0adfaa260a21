/** Published vulnerabilities in which a pointer, or its target, is removed between a check and a use. */
import {
  type Access,
  assertHolds,
  free,
  mutexLock,
  mutexUnlock,
  NIL,
  readOnce,
  writeOnce,
} from "#impl/memory/access.ts";
import type { Heap } from "#impl/memory/heap.ts";
import { conVul, createThing, placeThings, Thing } from "./thing.ts";
import { increase, share, thread, threads, type ToyBody, type ToyProgram, toyProgram } from "./toy-program.ts";

/** How a thread treats a pointer that another sets to NIL under the lock. */
type NilPointer = "is used" | "is checked first";

/** CVE-2009-3547: `pipe_open` uses the inode's pipe, which `pipe_release` sets to NIL, both under the mutex. */
function pipeOpen(heap: Heap, nil: NilPointer): ToyBody {
  const at = share(heap, "inode", { mutex: 1, pipe: 1 });
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
    *setUp() {
      const pipe = yield* createThing(slab);
      yield writeOnce(at.pipe, pipe);
    },
    threads: [thread("opener", open), thread("releaser", release)],
  };
}

/**
 * CVE-2011-2183: the page scanner picks the next slot of a ring list, `where` it holds the lock or not; an exiting
 * process removes the last one.
 */
function pageMerging(heap: Heap, where: "outside the lock" | "inside the lock"): ToyBody {
  const at = share(heap, "scanner", { lock: 1, head: 1, slot: 1 });
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
    *setUp() {
      yield writeOnce(at.head, at.slot);
      yield writeOnce(at.slot, at.head);
    },
    threads: [thread("scanner", scan), thread("exiting process", exit)],
  };
}

/**
 * CVE-2013-1792: user keyrings are installed lazily; a thread that sees the first keyring published takes both for
 * installed.
 */
function userKeyrings(heap: Heap, first: "uid" | "session"): ToyBody {
  const at = share(heap, "user", { mutex: 1, uid: 1, session: 1 });
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
  return { threads: threads("installer", 2, install) };
}

/** CVE-2015-7550: a key is found valid, then read under the semaphore; it may be revoked in between. */
function keyRevocation(heap: Heap, validated: "before the semaphore" | "under the semaphore"): ToyBody {
  const at = share(heap, "key", { semaphore: 1, revoked: 1, payload: 1 });
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
    *setUp() {
      const payload = yield* createThing(slab);
      yield writeOnce(at.payload, payload);
    },
    threads: [thread("reader", readKey), thread("revoker", revoke)],
  };
}

/**
 * CVE-2016-7911: `get_task_ioprio` checks the task's context and uses it, while the exit path sets it to NIL; `guard`
 * is its lock.
 */
function taskContext(heap: Heap, guard: "none" | "the exit path's lock"): ToyBody {
  const at = share(heap, "task", { lock: 1, context: 1 });
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
    *setUp() {
      const context = yield* createThing(slab);
      yield writeOnce(at.context, context);
    },
    threads: [thread("getter", getPriority), thread("exit", exit)],
  };
}

export const stalePointers: readonly ToyProgram[] = [
  toyProgram({
    name: "CVE-2009-3547",
    about: "a pipe is opened while it is released, both under the inode's mutex",
    source: conVul,
    parameters: {},
    bug: { what: "a pipe is opened after its release", depth: 2, violates: ["memory-safety"] },
    build: (heap) => pipeOpen(heap, "is used"),
    corrected: (heap) => pipeOpen(heap, "is checked first"),
  }),
  toyProgram({
    name: "CVE-2011-2183",
    about: "the page scanner picks the next slot of a ring list while an exiting process removes the last one",
    source: conVul,
    parameters: {},
    bug: { what: "the list is emptied between the check and the pick", depth: 2, violates: ["assertion"] },
    build: (heap) => pageMerging(heap, "outside the lock"),
    corrected: (heap) => pageMerging(heap, "inside the lock"),
  }),
  toyProgram({
    name: "CVE-2013-1792",
    about: "two threads install the keyrings of a user lazily",
    source: conVul,
    parameters: {},
    bug: { what: "the second keyring is used before it is installed", depth: 3, violates: ["assertion"] },
    build: (heap) => userKeyrings(heap, "uid"),
    corrected: (heap) => userKeyrings(heap, "session"),
  }),
  toyProgram({
    name: "CVE-2015-7550",
    about: "a key is read while it is revoked",
    source: conVul,
    parameters: {},
    bug: { what: "the key is revoked between validation and use", depth: 2, violates: ["memory-safety"] },
    build: (heap) => keyRevocation(heap, "before the semaphore"),
    corrected: (heap) => keyRevocation(heap, "under the semaphore"),
  }),
  toyProgram({
    name: "CVE-2016-7911",
    about: "a task's context is used while the task exits",
    source: conVul,
    parameters: {},
    bug: { what: "the context is set to NIL between the check and the use", depth: 3, violates: ["memory-safety"] },
    build: (heap) => taskContext(heap, "none"),
    corrected: (heap) => taskContext(heap, "the exit path's lock"),
  }),
];
