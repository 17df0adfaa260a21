/**
 * The neighbour table's scenarios: one or two ports, two or three threads, one thing tried in each.
 *
 * An address is `port/queue`, or a group. New neighbours come first in their bucket, so of 1/1, 1/2 and 1/3 in one
 * bucket the first is last. A neighbour idle for more than 60 ticks is reaped at the next run of the reaper, which
 * comes every 30.
 */
import type { NeighboursScenarioOperation } from "./neighbours.ts";
import type { Scenario, ScenarioThread } from "../scenario.ts";

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
const thread = (name: string, ...operations: Operation[]): ScenarioThread<Operation> => ({ name, operations });

function scenario(
  name: string,
  about: string,
  {
    limits,
    initial,
    threads,
  }: { limits?: Record<string, number>; initial: Operation[]; threads: ScenarioThread<Operation>[] },
): Scenario<Operation> {
  return {
    name: `neighbours-${name}`,
    system: "neighbours",
    about,
    ...(limits === undefined ? {} : { limits }),
    initial,
    threads,
  };
}

/** A neighbour whose path is known. */
const resolved = (address: string): Operation[] => [transmit(address), answer(address.split("/")[0] ?? address)];

/** An answer to what nobody asked. It has no effect, but that the works asked for before run. */
const settle: Operation = refuse("9");

/** In connected mode, a neighbour whose connection has been started; after `resolved` alone it is yet to be. */
const started = (address: string): Operation[] => [...resolved(address), settle];

const ONE_BUCKET = { buckets: 1 };
const CONNECTED = { buckets: 1, connected: 1 };

export const neighboursScenarios: readonly Scenario<Operation>[] = [
  scenario("two-creators", "two queues transmit to one new address, and the path is answered", {
    initial: [],
    threads: [thread("first", transmit("1/1")), thread("second", transmit("1/1")), thread("subnet", answer("1"))],
  }),
  scenario("lookup-against-removal", "a walk down a chain while a neighbour on it is taken out", {
    limits: ONE_BUCKET,
    initial: [...resolved("1/1"), transmit("1/2")],
    threads: [thread("reader", get("1/1"), put("1/1")), thread("remover", get("1/2"), remove("1/2"), put("1/2"))],
  }),
  scenario("lookup-against-creation", "a walk down a chain while a neighbour is put before its first", {
    limits: ONE_BUCKET,
    initial: resolved("1/1"),
    threads: [thread("reader", get("1/1"), get("1/2")), thread("sender", transmit("1/2"))],
  }),
  scenario("two-removals", "two neighbours that stand next to each other in a chain are taken out at once", {
    limits: ONE_BUCKET,
    initial: [transmit("1/1"), transmit("1/2"), transmit("1/3")],
    threads: [thread("one", get("1/2"), remove("1/2")), thread("other", get("1/3"), remove("1/3"))],
  }),
  scenario(
    "removal-of-last-in-chain",
    "the neighbour at the end of a chain of three is taken out, and another looks it up",
    {
      limits: ONE_BUCKET,
      initial: [transmit("1/1"), transmit("1/2"), transmit("1/3")],
      threads: [thread("remover", get("1/1"), remove("1/1"), get("1/1")), thread("reader", get("1/1"), put("1/1"))],
    },
  ),
  scenario("lookup-against-reaper", "an idle neighbour is used just when the reaper comes", {
    initial: resolved("1/1"),
    threads: [thread("clock", advance(61)), thread("user", get("1/1"), put("1/1"), get("1/1"))],
  }),
  scenario("reaper-against-removal", "an idle neighbour is taken out by its holder just when the reaper comes", {
    initial: resolved("1/1"),
    threads: [thread("clock", advance(61)), thread("holder", get("1/1"), remove("1/1"))],
  }),
  scenario("reaper-against-use", "a neighbour is used, and the clock moves on, while the reaper looks", {
    initial: [...resolved("1/1"), transmit("2/1")],
    threads: [thread("clock", advance(30), advance(1)), thread("user", transmit("1/1"))],
  }),
  scenario("reaper-spares-the-used", "one of two neighbours in a chain is used in time, the other is not", {
    limits: ONE_BUCKET,
    initial: [...resolved("1/1"), transmit("1/2")],
    threads: [thread("clock", advance(31), advance(31)), thread("user", transmit("1/1"))],
  }),
  scenario("reaper-while-clock-wraps", "a neighbour used just before the clock wraps round is not old after it", {
    limits: { now: -1 },
    initial: resolved("1/1"),
    threads: [thread("clock", advance(30), advance(31)), thread("user", get("1/1"), put("1/1"))],
  }),
  scenario(
    "unresolved-ages",
    "a neighbour whose path is never answered, with a full queue, is transmitted to all the time",
    {
      limits: { queueMax: 1 },
      initial: [transmit("1/1")],
      threads: [thread("sender", advance(31), transmit("1/1"), advance(31), transmit("1/1"), advance(31))],
    },
  ),
  scenario("transmit-against-answer", "a packet is queued just when the path is answered", {
    initial: [transmit("1/1")],
    threads: [thread("sender", transmit("1/1"), transmit("1/1")), thread("subnet", answer("1"))],
  }),
  scenario("transmit-against-remove-path", "packets to two queues of a port while its path is thrown away", {
    limits: ONE_BUCKET,
    initial: resolved("1/1"),
    threads: [thread("sender", transmit("1/1"), transmit("1/2")), thread("flusher", removePath("1"))],
  }),
  scenario("answer-against-remove-path", "a path is thrown away while the answer to its query is on its way", {
    initial: [transmit("1/1")],
    threads: [thread("subnet", answer("1")), thread("flusher", removePath("1"))],
  }),
  scenario("two-removers", "two threads throw one path away, a third makes it anew", {
    initial: resolved("1/1"),
    threads: [thread("first", removePath("1")), thread("second", removePath("1"), transmit("1/1"))],
  }),
  scenario("handle-exchange", "a path is asked for again, and its neighbours' handle is exchanged while one sends", {
    initial: [...resolved("1/1"), invalidatePaths, transmitByPath("1/1")],
    threads: [
      thread("subnet", answer("1")),
      thread("sender", transmit("1/1")),
      thread("by path", transmitByPath("1/1")),
    ],
  }),
  scenario("refused-path", "a path is refused, asked for again by another packet, and granted", {
    initial: [transmit("1/1")],
    threads: [thread("subnet", refuse("1"), answer("1")), thread("sender", transmitByPath("1/1"), transmit("1/2"))],
  }),
  scenario("queue-limit", "more packets than may wait, at a neighbour and at its path", {
    limits: { queueMax: 2 },
    initial: [transmit("1/1"), transmitByPath("1/1")],
    threads: [
      thread("first", transmit("1/1"), transmitByPath("1/1")),
      thread("second", transmit("1/1"), transmitByPath("1/1")),
    ],
  }),
  scenario("multicast-join", "packets to a group while it is being joined", {
    initial: [transmit("m1")],
    threads: [thread("sender", transmit("m1"), transmit("m1")), thread("subnet", answer("m1"))],
  }),
  scenario("multicast-leave", "a group is left while its join is being answered", {
    initial: [transmit("m1")],
    threads: [thread("subnet", answer("m1")), thread("flusher", removePath("m1"), transmit("m1"))],
  }),
  scenario("connect-against-transmit", "a connection comes up just when a packet is to wait for it", {
    limits: CONNECTED,
    initial: started("1/1"),
    threads: [thread("sender", transmit("1/1")), thread("manager", connect("1/1"))],
  }),
  scenario(
    "answer-starts-connection",
    "the answer to a path's query lets a connection be started while its packet is transmitted again",
    { limits: CONNECTED, initial: [transmit("1/1")], threads: [thread("subnet", answer("1"), connect("1/1"))] },
  ),
  scenario("start-against-remove-path", "a path is thrown away before the connection over it is started", {
    limits: CONNECTED,
    initial: resolved("1/1"),
    threads: [thread("flusher", removePath("1"))],
  }),
  scenario("disconnect-against-transmit", "a connection fails while packets go over it", {
    limits: CONNECTED,
    initial: [...started("1/1"), connect("1/1")],
    threads: [thread("sender", transmit("1/1")), thread("manager", disconnect("1/1"))],
  }),
  scenario("destroy-against-start", "the last reference to a neighbour goes while connections are being started", {
    limits: CONNECTED,
    initial: resolved("1/1"),
    threads: [thread("holder", get("1/1"), remove("1/1"), put("1/1"))],
  }),
  scenario("transmit-against-removal-connected", "a packet is to wait for a connection whose neighbour is taken out", {
    limits: CONNECTED,
    initial: started("1/1"),
    threads: [thread("sender", transmit("1/1")), thread("holder", get("1/1"), remove("1/1"), put("1/1"))],
  }),
  scenario("take-down-empty", "a device is taken down that never had a neighbour", {
    initial: [],
    threads: [thread("admin", takeDown)],
  }),
  scenario("take-down-against-holder", "the device is taken down while a thread holds a neighbour", {
    initial: resolved("1/1"),
    threads: [thread("admin", takeDown), thread("holder", get("1/1"), put("1/1"))],
  }),
  scenario("take-down-against-reaper", "the device is taken down while the reaper takes a neighbour", {
    initial: [transmit("1/1")],
    threads: [thread("admin", takeDown), thread("clock", advance(61))],
  }),
  scenario("take-down-against-answer", "the device is taken down while a path is being answered", {
    initial: [transmit("1/1")],
    threads: [thread("admin", takeDown), thread("subnet", answer("1"))],
  }),
  scenario("take-down-against-transmit", "the device is taken down while a packet is sent to a new address", {
    initial: [],
    threads: [thread("admin", takeDown), thread("sender", transmit("1/1"))],
  }),
  scenario("take-down-connected", "the device is taken down with a connection that is still to be freed", {
    limits: CONNECTED,
    initial: started("1/1"),
    threads: [thread("admin", takeDown)],
  }),
  scenario("one-port-many-queues", "six queues of one port spread over eight buckets", {
    limits: { buckets: 8, chainMax: 3 },
    initial: [1, 2, 3].map((queue) => transmit(`1/${queue}`)),
    threads: [thread("sender", transmit("1/4"), transmit("1/5")), thread("other", transmit("1/6"))],
  }),
  scenario("memory-exhausted", "there is memory for one neighbour and one path, and two threads want two", {
    limits: { neighboursMax: 1, pathsMax: 1 },
    initial: [],
    threads: [thread("first", transmit("1/1")), thread("second", transmit("2/1"), removePath("2"))],
  }),
  scenario("memory-reused", "a neighbour's memory comes back as another while a reader walks", {
    limits: { neighboursMax: 2, buckets: 1 },
    initial: [transmit("1/1"), transmit("1/2")],
    threads: [
      thread("recycler", get("1/1"), remove("1/1"), put("1/1"), transmit("2/1")),
      thread("reader", get("1/1"), put("1/1")),
    ],
  }),
  scenario(
    "cookie",
    "the way before the table: the record in the generic neighbour is freed while a packet goes by it",
    { initial: [sendByCookie], threads: [thread("sender", sendByCookie), thread("system", freeCookie)] },
  ),
];
