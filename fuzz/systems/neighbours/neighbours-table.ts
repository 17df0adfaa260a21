/**
 * The operations of the neighbour table and of its users.
 *
 * `get` takes a reference for the thread; `put` and `remove` act on the most recent one to the address that the thread
 * still holds. A thread releases everything it holds at its end. `answer` and `refuse` are the subnet's reply to the
 * query for a port, or to the join of a group. `takeDown` frees the device once the other threads have ended; its own
 * thread performs nothing more.
 */
import * as fc from "fast-check";
import { z } from "zod";
import { type Access, type Address, allocate, awaitEqual, NIL, read, write } from "#impl/memory/access.ts";
import { connectionLost, connectionUp } from "#impl/neighbours/connection.ts";
import { type CookieNeighbour, freeCookie, sendByCookie } from "#impl/neighbours/cookie.ts";
import { closeDevice, freeDevice, stopDevice } from "#impl/neighbours/device.ts";
import { NetDevice, Packet } from "#impl/neighbours/layout.ts";
import { getNeighbour, putNeighbour } from "#impl/neighbours/lookup.ts";
import type { Neighbours } from "#impl/neighbours/neighbours.ts";
import { NOTHING } from "#impl/neighbours/packet-queue.ts";
import { answerQuery, forgetPath, freePath, invalidatePaths } from "#impl/neighbours/path.ts";
import { removeNeighbour } from "#impl/neighbours/table.ts";
import { transmit } from "#impl/neighbours/transmit.ts";
import { advanceClock, type Clock } from "#impl/sync/jiffies.ts";
import {
  type Gid,
  type HardwareAddress,
  hardwareAddress,
  MULTICAST_QUEUE,
  multicastGid,
  portGid,
} from "#model/neighbours/hardware-address.ts";
import { gidOfName, isGroup, type NeighboursOperation } from "#model/neighbours/neighbours.ts";
import type { HeldReference } from "#properties/linearizability/operation-history.ts";
import { argument, parsedArgument } from "../operation-arguments.ts";
import { composite, operation, type OperationOf, type Performer } from "../operation-table.ts";

export interface PlacedNeighbours {
  readonly clock: Clock;
  readonly neighbours: Neighbours;
  readonly cookie: CookieNeighbour;
}

/** Private state of a thread: the queue on which it transmits, and whether it has taken the device down. */
export interface NeighboursThread {
  readonly queue: number;
  isOver: boolean;
}

/** The partition of the device, and of every group. */
export const PARTITION_KEY = 0x8001;

/** The address that an operation names: `1/7` is queue 7 of port 1; `m1` is group 1. */
export interface NamedAddress {
  readonly name: string;
  readonly address: HardwareAddress;
}

const PORT_ADDRESSES = ["1/1", "1/2", "2/1"] as const;

/** Addresses equal except for one word; all bits of a queue's number; many queues of one port. */
const PORT_BOUNDARIES = ["0/1", "1/0", "1/3", "1/4", "1/8388608", "1/9999999", "2/2", "3/1", "9999/1"] as const;

const address = parsedArgument(
  z.string().regex(/^(\d{1,4}\/\d{1,7}|m\d{1,4})$/, 'must be "port/queue", such as "1/7", or a group such as "m1"'),
  fc.constantFrom(...PORT_ADDRESSES, "m1"),
  namedAddress,
  fc.constantFrom(...PORT_BOUNDARIES, "m2", "m9999"),
);

const portAddress = parsedArgument(
  z.string().regex(/^\d{1,4}\/\d{1,7}$/, 'must be "port/queue", such as "1/7"'),
  fc.constantFrom(...PORT_ADDRESSES),
  namedAddress,
  fc.constantFrom(...PORT_BOUNDARIES),
);

const gid = parsedArgument(
  z.string().regex(/^m?\d{1,4}$/, 'must be a port such as "1", or a group such as "m1"'),
  fc.constantFrom("1", "2", "m1"),
  (name) => ({ name, words: parseGid(name) }),
  fc.constantFrom("0", "3", "9999", "m2", "m9999"),
);

/** An operation on the thread's reference to that address. */
const onHeld = { arguments: { address }, takes: (values: { readonly address: NamedAddress }) => values.address.name };

/**
 * A packet is sent, waits, or is dropped. Its number identifies its transmission when another thread sends it again.
 */
function transmission(via: "neighbour" | "path", weight: number, to: typeof address) {
  return composite({
    weight,
    arguments: { address: to },
    calls: [
      {
        text: (raw) => `transmit ${raw.address}${via === "path" ? " via path" : ""}`,
        model: (values): NeighboursOperation => ({ kind: "transmit", address: values.address.name, via }),
      },
    ],
    *perform({ neighbours }: PlacedNeighbours, values, performer: Performer<NeighboursThread>) {
      const packet = yield allocate(neighbours.packets);
      yield write(Packet.number(packet), performer.number);
      const destination = { address: values.address.address, via };
      yield* performer.call(performer.number, transmit(neighbours, performer.local.queue, packet, destination));
    },
  });
}

/** The reply to the query for a gid. */
function subnetAnswer(granted: boolean, weight: number) {
  return composite({
    weight,
    arguments: { gid },
    calls: [
      {
        text: (raw) => `${granted ? "answer" : "refuse"} ${raw.gid}`,
        model: (values): NeighboursOperation => ({ kind: "answer", gid: values.gid.name, granted }),
      },
    ],
    perform: ({ neighbours }: PlacedNeighbours, values, performer: Performer<NeighboursThread>) =>
      callAndTransmitAgain(neighbours, performer, answerQuery(neighbours, values.gid.words, granted)),
  });
}

export const neighboursOperations = {
  transmit: transmission("neighbour", 6, address),
  get: operation({
    weight: 3,
    arguments: { address },
    returns: "object",
    gives: (values) => values.address.name,
    run: ({ neighbours }: PlacedNeighbours, values) => getNeighbour(neighbours, values.address.address),
    model: (values): NeighboursOperation => ({ kind: "get", address: values.address.name }),
  }),
  put: operation({
    weight: 2,
    ...onHeld,
    consumes: true,
    returns: "nothing",
    run: ({ neighbours }: PlacedNeighbours, _values, { taken }) => putNeighbour(neighbours, taken),
    model: (): NeighboursOperation => ({ kind: "put" }),
  }),
  remove: operation({
    ...onHeld,
    returns: "nothing",
    run: ({ neighbours }: PlacedNeighbours, _values, { taken }) => removeNeighbour(neighbours, taken),
    model: (_values, { identity }): NeighboursOperation => ({ kind: "remove", identity }),
  }),
  transmitByPath: transmission("path", 1, portAddress),
  answer: subnetAnswer(true, 3),
  refuse: subnetAnswer(false, 1),
  /** A path is removed in two operations: it is taken off the list, then its neighbours leave the table. */
  removePath: composite({
    weight: 2,
    arguments: { gid },
    calls: [
      {
        text: (raw) => `forgetPath ${raw.gid}`,
        model: (values): NeighboursOperation => ({ kind: "forgetPath", gid: values.gid.name }),
      },
      {
        text: (raw) => `deleteByGid ${raw.gid}`,
        returns: "nothing",
        model: (values): NeighboursOperation => ({ kind: "deleteByGid", gid: values.gid.name }),
      },
    ],
    *perform({ neighbours }: PlacedNeighbours, { gid: { words } }, performer: Performer<NeighboursThread>) {
      let path: Address = NIL;
      function* forget(): Access<boolean> {
        path = yield* forgetPath(neighbours, words);
        return path !== NIL;
      }
      yield* performer.call(performer.number, forget());
      if (path !== NIL) yield* performer.call(performer.number + 1, freePath(neighbours, path));
    },
  }),
  invalidatePaths: operation({
    returns: "nothing",
    run: ({ neighbours }: PlacedNeighbours) => invalidatePaths(neighbours),
    model: (): NeighboursOperation => ({ kind: "invalidate" }),
  }),
  connect: composite({
    arguments: { address: portAddress },
    calls: [
      {
        text: (raw) => `connect ${raw.address}`,
        model: (values): NeighboursOperation => ({ kind: "connect", address: values.address.name }),
      },
    ],
    perform: ({ neighbours }: PlacedNeighbours, values, performer: Performer<NeighboursThread>) =>
      callAndTransmitAgain(neighbours, performer, connectionUp(neighbours, values.address.address)),
  }),
  disconnect: operation({
    arguments: { address: portAddress },
    run: ({ neighbours }: PlacedNeighbours, values) => connectionLost(neighbours, values.address.address),
    model: (values): NeighboursOperation => ({ kind: "disconnect", address: values.address.name }),
  }),
  /** Only the first thread to stop the device takes it down. */
  takeDown: composite({
    neverInitially: true,
    calls: [
      { text: () => "stop", model: (): NeighboursOperation => ({ kind: "stop" }) },
      { text: () => "close", returns: "nothing", model: (): NeighboursOperation => ({ kind: "close" }) },
    ],
    *perform({ neighbours }: PlacedNeighbours, _values, performer: Performer<NeighboursThread>) {
      yield* giveBack(neighbours, performer.held);
      performer.local.isOver = true;
      const isFirst = yield* performer.call(performer.number, stopDevice(neighbours));
      if (isFirst === 0) return;
      yield* performer.call(performer.number + 1, closeDevice(neighbours));
      yield awaitEqual(NetDevice.users(neighbours.netDevice), -1, 1);
      yield* freeDevice(neighbours);
    },
  }),
  advance: operation({
    weight: 2,
    arguments: {
      ticks: argument(
        z.int().min(0).max(0x7fffffff),
        fc.constantFrom(1, 30, 70),
        fc.constantFrom(0, 29, 31, 59, 60, 61, 89, 90, 91),
      ),
    },
    run: ({ clock }: PlacedNeighbours, values) => advanceClock(clock, values.ticks),
  }),
  sendByCookie: operation({ weight: 1 / 2, run: ({ cookie }: PlacedNeighbours) => sendByCookie(cookie) }),
  freeCookie: operation({ weight: 1 / 2, run: ({ cookie }: PlacedNeighbours) => freeCookie(cookie) }),
};

export type NeighboursScenarioOperation = OperationOf<typeof neighboursOperations>;

/** Puts every reference that a thread holds. */
export function* giveBack(neighbours: Neighbours, held: HeldReference[]): Access {
  for (let last = held.pop(); last !== undefined; last = held.pop()) yield* putNeighbour(neighbours, last.object);
}

/** Performs a call that returns waiting packets, and transmits those again. */
function* callAndTransmitAgain(
  neighbours: Neighbours,
  performer: Performer<NeighboursThread>,
  procedure: Access<Address>,
): Access {
  let waiting: Address = NIL;
  function* concerned(): Access<boolean> {
    waiting = yield* procedure;
    return waiting !== NOTHING;
  }
  yield* performer.call(performer.number, concerned());
  let packet = waiting === NOTHING ? NIL : waiting;
  while (packet !== NIL) {
    const next = yield read(Packet.next(packet));
    const number = yield read(Packet.number(packet));
    const transmission = performer.operationAt(number);
    if (transmission === undefined) throw new RangeError(`a packet has the number ${number}, which no operation has`);
    const destination = destinationOf(transmission);
    yield* performer.call(number, transmit(neighbours, performer.local.queue, packet, destination));
    packet = next;
  }
}

/** The destination of a transmission's packet. */
function destinationOf({ operation: transmitted, values }: NonNullable<ReturnType<Performer<unknown>["operationAt"]>>) {
  const { kind } = transmitted as NeighboursScenarioOperation;
  const { address: to } = values as { readonly address: NamedAddress };
  return { address: to.address, via: kind === "transmitByPath" ? ("path" as const) : ("neighbour" as const) };
}

function namedAddress(name: string): NamedAddress {
  return { name, address: parseNeighbourAddress(name) };
}

/** `1/7` is queue 7 of port 1; `m1` is group 1. */
export function parseNeighbourAddress(name: string): HardwareAddress {
  const gidName = gidOfName(name);
  const queue = isGroup(gidName) ? MULTICAST_QUEUE : Number(name.slice(gidName.length + 1));
  return hardwareAddress(queue, parseGid(gidName));
}

/** `1` is port 1; `m1` is group 1. */
export function parseGid(name: string): Gid {
  return isGroup(name) ? multicastGid(Number(name.slice(1)), PARTITION_KEY) : portGid(Number(name));
}
