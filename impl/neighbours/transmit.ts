/**
 * Transmission: a packet is sent, waits, or is dropped.
 *
 * A transmission holds the lock of its queue throughout, and also a reference or an RCU section for objects that other
 * queues and other code may remove. With a neighbour that has its handle, or whose connection is up, it takes no other
 * lock. Otherwise it takes L and checks again: the state it saw without L may have changed, and a packet that is queued
 * after the queue's last draining waits forever.
 *
 * Source: Linux drivers/infiniband/ulp/ipoib/ipoib_main.c (3.6): ipoib_start_xmit(), neigh_add_path(),
 * unicast_arp_send(); ipoib_multicast.c: ipoib_mcast_send(). The second check is commit 816e846c2eb9 (2018).
 */
import type { HardwareAddress } from "#model/neighbours/hardware-address.ts";
import {
  type Access,
  type Address,
  loadAcquire,
  NIL,
  rcuDereference,
  rcuDereferenceProtected,
  rcuReadLock,
  rcuReadUnlock,
  read,
  spinLock,
  spinUnlock,
} from "../memory/access.ts";
import { numberAt } from "../memory/word.ts";
import { addLast } from "../sync/list.ts";
import { gidOf, isMulticast, withPartitionKey } from "./address.ts";
import { isUp, sendConnected } from "./connection.ts";
import { send } from "./handle.ts";
import { Device, Neighbour, Path } from "./layout.ts";
import { findNeighbour, putNeighbour } from "./lookup.ts";
import type { Neighbours } from "./neighbours.ts";
import { dropPacket, OUTCOME, waitAtNeighbour, waitAtPath } from "./packet-queue.ts";
import { giveHandle } from "./path.ts";
import { askForPath, findOrCreatePath } from "./path-list.ts";
import { createNeighbour, findLocked, takeExisting, unlinkNeighbour } from "./table.ts";
import { noteUse } from "./use.ts";

/** The destination of a packet, and whether it is sent by the neighbour or, like ARP replies, by the path itself. */
export interface Destination {
  readonly address: HardwareAddress;
  readonly via: "neighbour" | "path";
}

/**
 * Transmits a packet, which is the caller's, on one of the queues; returns an {@link OUTCOME}.
 *
 * Linearizes at the read of the handle, or of `up`, that lets it send; else under L; a stopped device drops it under
 * the queue's lock.
 */
export function* transmit(
  neighbours: Neighbours,
  queue: number,
  packet: Address,
  { address, via }: Destination,
): Access<number> {
  const { device } = neighbours;
  const queueLock = Device.queueLock(device) + queue;
  yield spinLock(queueLock);
  const stopped = yield read(Device.stopped(device));
  let outcome: number = OUTCOME.dropped;
  if (stopped === 1) yield* dropPacket(neighbours, packet);
  else if (via === "path") outcome = yield* sendByPath(neighbours, packet, address);
  else outcome = yield* sendByNeighbour(neighbours, packet, withPartitionKey(address, neighbours.limits.partitionKey));
  yield spinUnlock(queueLock);
  return outcome;
}

function* sendByNeighbour(neighbours: Neighbours, packet: Address, address: HardwareAddress): Access<number> {
  const neighbour = yield* findNeighbour(neighbours, address);
  if (neighbour === NIL) return yield* sendToNewNeighbour(neighbours, packet, address);
  let outcome: number = OUTCOME.sent;
  const sent = yield* sendIfReady(neighbours, neighbour, packet, numberAt(address.words, 4));
  if (!sent) {
    const lock = Device.lock(neighbours.device);
    yield spinLock(lock);
    outcome = yield* sendOrWait(neighbours, neighbour, packet, numberAt(address.words, 4));
    yield spinUnlock(lock);
  }
  if (outcome !== OUTCOME.dropped) yield* noteUse(neighbours, neighbour);
  yield* putNeighbour(neighbours, neighbour);
  return outcome;
}

/** Sends without L if the neighbour has its handle and needs no connection, or one that is up. */
function* sendIfReady(
  neighbours: Neighbours,
  neighbour: Address,
  packet: Address,
  destination: number,
): Access<boolean> {
  yield rcuReadLock();
  let sent = false;
  const handle = yield rcuDereference(Neighbour.handle(neighbour));
  if (handle !== NIL) {
    const connection = yield loadAcquire(Neighbour.connection(neighbour)); // stored before the handle
    if (connection === NIL) {
      yield* send(neighbours, handle, packet, destination);
      sent = true;
    } else {
      sent = yield* isUp(connection);
      if (sent) yield* sendConnected(neighbours, connection, packet, destination);
    }
  }
  yield rcuReadUnlock();
  return sent;
}

/** Like {@link sendIfReady}, under L; if the neighbour is not ready, the packet waits there, or is dropped. */
function* sendOrWait(neighbours: Neighbours, neighbour: Address, packet: Address, destination: number): Access<number> {
  const handle = yield rcuDereferenceProtected(Neighbour.handle(neighbour));
  if (handle === NIL) return yield* waitAtNeighbour(neighbours, neighbour, packet);
  const connection = yield read(Neighbour.connection(neighbour));
  if (connection === NIL) {
    yield* send(neighbours, handle, packet, destination);
    return OUTCOME.sent;
  }
  const up = yield* isUp(connection);
  if (!up) return yield* waitAtNeighbour(neighbours, neighbour, packet);
  yield* sendConnected(neighbours, connection, packet, destination);
  return OUTCOME.sent;
}

/** The table had no neighbour: creates one, unless another thread has, and queries the path if it is not known. */
function* sendToNewNeighbour(neighbours: Neighbours, packet: Address, address: HardwareAddress): Access<number> {
  const lock = Device.lock(neighbours.device);
  yield spinLock(lock);
  let outcome: number;
  let neighbour = yield* findLocked(neighbours, address);
  if (neighbour === NIL) {
    const path = yield* findOrCreatePath(neighbours, gidOf(address));
    const handle = path === NIL ? NIL : yield read(Path.handle(path));
    if (path === NIL) {
      yield* dropPacket(neighbours, packet);
      outcome = OUTCOME.dropped;
    } else if (handle === NIL && isMulticast(gidOf(address))) {
      yield* askForPath(path); // a group that is not yet joined has no neighbours
      outcome = yield* waitAtPath(neighbours, path, packet);
    } else {
      neighbour = yield* createNeighbour(neighbours, address);
      outcome = yield* sendByNewNeighbour(neighbours, { neighbour, path, handle }, packet, address);
    }
  } else {
    yield* takeExisting(neighbours, neighbour);
    outcome = yield* sendOrWait(neighbours, neighbour, packet, numberAt(address.words, 4));
  }
  yield spinUnlock(lock);
  if (neighbour !== NIL) yield* putNeighbour(neighbours, neighbour); // without L: it may be the last reference
  return outcome;
}

interface NewNeighbour {
  readonly neighbour: Address;
  readonly path: Address;
  readonly handle: Address;
}

/** Under L. Without memory for a neighbour, a packet to a group is sent all the same. */
function* sendByNewNeighbour(
  neighbours: Neighbours,
  { neighbour, path, handle }: NewNeighbour,
  packet: Address,
  address: HardwareAddress,
): Access<number> {
  const destination = numberAt(address.words, 4);
  if (neighbour === NIL) {
    if (isMulticast(gidOf(address))) {
      yield* send(neighbours, handle, packet, destination);
      return OUTCOME.sent;
    }
    yield* dropPacket(neighbours, packet);
    return OUTCOME.dropped;
  }
  yield* addLast(Path.neighbours(path), Neighbour.onPath(neighbour));
  if (handle === NIL) {
    yield* askForPath(path);
  } else {
    const resolved = yield* giveHandle(neighbours, neighbour, handle);
    if (!resolved) {
      yield* unlinkNeighbour(neighbours, neighbour);
      yield* dropPacket(neighbours, packet);
      return OUTCOME.dropped;
    }
  }
  return yield* sendOrWait(neighbours, neighbour, packet, destination);
}

/** Sends by the path itself, which needs no neighbour; the packet waits there until the path is known and valid. */
function* sendByPath(neighbours: Neighbours, packet: Address, address: HardwareAddress): Access<number> {
  const lock = Device.lock(neighbours.device);
  yield spinLock(lock);
  let outcome: number = OUTCOME.dropped;
  const path = yield* findOrCreatePath(neighbours, gidOf(address));
  if (path === NIL) {
    yield* dropPacket(neighbours, packet);
  } else {
    const handle = yield read(Path.handle(path));
    const valid = yield read(Path.valid(path));
    if (handle !== NIL && valid === 1) {
      yield* send(neighbours, handle, packet, numberAt(address.words, 4));
      outcome = OUTCOME.sent;
    } else {
      yield* askForPath(path);
      outcome = yield* waitAtPath(neighbours, path, packet);
    }
  }
  yield spinUnlock(lock);
  return outcome;
}
