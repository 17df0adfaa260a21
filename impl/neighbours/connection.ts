/**
 * Connections: in connected mode a unicast neighbour sends over its own connection, once that is up.
 *
 * L guards lists and links. A transmission reads a neighbour's connection and its `up` without L, under its queue lock;
 * so taking a connection from a neighbour that is still in use requires all queue locks. A neighbour that no thread
 * holds any more needs none. A connection is freed by a worker, which finds it on the reap list.
 *
 * Connections name no path: the starter looks the path up again, because it may have gone in the meantime.
 *
 * Source: Linux drivers/infiniband/ulp/ipoib/ipoib_cm.c (3.6): ipoib_cm_create_tx(), ipoib_cm_tx_start(),
 * ipoib_cm_rep_handler(), ipoib_cm_tx_handler(), ipoib_cm_destroy_tx(), ipoib_cm_tx_reap(); 6ab4aba00f81 (2019).
 */
import type { HardwareAddress } from "#model/neighbours/hardware-address.ts";
import {
  type Access,
  type Address,
  allocate,
  assertHolds,
  free,
  loadAcquire,
  NIL,
  read,
  spinLock,
  spinUnlock,
  storeRelease,
  write,
} from "../memory/access.ts";
import { queueDelayedWork } from "../sync/delayed-work.ts";
import { addLast, memberAfter, takeOut } from "../sync/list.ts";
import { gidOf, isMulticast, readAddress } from "./address.ts";
import { Connection, Device, Handle, Neighbour, Path, QUEUES } from "./layout.ts";
import type { Neighbours } from "./neighbours.ts";
import { NOTHING, takePackets } from "./packet-queue.ts";
import { findPath } from "./path-list.ts";
import { findLocked, unlinkNeighbour } from "./table.ts";

/** Gives the neighbour a connection if it should have one and has none; false if memory for it is used up. Under L. */
export function* createConnection(neighbours: Neighbours, neighbour: Address): Access<boolean> {
  const { device, limits } = neighbours;
  if (!limits.connected) return true;
  const { words } = yield* readAddress(neighbour);
  if (isMulticast(gidOf({ words }))) return true;
  const present = yield read(Neighbour.connection(neighbour));
  if (present !== NIL) return true;
  const connection = yield allocate(neighbours.connections);
  if (connection === NIL) return false;
  yield write(Connection.neighbour(connection), neighbour);
  yield write(Connection.started(connection), 0);
  yield write(Connection.up(connection), 0);
  yield* addLast(Device.startList(device), Connection.onList(connection));
  yield storeRelease(Neighbour.connection(neighbour), connection);
  yield* queueDelayedWork(neighbours.startWork, 0, neighbours.jiffies);
  return true;
}

/** Takes the connection, if any, from a neighbour that no thread can reach any more. Without L. */
export function* destroyConnection(neighbours: Neighbours, neighbour: Address): Access {
  const { device } = neighbours;
  // The neighbour gets no new connection; but the starter may still take away the one it has, and finish with the
  // neighbour before the caller frees it.
  const seen = yield loadAcquire(Neighbour.connection(neighbour));
  if (seen === NIL) return;
  yield spinLock(Device.lock(device));
  const connection = yield read(Neighbour.connection(neighbour));
  if (connection !== NIL) yield* disconnect(neighbours, neighbour, connection);
  yield spinUnlock(Device.lock(device));
}

/** The starter: starts every connection that waits for it, or gives it up if its path is gone. */
export function* startConnections(neighbours: Neighbours): Access {
  const { device } = neighbours;
  for (;;) {
    yield* lockQueues(device);
    yield spinLock(Device.lock(device));
    const connection = yield* memberAfter(Device.startList(device), Device.startList(device));
    if (connection !== NIL) yield* startConnection(neighbours, connection);
    yield spinUnlock(Device.lock(device));
    yield* unlockQueues(device);
    if (connection === NIL) return;
  }
}

/**
 * The other side has accepted the connection to `address`: it is up, and the packets that waited for it are returned
 * to the caller to transmit again; {@link NOTHING} if there is no such connection. Linearizes at the write of `up`,
 * within L.
 */
export function* connectionUp(neighbours: Neighbours, address: HardwareAddress): Access<Address> {
  const { device } = neighbours;
  yield spinLock(Device.lock(device));
  let waiting: Address = NOTHING;
  const neighbour = yield* findLocked(neighbours, address);
  const connection = neighbour === NIL ? NIL : yield read(Neighbour.connection(neighbour));
  if (connection !== NIL) {
    const started = yield read(Connection.started(connection));
    const up = yield read(Connection.up(connection));
    if (started === 1 && up === 0) {
      yield storeRelease(Connection.up(connection), 1);
      waiting = yield* takePackets(neighbour);
    }
  }
  yield spinUnlock(Device.lock(device));
  return waiting;
}

/**
 * The connection to `address` has failed: it is removed, and its neighbour with it. False if there is none. Linearizes
 * within L.
 */
export function* connectionLost(neighbours: Neighbours, address: HardwareAddress): Access<boolean> {
  const { device } = neighbours;
  yield* lockQueues(device);
  yield spinLock(Device.lock(device));
  const neighbour = yield* findLocked(neighbours, address);
  const connection = neighbour === NIL ? NIL : yield read(Neighbour.connection(neighbour));
  if (connection !== NIL) yield* giveUp(neighbours, neighbour, connection);
  yield spinUnlock(Device.lock(device));
  yield* unlockQueues(device);
  return connection !== NIL;
}

/** Frees every connection on the reap list. */
export function* reapConnections({ device, connections }: Neighbours): Access {
  for (;;) {
    yield spinLock(Device.lock(device));
    const connection = yield* memberAfter(Device.reapList(device), Device.reapList(device));
    if (connection !== NIL) yield* takeOut(Connection.onList(connection));
    yield spinUnlock(Device.lock(device));
    if (connection === NIL) return;
    yield free(connections, connection);
  }
}

/** Sends the packet over a connection that is up. Under a queue lock. */
export function* sendConnected(
  { packets }: Neighbours,
  connection: Address,
  packet: Address,
  destination: number,
): Access {
  const route = yield read(Connection.route(connection));
  yield assertHolds(route === destination, "a packet is sent over a connection to its destination");
  yield free(packets, packet);
}

/** Is the connection up? Under a queue lock. */
export function* isUp(connection: Address): Access<boolean> {
  const up = yield loadAcquire(Connection.up(connection));
  return up === 1;
}

/** Takes every queue lock, in their order: no transmission is under way until {@link unlockQueues}. */
export function* lockQueues(device: Address): Access {
  for (let queue = 0; queue < QUEUES; queue++) yield spinLock(Device.queueLock(device) + queue);
}

export function* unlockQueues(device: Address): Access {
  for (let queue = QUEUES - 1; queue >= 0; queue--) yield spinUnlock(Device.queueLock(device) + queue);
}

/** Under L and all queue locks. */
function* startConnection(neighbours: Neighbours, connection: Address): Access {
  const neighbour = yield read(Connection.neighbour(connection));
  const address = yield* readAddress(neighbour);
  const path = yield* findPath(neighbours, gidOf(address));
  const handle = path === NIL ? NIL : yield read(Path.handle(path));
  if (handle === NIL) {
    yield* giveUp(neighbours, neighbour, connection);
    return;
  }
  const route = yield read(Handle.destination(handle));
  yield* takeOut(Connection.onList(connection));
  yield write(Connection.route(connection), route);
  yield write(Connection.started(connection), 1);
}

/** Takes the neighbour out of the table, and the connection from it. Under L and all queue locks. */
function* giveUp(neighbours: Neighbours, neighbour: Address, connection: Address): Access {
  yield* unlinkNeighbour(neighbours, neighbour);
  yield* disconnect(neighbours, neighbour, connection);
}

/**
 * Separates neighbour and connection, and puts the connection on the reap list. Under L. The first store is the last
 * access to the neighbour: if no thread holds it, its destroyer may free it once it sees that there is no connection.
 */
function* disconnect(neighbours: Neighbours, neighbour: Address, connection: Address): Access {
  const { device } = neighbours;
  yield storeRelease(Neighbour.connection(neighbour), NIL);
  yield write(Connection.neighbour(connection), NIL);
  yield* takeOut(Connection.onList(connection));
  yield* addLast(Device.reapList(device), Connection.onList(connection));
  yield* queueDelayedWork(neighbours.connectionReapWork, 0, neighbours.jiffies);
}
