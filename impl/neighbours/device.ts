/**
 * Setting the device up, and taking it down.
 *
 * Down, in this order: transmissions are stopped; paths and groups are removed, with their neighbours; the reaper is
 * cancelled; the table is flushed, which waits until all neighbours, even held ones, and the table are destroyed;
 * the connections' works are cancelled and the last connections freed. Then, with the last user gone, the RCU callbacks
 * are awaited: they signalled their effects before they returned, and run code that goes with the device.
 *
 * Source: Linux drivers/infiniband/ulp/ipoib/ipoib_main.c (3.6): ipoib_neigh_hash_init(), ipoib_flush_neighs(),
 * ipoib_neigh_hash_uninit(), with the completions initialised before the flag can be seen.
 */
import {
  type Access,
  allocate,
  assertHolds,
  awaitEqual,
  free,
  NIL,
  rcuAssignPointer,
  rcuDereferenceProtected,
  read,
  readOnce,
  smpMb,
  spinLock,
  spinUnlock,
  write,
  writeOnce,
} from "../memory/access.ts";
import { cancelWork } from "../sync/cancellable-work.ts";
import { queueDelayedWork } from "../sync/delayed-work.ts";
import { initialiseLink } from "../sync/list.ts";
import { callRcuCounted, rcuBarrier } from "../sync/rcu-barrier.ts";
import { lockQueues, reapConnections, unlockQueues } from "./connection.ts";
import { Device, NetDevice, QUEUES } from "./layout.ts";
import type { Neighbours } from "./neighbours.ts";
import { forgetFirstPath, freePath } from "./path.ts";
import { unlinkAll } from "./table.ts";

const EVERY_BIT = -1;

/** Sets the device up with an empty table, and lets the reaper run after one interval. No other thread uses it yet. */
export function* startDevice(neighbours: Neighbours): Access {
  const { device, devices, limits, netDevice, tables, Table } = neighbours;
  const allocated = yield allocate(devices);
  yield assertHolds(allocated === device, "the device is set up once");
  yield write(Device.lock(device), 0);
  for (let queue = 0; queue < QUEUES; queue++) yield write(Device.queueLock(device) + queue, 0);
  yield write(Device.stopped(device), 0);
  yield write(Device.entries(device), 0);
  yield write(Device.stopReaping(device), 0);
  yield write(Device.flushing(device), 0);
  yield* initialiseLink(Device.paths(device));
  yield* initialiseLink(Device.startList(device));
  yield* initialiseLink(Device.reapList(device));
  yield write(Device.dropped(device), 0);
  yield write(Device.text(device), 0);
  const table = yield allocate(tables);
  yield write(Table.mask(table), limits.buckets - 1);
  for (let bucket = 0; bucket < limits.buckets; bucket++) yield write(Table.bucket(table) + bucket, NIL);
  yield rcuAssignPointer(Device.table(device), table);
  yield writeOnce(NetDevice.driver(netDevice), device);
  yield* queueDelayedWork(neighbours.reapWork, limits.intervalTicks, neighbours.jiffies);
}

/**
 * Stops transmissions; those in progress have ended when it returns. False if they were already stopped. Linearizes
 * within the queue locks.
 */
export function* stopDevice({ device }: Neighbours): Access<boolean> {
  yield* lockQueues(device);
  const stopped = yield read(Device.stopped(device));
  yield write(Device.stopped(device), 1);
  yield* unlockQueues(device);
  return stopped === 0;
}

/**
 * Takes everything down but the device itself: paths, neighbours, table, connections. Waits for all holders of
 * neighbours. May sleep; once, after {@link stopDevice}.
 */
export function* closeDevice(neighbours: Neighbours): Access {
  const { device } = neighbours;
  for (let path = yield* forgetFirstPath(neighbours); path !== NIL; path = yield* forgetFirstPath(neighbours)) {
    yield* freePath(neighbours, path);
  }
  yield writeOnce(Device.stopReaping(device), 1);
  yield* cancelWork(neighbours.reapWork);
  yield writeOnce(Device.deleted(device), 0);
  yield* flushTable(neighbours);
  yield awaitEqual(Device.deleted(device), EVERY_BIT, 1);
  yield* cancelWork(neighbours.startWork);
  yield* cancelWork(neighbours.connectionReapWork);
  yield* reapConnections(neighbours);
}

/** Frees the device, which is removable. The caller is its last user; RCU callbacks may still be running. */
export function* freeDevice({ device, devices, netDevice, pendingCallbacks }: Neighbours): Access {
  yield* rcuBarrier(pendingCallbacks);
  yield writeOnce(NetDevice.driver(netDevice), NIL);
  yield free(devices, device);
}

/** Empties the table and discards it, even if it is empty; waits until every neighbour has been destroyed. */
function* flushTable(neighbours: Neighbours): Access {
  const { device } = neighbours;
  yield spinLock(Device.lock(device));
  const table = yield rcuDereferenceProtected(Device.table(device));
  yield* unlinkAll(neighbours, table);
  yield rcuAssignPointer(Device.table(device), NIL);
  yield* callRcuCounted(neighbours.pendingCallbacks, neighbours.freeTable, table);
  yield writeOnce(Device.flushed(device), 0);
  yield smpMb(); // the signal is reset before any thread may give it
  yield writeOnce(Device.flushing(device), 1);
  yield smpMb(); // pairs with the decrement in destroyNeighbour: a thread that counts to 0 after this sees the flag
  const left = yield readOnce(Device.entries(device));
  yield spinUnlock(Device.lock(device));
  if (left !== 0) yield awaitEqual(Device.flushed(device), EVERY_BIT, 1);
}
