/** A ring buffer between one producer and one consumer: each writes only its own index. */
// oxfmt-ignore
import {
  type Access, type Address, defineSystem, loadAcquire, operation, place, queueSteps, read, readOnce, storeRelease,
  struct, word, write,
} from "../quiesce.ts";

const CAPACITY = 2;
const Ring = struct("ring", { head: 1, tail: 1, slots: CAPACITY });
type Offer = (ring: Address, values: { readonly value: number }) => Access<boolean>;
const slot = (ring: Address, index: number): Address => Ring.slots(ring) + (index % CAPACITY);

/** Linearizes at the store to the tail, or at the load of the head of a full ring. */
function* offer(ring: Address, { value }: { readonly value: number }): Access<boolean> {
  const tail = yield readOnce(Ring.tail(ring));
  if (tail - (yield loadAcquire(Ring.head(ring))) === CAPACITY) return false;
  yield write(slot(ring, tail), value);
  yield storeRelease(Ring.tail(ring), tail + 1);
  return true;
}

/** Broken: the consumer may come before the value is stored. */
function* offerEarly(ring: Address, { value }: { readonly value: number }): Access<boolean> {
  const tail = yield readOnce(Ring.tail(ring));
  if (tail - (yield loadAcquire(Ring.head(ring))) === CAPACITY) return false;
  yield storeRelease(Ring.tail(ring), tail + 1);
  yield write(slot(ring, tail), value);
  return true;
}

/** Linearizes at the load of the tail of an empty ring, or at the store to the head. */
function* take(ring: Address): Access<number> {
  const head = yield readOnce(Ring.head(ring));
  if ((yield loadAcquire(Ring.tail(ring))) === head) return 0;
  const value = yield read(slot(ring, head));
  yield storeRelease(Ring.head(ring), head + 1);
  return value;
}

const model = queueSteps({ capacity: CAPACITY });
const offering = (value: number) => ({ kind: "offer", value }) as const;
const taking = { kind: "take" } as const;

const ring = (name: string, run: Offer) =>
  defineSystem({
    name,
    about: "a ring buffer of one producer and one consumer",
    place: (heap) => place(heap, Ring, "ring"),
    initialState: model.initial,
    operations: {
      offer: operation({ arguments: { value: word(1, 2, 3) }, run, step: model.offer }),
      take: operation({ run: take, step: model.take }),
    },
    scenarios: {
      "runs full": {
        initial: [offering(7)],
        threads: { producer: [offering(1), offering(2), offering(3)], consumer: [taking, taking, taking] },
        finally: [taking, taking],
      },
    },
  });

export default ring("ring-buffer", offer);
export const broken = ring("ring-buffer-broken", offerEarly);
