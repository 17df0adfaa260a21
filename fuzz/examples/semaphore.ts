/** A counting semaphore: acquire waits for a permit. */
// oxfmt-ignore
import {
  type Access, type Address, atomicAddReturn, awaitUnequal, cmpxchg, defineSystem, operation, place, readOnce,
  semaphoreSteps, struct, writeOnce,
} from "../quiesce.ts";

const Semaphore = struct("semaphore", { permits: 1 });
type Take = (permits: Address) => Access;

/** Linearizes at the cmpxchg that succeeds. */
function* take(permits: Address): Access {
  for (;;) {
    const seen = yield awaitUnequal(permits, -1, 0);
    if ((yield cmpxchg(permits, seen, seen - 1)) === seen) return;
  }
}

/** Broken: two threads may take the same permit. */
function* takeInTwoAccesses(permits: Address): Access {
  const seen = yield awaitUnequal(permits, -1, 0);
  yield writeOnce(permits, seen - 1);
}

const model = semaphoreSteps(0);
const semaphore = (name: string, acquire: Take) =>
  defineSystem({
    name,
    about: "a semaphore that starts without permits",
    place: (heap) => Semaphore.permits(place(heap, Semaphore, "semaphore")),
    initialState: model.initial,
    operations: {
      acquire: operation({ blocks: true, neverInitially: true, returns: "nothing", run: acquire, step: model.acquire }),
      tryAcquire: operation({
        /** Linearizes at its last access. */
        *run(permits: Address): Access<boolean> {
          const seen = yield readOnce(permits);
          return seen !== 0 && (yield cmpxchg(permits, seen, seen - 1)) === seen;
        },
        // It may fail beside another that succeeds: another thread intervened.
        step: (state: number) => [{ response: false, next: state }, ...(state === 0 ? [] : [model.tryAcquire(state)])],
      }),
      release: operation({
        returns: "nothing",
        *run(permits: Address): Access {
          yield atomicAddReturn(permits, 1);
        },
        step: model.release,
      }),
    },
    scenarios: {
      "more acquire than release": {
        threads: {
          first: [{ kind: "acquire" }],
          second: [{ kind: "acquire" }],
          third: [{ kind: "release" }, { kind: "tryAcquire" }],
        },
      },
      "each gets one": {
        initial: [{ kind: "release" }],
        threads: { first: [{ kind: "acquire" }], second: [{ kind: "acquire" }], third: [{ kind: "release" }] },
        finally: [{ kind: "tryAcquire" }],
      },
    },
  });

export default semaphore("semaphore", take);
export const broken = semaphore("semaphore-broken", takeInTwoAccesses);
