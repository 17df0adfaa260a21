/** A ticket lock: threads draw tickets, and are served in their order. */
// oxfmt-ignore
import {
  type Access, type Address, atomicAddReturn, awaitEqual, counterSteps, defineSystem, operation, place, read,
  readOnce, storeRelease, struct, write, writeOnce,
} from "../quiesce.ts";

const Lock = struct("lock", { next: 1, serving: 1, guarded: 1 });
type Draw = (lock: Address) => Access<number>;

function* draw(lock: Address): Access<number> {
  return (yield atomicAddReturn(Lock.next(lock), 1)) - 1;
}

/** Broken: two threads may draw the same ticket. */
function* drawInTwoAccesses(lock: Address): Access<number> {
  const ticket = yield readOnce(Lock.next(lock));
  yield writeOnce(Lock.next(lock), ticket + 1);
  return ticket;
}

const model = counterSteps();
const ticketLock = (name: string, drawTicket: Draw) =>
  defineSystem({
    name,
    about: "a ticket lock that guards a counter",
    place: (heap) => place(heap, Lock, "lock"),
    initialState: model.initial,
    operations: {
      /** Linearizes at the write of the guarded counter. */
      increment: operation({
        *run(lock: Address): Access<number> {
          const ticket = yield* drawTicket(lock);
          yield awaitEqual(Lock.serving(lock), -1, ticket);
          const sum = (yield read(Lock.guarded(lock))) + 1;
          yield write(Lock.guarded(lock), sum);
          yield storeRelease(Lock.serving(lock), ticket + 1);
          return sum;
        },
        step: model.incremented,
      }),
    },
  });

export default ticketLock("ticket-lock", draw);
export const broken = ticketLock("ticket-lock-broken", drawInTwoAccesses);
