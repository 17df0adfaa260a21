/** The protocols of the native target's own synchronisation. */
import {
  type Access,
  type Address,
  allocate,
  assertHolds,
  free,
  loadAcquire,
  NIL,
  read,
  readOnce,
  storeRelease,
  write,
  writeOnce,
} from "#impl/memory/access.ts";
import { place, placeSlab } from "#impl/memory/heap.ts";
import { acquireLock, FREE, releaseLock } from "#impl/native/lock.ts";
import { runIfQueued } from "#impl/native/queued-work.ts";
import { awaitGracePeriod, claimSlot, goOffline, passQuiescentState, placeRcu } from "#impl/native/rcu.ts";
import { WaitList } from "#impl/native/wait-list.ts";
import { struct } from "#impl/memory/struct.ts";
import { placeDelayedWork, queueDelayedWork } from "#impl/sync/delayed-work.ts";
import { type Protocol, preset, protocol } from "./protocol.ts";

const NATIVE = "native-sync";

const Counter = struct("counter", { lock: 1, count: 1, jiffies: 1, link: 1 });
const Version = struct("version", { value: 1, seen: 1 });

const lock = protocol(NATIVE, "native-lock", "two threads count under the lock", (heap) => {
  const list = place(heap, WaitList, "list");
  const base = place(heap, Counter, "counter");
  preset(heap, Counter.lock(base), FREE);
  const count = (me: number) =>
    function* (): Access {
      yield* acquireLock(Counter.lock(base), me, list);
      const before = yield read(Counter.count(base));
      yield write(Counter.count(base), before + 1);
      yield* releaseLock(Counter.lock(base), list);
    };
  return { threads: { first: count(1), second: count(2) } };
});

function unlinking(name: string, about: string, leaves: "offline" | "quiescent"): Protocol {
  return protocol(NATIVE, name, about, (heap) => {
    const rcu = placeRcu(heap, 1);
    const [slot = NIL] = rcu.slots;
    const base = place(heap, Counter, "counter");
    const versions = placeSlab(heap, Version, "version", 2);
    const look = function* (): Access {
      const version = yield loadAcquire(Counter.link(base));
      if (version === NIL) return;
      const value = yield readOnce(Version.value(version));
      yield writeOnce(Version.seen(version), value);
    };
    return {
      *setUp() {
        const version = yield allocate(versions);
        yield write(Version.value(version), 1);
        yield write(Version.seen(version), 0);
        yield write(Counter.link(base), version);
        yield* claimSlot(rcu, 1);
        yield* passQuiescentState(rcu, slot);
      },
      threads: {
        *reader() {
          yield* look();
          if (leaves === "offline") return yield* goOffline(slot);
          yield* passQuiescentState(rcu, slot);
          yield* look();
          yield* goOffline(slot);
        },
        *writer() {
          const old = yield readOnce(Counter.link(base));
          yield storeRelease(Counter.link(base), NIL);
          yield* awaitGracePeriod(rcu);
          yield free(versions, old);
        },
      },
    };
  });
}

const comingOnline = protocol(
  NATIVE,
  "native-rcu-online",
  "a thread comes online while a version is removed",
  (heap) => {
    const rcu = placeRcu(heap, 1);
    const [slot = NIL] = rcu.slots;
    const base = place(heap, Counter, "counter");
    const versions = placeSlab(heap, Version, "version", 2);
    return {
      *setUp() {
        const version = yield allocate(versions);
        yield write(Version.value(version), 1);
        yield write(Counter.link(base), version);
        yield* claimSlot(rcu, 1);
      },
      threads: {
        *reader() {
          yield* passQuiescentState(rcu, slot);
          const version = yield loadAcquire(Counter.link(base));
          if (version !== NIL) {
            const value = yield readOnce(Version.value(version));
            yield assertHolds(value === 1, "a version is as it was created");
          }
          yield* goOffline(slot);
        },
        *writer() {
          const old: Address = yield readOnce(Counter.link(base));
          yield storeRelease(Counter.link(base), NIL);
          yield* awaitGracePeriod(rcu);
          yield free(versions, old);
        },
      },
    };
  },
);

const queuedWork = protocol(NATIVE, "native-queued-work", "a work is requested while two may run it", (heap) => {
  const work = placeDelayedWork(heap, "work");
  const base = place(heap, Counter, "counter");
  preset(heap, Counter.lock(base), FREE);
  const run = (me: number) =>
    function* (): Access {
      yield* runIfQueued(work, Counter.lock(base), me, function* () {
        const before = yield read(Counter.count(base));
        yield write(Counter.count(base), before + 1);
      });
    };
  return {
    threads: {
      *asker() {
        yield write(Counter.count(base), 1);
        yield* queueDelayedWork(work, 0, Counter.jiffies(base));
      },
      first: run(1),
      second: run(2),
    },
  };
});

export const nativeProtocols: readonly Protocol[] = [
  lock,
  unlinking("native-rcu-offline", "a version is freed after its reader has gone offline", "offline"),
  unlinking("native-rcu-quiescent", "a version is freed after its reader's quiescent state", "quiescent"),
  comingOnline,
  queuedWork,
];
