/** Vyukov's bounded queue: each cell has a sequence number that shows whose turn it is. */
// oxfmt-ignore
import {
  type Access, type Address, cmpxchgRelaxed, defineSystem, type Heap, loadAcquire, operation, place, queueSteps,
  read, readOnce, storeRelease, struct, word, write, writeOnce,
} from "../quiesce.ts";

const CAPACITY = 2;
const Queue = struct("queue", { enqueued: 1, dequeued: 1, sequence: CAPACITY, value: CAPACITY });
/** Claims the position if it is unchanged. */
type Claim = (position: Address, seen: number) => Access<boolean>;

function* claim(position: Address, seen: number): Access<boolean> {
  return (yield cmpxchgRelaxed(position, seen, seen + 1)) === seen;
}

/** Broken: two threads may claim the same cell. */
function* claimUnchecked(position: Address, seen: number): Access<boolean> {
  if ((yield readOnce(position)) !== seen) return false;
  yield writeOnce(position, seen + 1);
  return true;
}

const model = queueSteps({ capacity: CAPACITY });
const vyukov = (name: string, take: Claim) =>
  defineSystem({
    name,
    about: "Vyukov's bounded queue of many producers and consumers",
    place: (heap: Heap) => place(heap, Queue, "queue"),
    *start(queue: Address): Access {
      for (let i = 0; i < CAPACITY; i++) yield writeOnce(Queue.sequence(queue) + i, i);
    },
    initialState: model.initial,
    operations: {
      /**
       * Linearizes at the claim that succeeds; returns false at a cell that is claimed but not yet filled or emptied.
       */
      offer: operation({
        arguments: { value: word(1, 2, 3) },
        *run(queue: Address, { value }): Access<boolean> {
          for (;;) {
            const at = yield readOnce(Queue.enqueued(queue));
            const sequence = yield loadAcquire(Queue.sequence(queue) + (at % CAPACITY));
            if (sequence < at) return false;
            if (sequence > at || !(yield* take(Queue.enqueued(queue), at))) continue;
            yield write(Queue.value(queue) + (at % CAPACITY), value);
            yield storeRelease(Queue.sequence(queue) + (at % CAPACITY), at + 1);
            return true;
          }
        },
        // A cell that a take is about to leave counts as full, so an offer may fail at any time.
        step: (state: readonly number[], values) => [{ response: false, next: state }, model.offer(state, values)],
      }),
      take: operation({
        *run(queue: Address): Access<number> {
          for (;;) {
            const at = yield readOnce(Queue.dequeued(queue));
            const sequence = yield loadAcquire(Queue.sequence(queue) + (at % CAPACITY));
            if (sequence < at + 1) return 0;
            if (sequence > at + 1 || !(yield* take(Queue.dequeued(queue), at))) continue;
            const value = yield read(Queue.value(queue) + (at % CAPACITY));
            yield storeRelease(Queue.sequence(queue) + (at % CAPACITY), at + CAPACITY);
            return value;
          }
        },
        // A cell that an offer is about to fill counts as empty.
        step: (state: readonly number[]) => [{ response: 0, next: state }, model.take(state)],
      }),
    },
  });

export default vyukov("vyukov-queue", claim);
export const broken = vyukov("vyukov-queue-broken", claimUnchecked);
