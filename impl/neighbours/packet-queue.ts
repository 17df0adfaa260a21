/**
 * Packets that wait at a neighbour or at a path: singly linked, first in first out, with a limit. Guarded by L, or
 * owned by a thread once no other can reach it.
 *
 * Neighbours and paths name their fields alike, so a queue is given by the addresses of its three words.
 */
import { type Access, type Address, atomicAdd, free, NIL, read, write, writeOnce } from "../memory/access.ts";
import { Device, Neighbour, Packet, Path } from "./layout.ts";
import type { Neighbours } from "./neighbours.ts";

/** The three words of a queue. */
interface Queue {
  readonly head: Address;
  readonly tail: Address;
  readonly length: Address;
}

/** The possible outcomes of a packet. */
export const OUTCOME = { sent: 1, waits: 2, dropped: 3 } as const;

/**
 * Returned in place of packets by an answer or a connection that had no effect: no packet has this address.
 */
export const NOTHING = -1;

export function* emptyNeighbourQueue(neighbour: Address): Access {
  yield* makeEmpty(queueOfNeighbour(neighbour));
}

export function* emptyPathQueue(path: Address): Access {
  yield* makeEmpty(queueOfPath(path));
}

/** Lets the packet wait at the neighbour if there is room, else drops it; returns the outcome. Under L. */
export function* waitAtNeighbour(neighbours: Neighbours, neighbour: Address, packet: Address): Access<number> {
  return yield* waitIn(neighbours, queueOfNeighbour(neighbour), packet);
}

/** Lets the packet wait at the path if there is room, else drops it; returns the outcome. Under L. */
export function* waitAtPath(neighbours: Neighbours, path: Address, packet: Address): Access<number> {
  return yield* waitIn(neighbours, queueOfPath(path), packet);
}

/** Takes all packets of the neighbour; returns the first, linked to the others in their order. */
export function* takePackets(neighbour: Address): Access<Address> {
  return yield* takeAll(queueOfNeighbour(neighbour));
}

/** Takes all packets of the path. */
export function* takePathPackets(path: Address): Access<Address> {
  return yield* takeAll(queueOfPath(path));
}

/** Appends the packets from `second` on to those from `first` on, both the caller's; returns the first of all. */
export function* joinPackets(first: Address, second: Address): Access<Address> {
  if (first === NIL) return second;
  let last = first;
  for (let next = yield read(Packet.next(last)); next !== NIL; next = yield read(Packet.next(last))) last = next;
  yield write(Packet.next(last), second);
  return first;
}

/** Drops the packets from `first` on, which are the caller's, and counts them. */
export function* dropPackets(neighbours: Neighbours, first: Address): Access {
  let packet = first;
  while (packet !== NIL) {
    const next = yield read(Packet.next(packet));
    yield* dropPacket(neighbours, packet);
    packet = next;
  }
}

export function* dropPacket({ device, packets }: Neighbours, packet: Address): Access {
  yield free(packets, packet);
  yield atomicAdd(Device.dropped(device), 1);
}

function queueOfNeighbour(neighbour: Address): Queue {
  return {
    head: Neighbour.queueHead(neighbour),
    tail: Neighbour.queueTail(neighbour),
    length: Neighbour.queueLength(neighbour),
  };
}

function queueOfPath(path: Address): Queue {
  return { head: Path.queueHead(path), tail: Path.queueTail(path), length: Path.queueLength(path) };
}

function* makeEmpty({ head, tail, length }: Queue): Access {
  yield write(head, NIL);
  yield write(tail, NIL);
  yield writeOnce(length, 0);
}

function* waitIn(neighbours: Neighbours, { head, tail, length }: Queue, packet: Address): Access<number> {
  const waiting = yield read(length);
  if (waiting >= neighbours.limits.queueMax) {
    yield* dropPacket(neighbours, packet);
    return OUTCOME.dropped;
  }
  yield write(Packet.next(packet), NIL);
  const last = yield read(tail);
  yield write(last === NIL ? head : Packet.next(last), packet);
  yield write(tail, packet);
  yield writeOnce(length, waiting + 1);
  return OUTCOME.waits;
}

function* takeAll(queue: Queue): Access<Address> {
  const first = yield read(queue.head);
  if (first !== NIL) yield* makeEmpty(queue);
  return first;
}
