/** A lock of many readers or one writer, in one word: the number of readers, or −1. */
// oxfmt-ignore
import {
  type Access, type Address, atomicAddReturn, awaitEqual, awaitUnequal, cmpxchg, defineSystem, operation, place,
  read, registerSteps, storeRelease, struct, word, write,
} from "../quiesce.ts";

const Guarded = struct("guarded", { lock: 1, low: 1, high: 1 });
const WRITER = -1;
type Lock = (lock: Address) => Access;

function* lockShared(lock: Address): Access {
  for (;;) {
    const readers = yield awaitUnequal(lock, -1, WRITER);
    if ((yield cmpxchg(lock, readers, readers + 1)) === readers) return;
  }
}

function* lockAlone(lock: Address): Access {
  do yield awaitEqual(lock, -1, 0);
  while ((yield cmpxchg(lock, 0, WRITER)) !== 0);
}

/** Broken: a writer enters beside readers. */
function* lockBesideReaders(lock: Address): Access {
  for (;;) {
    const found = yield awaitUnequal(lock, -1, WRITER);
    if ((yield cmpxchg(lock, found, WRITER)) === found) return;
  }
}

const model = registerSteps();
const guarded = (name: string, lock: Lock) =>
  defineSystem({
    name,
    about: "two words that must be equal, behind a lock of readers and writers",
    place: (heap) => place(heap, Guarded, "guarded"),
    initialState: model.initial,
    operations: {
      /** Linearizes while it holds the lock. */
      read: operation({
        *run(it: Address): Access<number> {
          yield* lockShared(Guarded.lock(it));
          const [low, high] = [yield read(Guarded.low(it)), yield read(Guarded.high(it))];
          yield atomicAddReturn(Guarded.lock(it), -1);
          return low === high ? low : -1;
        },
        step: model.read,
      }),
      write: operation({
        arguments: { value: word(1, 2) },
        returns: "nothing",
        *run(it: Address, { value }): Access {
          yield* lock(Guarded.lock(it));
          yield write(Guarded.low(it), value);
          yield write(Guarded.high(it), value);
          yield storeRelease(Guarded.lock(it), 0);
        },
        step: model.write,
      }),
    },
  });

export default guarded("readers-writer-lock", lockAlone);
export const broken = guarded("readers-writer-lock-broken", lockBesideReaders);
