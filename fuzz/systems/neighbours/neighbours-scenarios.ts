/**
 * The neighbour table's scenarios: one or two ports, two or three threads, one situation each.
 *
 * An address is `port/queue`, or a group. New neighbours are inserted at the front of their bucket, so of 1/1, 1/2 and
 * 1/3 in one bucket, 1/1 is last. A neighbour idle for more than 60 ticks is reaped at the next run of the reaper,
 * which comes every 30.
 */
import type { ScenarioContents } from "../scenario.ts";
import type { NeighboursScenarioOperation } from "./neighbours-table.ts";

type Operation = NeighboursScenarioOperation;

const get = (address: string): Operation => ({ kind: "get", address });
const put = (address: string): Operation => ({ kind: "put", address });
const remove = (address: string): Operation => ({ kind: "remove", address });
const transmit = (address: string): Operation => ({ kind: "transmit", address });
const transmitByPath = (address: string): Operation => ({ kind: "transmitByPath", address });
const answer = (gid: string): Operation => ({ kind: "answer", gid });
const refuse = (gid: string): Operation => ({ kind: "refuse", gid });
const removePath = (gid: string): Operation => ({ kind: "removePath", gid });
const connect = (address: string): Operation => ({ kind: "connect", address });
const disconnect = (address: string): Operation => ({ kind: "disconnect", address });
const advance = (ticks: number): Operation => ({ kind: "advance", ticks });
const invalidatePaths: Operation = { kind: "invalidatePaths" };
const takeDown: Operation = { kind: "takeDown" };
const sendByCookie: Operation = { kind: "sendByCookie" };
const freeCookie: Operation = { kind: "freeCookie" };

/** A neighbour whose path is known. */
const resolved = (address: string): Operation[] => [transmit(address), answer(address.split("/")[0] ?? address)];

/** A refusal of a query that was never made. Its only effect is that the works requested before it run. */
const settle: Operation = refuse("9");

/** In connected mode, a neighbour whose connection has been started; after `resolved` alone it has not been. */
const started = (address: string): Operation[] => [...resolved(address), settle];

const ONE_BUCKET = { buckets: 1 };
const CONNECTED = { buckets: 1, connected: 1 };

export const neighboursScenarios: Readonly<Record<string, ScenarioContents<Operation>>> = {
  "two-creators": {
    about: "two queues transmit to one new address, and the path is answered",
    threads: { first: [transmit("1/1")], second: [transmit("1/1")], subnet: [answer("1")] },
  },
  "lookup-against-removal": {
    about: "a walk down a chain while a neighbour on it is removed",
    limits: ONE_BUCKET,
    initial: [...resolved("1/1"), transmit("1/2")],
    threads: { reader: [get("1/1"), put("1/1")], remover: [get("1/2"), remove("1/2"), put("1/2")] },
  },
  "lookup-against-creation": {
    about: "a walk down a chain while a neighbour is inserted at its front",
    limits: ONE_BUCKET,
    initial: resolved("1/1"),
    threads: { reader: [get("1/1"), get("1/2")], sender: [transmit("1/2")] },
  },
  "two-removals": {
    about: "two adjacent neighbours in a chain are removed at the same time",
    limits: ONE_BUCKET,
    initial: [transmit("1/1"), transmit("1/2"), transmit("1/3")],
    threads: { one: [get("1/2"), remove("1/2")], other: [get("1/3"), remove("1/3")] },
  },
  "removal-of-last-in-chain": {
    about: "the last neighbour of a chain of three is removed while another thread looks it up",
    limits: ONE_BUCKET,
    initial: [transmit("1/1"), transmit("1/2"), transmit("1/3")],
    threads: { remover: [get("1/1"), remove("1/1"), get("1/1")], reader: [get("1/1"), put("1/1")] },
  },
  "lookup-against-reaper": {
    about: "an idle neighbour is used just when the reaper runs",
    initial: resolved("1/1"),
    threads: { clock: [advance(61)], user: [get("1/1"), put("1/1"), get("1/1")] },
  },
  "reaper-against-removal": {
    about: "an idle neighbour is removed by its holder just when the reaper runs",
    initial: resolved("1/1"),
    threads: { clock: [advance(61)], holder: [get("1/1"), remove("1/1")] },
  },
  "reaper-against-use": {
    about: "a neighbour is used, and the clock advances, while the reaper scans",
    initial: [...resolved("1/1"), transmit("2/1")],
    threads: { clock: [advance(30), advance(1)], user: [transmit("1/1")] },
  },
  "reaper-spares-the-used": {
    about: "one of two neighbours in a chain is used in time, the other is not",
    limits: ONE_BUCKET,
    initial: [...resolved("1/1"), transmit("1/2")],
    threads: { clock: [advance(31), advance(31)], user: [transmit("1/1")] },
  },
  "reaper-while-clock-wraps": {
    about: "a neighbour used just before the clock wraps around is not old afterwards",
    limits: { now: -1 },
    initial: resolved("1/1"),
    threads: { clock: [advance(30), advance(31)], user: [get("1/1"), put("1/1")] },
  },
  "unresolved-ages": {
    about: "a neighbour with an unanswered path and a full queue is transmitted to continually",
    limits: { queueMax: 1 },
    initial: [transmit("1/1")],
    threads: { sender: [advance(31), transmit("1/1"), advance(31), transmit("1/1"), advance(31)] },
  },
  "transmit-against-answer": {
    about: "a packet is queued just when the path is answered",
    initial: [transmit("1/1")],
    threads: { sender: [transmit("1/1"), transmit("1/1")], subnet: [answer("1")] },
  },
  "transmit-against-remove-path": {
    about: "packets to two queues of a port while its path is removed",
    limits: ONE_BUCKET,
    initial: resolved("1/1"),
    threads: { sender: [transmit("1/1"), transmit("1/2")], flusher: [removePath("1")] },
  },
  "answer-against-remove-path": {
    about: "a path is removed while the answer to its query is in flight",
    initial: [transmit("1/1")],
    threads: { subnet: [answer("1")], flusher: [removePath("1")] },
  },
  "two-removers": {
    about: "two threads remove one path, a third creates it again",
    initial: resolved("1/1"),
    threads: { first: [removePath("1")], second: [removePath("1"), transmit("1/1")] },
  },
  "handle-exchange": {
    about: "a path is queried again, and its neighbours' handle is replaced while one sends",
    initial: [...resolved("1/1"), invalidatePaths, transmitByPath("1/1")],
    threads: { subnet: [answer("1")], sender: [transmit("1/1")], "by path": [transmitByPath("1/1")] },
  },
  "refused-path": {
    about: "a path is refused, queried again for another packet, and granted",
    initial: [transmit("1/1")],
    threads: { subnet: [refuse("1"), answer("1")], sender: [transmitByPath("1/1"), transmit("1/2")] },
  },
  "queue-limit": {
    about: "more packets than may wait at a neighbour and at its path",
    limits: { queueMax: 2 },
    initial: [transmit("1/1"), transmitByPath("1/1")],
    threads: { first: [transmit("1/1"), transmitByPath("1/1")], second: [transmit("1/1"), transmitByPath("1/1")] },
  },
  "multicast-join": {
    about: "packets to a group while it is being joined",
    initial: [transmit("m1")],
    threads: { sender: [transmit("m1"), transmit("m1")], subnet: [answer("m1")] },
  },
  "multicast-leave": {
    about: "a group is left while its join is being answered",
    initial: [transmit("m1")],
    threads: { subnet: [answer("m1")], flusher: [removePath("m1"), transmit("m1")] },
  },
  "connect-against-transmit": {
    about: "a connection comes up just when a packet is about to wait for it",
    limits: CONNECTED,
    initial: started("1/1"),
    threads: { sender: [transmit("1/1")], manager: [connect("1/1")] },
  },
  "answer-starts-connection": {
    about: "the answer to a path's query lets a connection be started while its packet is transmitted again",
    limits: CONNECTED,
    initial: [transmit("1/1")],
    threads: { subnet: [answer("1"), connect("1/1")] },
  },
  "start-against-remove-path": {
    about: "a path is removed before the connection over it is started",
    limits: CONNECTED,
    initial: resolved("1/1"),
    threads: { flusher: [removePath("1")] },
  },
  "disconnect-against-transmit": {
    about: "a connection fails while packets go over it",
    limits: CONNECTED,
    initial: [...started("1/1"), connect("1/1")],
    threads: { sender: [transmit("1/1")], manager: [disconnect("1/1")] },
  },
  "destroy-against-start": {
    about: "the last reference to a neighbour is dropped while connections are being started",
    limits: CONNECTED,
    initial: resolved("1/1"),
    threads: { holder: [get("1/1"), remove("1/1"), put("1/1")] },
  },
  "answer-to-a-second-query": {
    about: "an invalidated path is queried again, and answered",
    initial: [...resolved("1/1"), invalidatePaths],
    threads: { sender: [transmitByPath("1/1"), answer("1"), transmitByPath("1/1")] },
  },
  "destroy-against-giving-up": {
    about: "the last reference to a neighbour is dropped while the starter abandons its connection, whose path is gone",
    limits: CONNECTED,
    initial: resolved("1/1"),
    threads: { holder: [get("1/1"), removePath("1"), put("1/1")] },
  },
  "transmit-against-removal-connected": {
    about: "a packet is about to wait for a connection whose neighbour is removed",
    limits: CONNECTED,
    initial: started("1/1"),
    threads: { sender: [transmit("1/1")], holder: [get("1/1"), remove("1/1"), put("1/1")] },
  },
  "take-down-empty": { about: "a device without any neighbour is taken down", threads: { admin: [takeDown] } },
  "take-down-against-holder": {
    about: "the device is taken down while a thread holds a neighbour",
    initial: resolved("1/1"),
    threads: { admin: [takeDown], holder: [get("1/1"), put("1/1")] },
  },
  "take-down-against-reaper": {
    about: "the device is taken down while the reaper takes a neighbour",
    initial: [transmit("1/1")],
    threads: { admin: [takeDown], clock: [advance(61)] },
  },
  "take-down-against-answer": {
    about: "the device is taken down while a path is being answered",
    initial: [transmit("1/1")],
    threads: { admin: [takeDown], subnet: [answer("1")] },
  },
  "take-down-against-transmit": {
    about: "the device is taken down while a packet is sent to a new address",
    threads: { admin: [takeDown], sender: [transmit("1/1")] },
  },
  "take-down-connected": {
    about: "the device is taken down with a connection that is still to be freed",
    limits: CONNECTED,
    initial: started("1/1"),
    threads: { admin: [takeDown] },
  },
  "one-port-many-queues": {
    about: "six queues of one port spread over eight buckets",
    limits: { buckets: 8, chainMax: 3 },
    initial: [1, 2, 3].map((queue) => transmit(`1/${queue}`)),
    threads: { sender: [transmit("1/4"), transmit("1/5")], other: [transmit("1/6")] },
  },
  "memory-exhausted": {
    about: "there is memory for one neighbour and one path, and two threads want two",
    limits: { neighboursMax: 1, pathsMax: 1 },
    threads: { first: [transmit("1/1")], second: [transmit("2/1"), removePath("2")] },
  },
  "memory-reused": {
    about: "a neighbour's memory is reused for another while a reader walks",
    limits: { neighboursMax: 2, buckets: 1 },
    initial: [transmit("1/1"), transmit("1/2")],
    threads: { recycler: [get("1/1"), remove("1/1"), put("1/1"), transmit("2/1")], reader: [get("1/1"), put("1/1")] },
  },
  cookie: {
    about: "the design before the table: a generic neighbour's record is freed while a packet is sent through it",
    initial: [sendByCookie],
    threads: { sender: [sendByCookie], system: [freeCookie] },
  },
};
