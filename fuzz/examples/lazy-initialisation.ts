/** Lazy initialisation: a check without the lock, and another with it. */
// oxfmt-ignore
import {
  type Access, type Address, defineSystem, loadAcquire, operation, place, read, registerSteps, spinLock, spinUnlock,
  storeRelease, struct, write,
} from "../quiesce.ts";

const Lazy = struct("lazy", { lock: 1, ready: 1, first: 1, second: 1 });
type Initialise = (lazy: Address) => Access;

function* initialise(lazy: Address): Access {
  yield write(Lazy.first(lazy), 20);
  yield write(Lazy.second(lazy), 22);
  yield storeRelease(Lazy.ready(lazy), 1);
}

/** Broken: ready is set before the second field is stored. */
function* initialiseLate(lazy: Address): Access {
  yield write(Lazy.first(lazy), 20);
  yield storeRelease(Lazy.ready(lazy), 1);
  yield write(Lazy.second(lazy), 22);
}

const model = registerSteps(42);
const lazy = (name: string, fill: Initialise) =>
  defineSystem({
    name,
    about: "lazy initialisation with a double check",
    place: (heap) => place(heap, Lazy, "lazy"),
    initialState: model.initial,
    operations: {
      get: operation({
        neverInitially: true,
        *run(it: Address): Access<number> {
          if ((yield loadAcquire(Lazy.ready(it))) === 0) {
            yield spinLock(Lazy.lock(it));
            if ((yield loadAcquire(Lazy.ready(it))) === 0) yield* fill(it);
            yield spinUnlock(Lazy.lock(it));
          }
          return (yield read(Lazy.first(it))) + (yield read(Lazy.second(it)));
        },
        step: model.read,
      }),
    },
  });

export default lazy("lazy-initialisation", initialise);
export const broken = lazy("lazy-initialisation-broken", initialiseLate);
