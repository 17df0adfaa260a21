/**
 * The writers' side of the table, under L: a new neighbour, and the four ways in which neighbours leave.
 *
 * A neighbour leaves its bucket and the list of its path together; the table's reference is dropped by an RCU callback,
 * after every reader that may still be at the neighbour. The neighbour keeps its own link, which leads those
 * readers on.
 *
 * Source: Linux drivers/infiniband/ulp/ipoib/ipoib_main.c (3.6): ipoib_neigh_alloc(), ipoib_neigh_free(),
 * ipoib_del_neighs_by_gid(), __ipoib_reap_neigh(), with the fixes of August and September 2012.
 */
import type { Gid, HardwareAddress } from "#model/neighbours/hardware-address.ts";
import {
  type Access,
  type Address,
  allocate,
  atomicAdd,
  NIL,
  rcuAssignPointer,
  rcuDereferenceProtected,
  read,
  readOnce,
  spinLock,
  spinUnlock,
  write,
} from "../memory/access.ts";
import { numberAt } from "../memory/word.ts";
import { queueDelayedWork } from "../sync/delayed-work.ts";
import { initialiseLink, takeOut } from "../sync/list.ts";
import { acquireAlive } from "../sync/refcount.ts";
import { callRcuCounted } from "../sync/rcu-barrier.ts";
import { hasGid, isAt, readAddress } from "./address.ts";
import { hashAddress } from "./hash.ts";
import { Device, Neighbour } from "./layout.ts";
import type { Neighbours } from "./neighbours.ts";
import { emptyNeighbourQueue } from "./packet-queue.ts";
import { noteUse } from "./use.ts";

/** The neighbour at `address`, or NIL. Under L. */
export function* findLocked(neighbours: Neighbours, address: HardwareAddress): Access<Address> {
  const { device, Table } = neighbours;
  const table = yield rcuDereferenceProtected(Device.table(device));
  if (table === NIL) return NIL;
  const mask = yield read(Table.mask(table));
  let neighbour = yield rcuDereferenceProtected(Table.bucket(table) + (hashAddress(address) & mask));
  while (neighbour !== NIL) {
    const isIt = yield* isAt(neighbour, address);
    if (isIt) break;
    neighbour = yield rcuDereferenceProtected(Neighbour.next(neighbour));
  }
  return neighbour;
}

/**
 * Takes a reference to the neighbour at `address`, which exists: another thread came first. Under L. Linearizes at the
 * increment.
 */
export function* takeExisting(neighbours: Neighbours, neighbour: Address): Access {
  yield* acquireAlive(Neighbour.refcount(neighbour));
  yield* noteUse(neighbours, neighbour);
}

/**
 * Puts a new neighbour into the table, at an address that has none; it is held twice, by the caller and by the table.
 * NIL if memory is used up or the table is gone. Under L. Linearizes at the store into the bucket.
 */
export function* createNeighbour(neighbours: Neighbours, address: HardwareAddress): Access<Address> {
  const { device, Table } = neighbours;
  const table = yield rcuDereferenceProtected(Device.table(device));
  if (table === NIL) return NIL;
  const neighbour = yield allocate(neighbours.neighbours);
  if (neighbour === NIL) return NIL;
  yield* initialiseLink(Neighbour.onPath(neighbour));
  for (let i = 0; i < address.words.length; i++)
    yield write(Neighbour.address(neighbour) + i, numberAt(address.words, i));
  yield write(Neighbour.refcount(neighbour), 2);
  const now = yield readOnce(neighbours.jiffies);
  yield write(Neighbour.alive(neighbour), now);
  yield write(Neighbour.handle(neighbour), NIL);
  yield write(Neighbour.connection(neighbour), NIL);
  yield* emptyNeighbourQueue(neighbour);
  const mask = yield read(Table.mask(table));
  const bucket = Table.bucket(table) + (hashAddress(address) & mask);
  const first = yield rcuDereferenceProtected(bucket);
  yield write(Neighbour.next(neighbour), first);
  yield atomicAdd(Device.entries(device), 1);
  yield rcuAssignPointer(bucket, neighbour);
  return neighbour;
}

/** Removes the neighbour from the table, if it is still in it. Under L. Linearizes at the store that unlinks. */
export function* unlinkNeighbour(neighbours: Neighbours, neighbour: Address): Access {
  const { device, Table } = neighbours;
  const table = yield rcuDereferenceProtected(Device.table(device));
  if (table === NIL) return;
  const mask = yield read(Table.mask(table));
  const address = yield* readAddress(neighbour);
  let link = Table.bucket(table) + (hashAddress(address) & mask);
  for (let at = yield rcuDereferenceProtected(link); at !== NIL; at = yield rcuDereferenceProtected(link)) {
    if (at === neighbour) {
      yield* unlinkAt(neighbours, link, neighbour);
      return;
    }
    link = Neighbour.next(at);
  }
}

/** Removes the neighbour from the table at its holder's request. Without L. Linearizes like {@link unlinkNeighbour}. */
export function* removeNeighbour(neighbours: Neighbours, neighbour: Address): Access {
  yield spinLock(Device.lock(neighbours.device));
  yield* unlinkNeighbour(neighbours, neighbour);
  yield spinUnlock(Device.lock(neighbours.device));
}

/** Removes every neighbour of the port or group from the table, one after the other. Without L. */
export function* deleteByGid(neighbours: Neighbours, gid: Gid): Access {
  const { device } = neighbours;
  yield spinLock(Device.lock(device));
  const table = yield rcuDereferenceProtected(Device.table(device));
  if (table !== NIL) {
    for (let bucket = 0; bucket < neighbours.limits.buckets; bucket++) {
      let link = neighbours.Table.bucket(table) + bucket;
      for (let at = yield rcuDereferenceProtected(link); at !== NIL; at = yield rcuDereferenceProtected(link)) {
        const isOfGid = yield* hasGid(at, gid);
        if (isOfGid) yield* unlinkAt(neighbours, link, at);
        else link = Neighbour.next(at);
      }
    }
  }
  yield spinUnlock(Device.lock(device));
}

/**
 * The reaper: removes every neighbour that has been idle for more than two intervals from the table, and requests its
 * next run after one. So a neighbour is removed between two and three intervals after its last use.
 */
export function* reapNeighbours(neighbours: Neighbours): Access {
  const { device, jiffies, limits } = neighbours;
  yield spinLock(Device.lock(device));
  const table = yield rcuDereferenceProtected(Device.table(device));
  if (table !== NIL) {
    const now = yield readOnce(jiffies);
    for (let bucket = 0; bucket < limits.buckets; bucket++) {
      let link = neighbours.Table.bucket(table) + bucket;
      for (let at = yield rcuDereferenceProtected(link); at !== NIL; at = yield rcuDereferenceProtected(link)) {
        const alive = yield readOnce(Neighbour.alive(at));
        // Signed: a use since the clock was read is later than `now`, and does not count as idle time.
        if (((now - alive) | 0) > 2 * limits.intervalTicks) yield* unlinkAt(neighbours, link, at);
        else link = Neighbour.next(at);
      }
    }
  }
  yield spinUnlock(Device.lock(device));
  const stop = yield readOnce(Device.stopReaping(device));
  if (stop === 0) yield* queueDelayedWork(neighbours.reapWork, limits.intervalTicks, jiffies);
}

/** Removes every neighbour from the table. Under L. */
export function* unlinkAll(neighbours: Neighbours, table: Address): Access {
  for (let bucket = 0; bucket < neighbours.limits.buckets; bucket++) {
    const link = neighbours.Table.bucket(table) + bucket;
    for (let at = yield rcuDereferenceProtected(link); at !== NIL; at = yield rcuDereferenceProtected(link)) {
      yield* unlinkAt(neighbours, link, at);
    }
  }
}

/** Removes the neighbour that `link` leads to, and requests that the table's reference be dropped. */
function* unlinkAt(neighbours: Neighbours, link: Address, neighbour: Address): Access {
  const next = yield rcuDereferenceProtected(Neighbour.next(neighbour));
  yield rcuAssignPointer(link, next);
  yield* takeOut(Neighbour.onPath(neighbour));
  yield* callRcuCounted(neighbours.pendingCallbacks, neighbours.releaseNeighbour, neighbour);
}
