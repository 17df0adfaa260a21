/**
 * Finding a neighbour and releasing it.
 *
 * A neighbour is found without a lock: walk its bucket inside a read-side critical section, and take a reference unless
 * the count is 0. The table's own reference is dropped a grace period after the neighbour was unlinked, so a reader
 * never meets a count of 0; the test is a second line of defence. Outside the section the reference keeps the
 * neighbour.
 *
 * The thread that drops the last reference destroys the neighbour, which may take L: so it is never dropped with L
 * held.
 *
 * Source: Linux drivers/infiniband/ulp/ipoib/ipoib_main.c (3.6): ipoib_neigh_get(), ipoib_neigh_put(),
 * ipoib_neigh_dtor().
 */
import type { HardwareAddress } from "#model/neighbours/hardware-address.ts";
import {
  type Access,
  type Address,
  atomicAddReturn,
  free,
  NIL,
  rcuDereference,
  rcuDereferenceProtected,
  rcuReadLock,
  rcuReadUnlock,
  read,
  readOnce,
  storeRelease,
} from "../memory/access.ts";
import { acquireUnlessZero, releaseWasLast } from "../sync/kref.ts";
import { isAt } from "./address.ts";
import { destroyConnection } from "./connection.ts";
import { putHandle } from "./handle.ts";
import { hashAddress } from "./hash.ts";
import { Device, Neighbour } from "./layout.ts";
import type { Neighbours } from "./neighbours.ts";
import { dropPackets, takePackets } from "./packet-queue.ts";
import { noteUse } from "./use.ts";

/**
 * Takes a reference to the neighbour at `address`; NIL if the table has none, or is gone. Notes the use, unless the
 * neighbour's packet queue is full: then it is a black hole, and should age.
 *
 * Linearizes: a hit at the increment of the count; a miss at the read of the bucket, or at a later moment of the walk
 * at which no neighbour has the address.
 */
export function* getNeighbour(neighbours: Neighbours, address: HardwareAddress): Access<Address> {
  const neighbour = yield* findNeighbour(neighbours, address);
  if (neighbour === NIL) return NIL;
  const waiting = yield readOnce(Neighbour.queueLength(neighbour));
  if (waiting < neighbours.limits.queueMax) yield* noteUse(neighbours, neighbour);
  return neighbour;
}

/** {@link getNeighbour} without noting the use. */
export function* findNeighbour(neighbours: Neighbours, address: HardwareAddress): Access<Address> {
  const { device, Table } = neighbours;
  yield rcuReadLock();
  let found: Address = NIL;
  const table = yield rcuDereference(Device.table(device));
  if (table !== NIL) {
    const mask = yield read(Table.mask(table));
    let neighbour = yield rcuDereference(Table.bucket(table) + (hashAddress(address) & mask));
    while (neighbour !== NIL) {
      const isIt = yield* isAt(neighbour, address);
      if (isIt) {
        const taken = yield* acquireUnlessZero(Neighbour.refcount(neighbour));
        if (taken) found = neighbour;
        break;
      }
      neighbour = yield rcuDereference(Neighbour.next(neighbour));
    }
  }
  yield rcuReadUnlock();
  return found;
}

/** Gives a reference back; without L. The neighbour must not be touched afterwards. Linearizes at the decrement. */
export function* putNeighbour(neighbours: Neighbours, neighbour: Address): Access {
  const last = yield* releaseWasLast(Neighbour.refcount(neighbour));
  if (last) yield* destroyNeighbour(neighbours, neighbour);
}

/** Destroys a neighbour that no thread can reach any more. */
function* destroyNeighbour(neighbours: Neighbours, neighbour: Address): Access {
  const { device } = neighbours;
  const handle = yield rcuDereferenceProtected(Neighbour.handle(neighbour));
  if (handle !== NIL) yield* putHandle(neighbours, handle);
  const packets = yield* takePackets(neighbour);
  yield* dropPackets(neighbours, packets);
  yield* destroyConnection(neighbours, neighbour);
  yield free(neighbours.neighbours, neighbour);
  const left = yield atomicAddReturn(Device.entries(device), -1);
  if (left !== 0) return;
  const flushing = yield readOnce(Device.flushing(device));
  if (flushing === 1) yield storeRelease(Device.flushed(device), 1);
}
