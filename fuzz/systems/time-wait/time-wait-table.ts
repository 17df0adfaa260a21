/**
 * The operations of the compressed TIME_WAIT, the same as the model's. `lan4/80:1` is the connection from local port 80
 * to port 1 of the host on the same link.
 */
import * as fc from "fast-check";
import { z } from "zod";
import type { Access } from "#impl/memory/access.ts";
import { advanceClock, type Clock } from "#impl/sync/jiffies.ts";
import { addTimeWait } from "#impl/time-wait/add.ts";
import { countInTheWay } from "#impl/time-wait/bind.ts";
import { setKnob } from "#impl/time-wait/knobs.ts";
import { lookupTimeWait } from "#impl/time-wait/lookup.ts";
import { reopenTimeWait, restartTimeWait, type SegmentOutcome } from "#impl/time-wait/restart.ts";
import type { TimeWaitTable } from "#impl/time-wait/table.ts";
import type { Reach, TcpConnection } from "#model/time-wait/tcp-connection.ts";
import {
  type ConnectionIdentity,
  numbersAt,
  snapshotWord,
  type TimeWaitOperation,
} from "#model/time-wait/time-wait.ts";
import { argument, parsedArgument } from "../operation-arguments.ts";
import { operation, type OperationOf } from "../operation-table.ts";

export interface PlacedTimeWait {
  readonly clock: Clock;
  readonly table: TimeWaitTable;
}

const PORT_MAX = 0xffff;

const connection = parsedArgument(
  z
    .string()
    .regex(
      /^(?:(?:lo|lan|wan)[46]|far6)\/\d{1,5}:\d{1,5}$/,
      'must be "lo", "lan" or "wan" and "4" or "6", or "far6", and two ports, such as "lan4/80:1"',
    )
    .refine((text) => portsOf(text).every((port) => port <= PORT_MAX), `must have ports of at most ${PORT_MAX}`),
  fc.constantFrom("lan4/80:1", "lan4/80:2", "lan4/81:1", "lo4/80:1", "wan4/80:3", "wan6/80:1"),
  (text) => ({ connection: parseConnection(text), identity: identityOf(text) }),
  // Each reach in both families; ports at the ends of their range, with the sign bit, and enough to fill classes.
  fc
    .tuple(
      fc.constantFrom("lo4", "lan4", "wan4", "lo6", "lan6", "wan6", "far6"),
      fc.constantFrom(0, 80, 0x7fff, 0x8000, PORT_MAX),
      fc.oneof(fc.constantFrom(0, 0x8000, PORT_MAX), fc.integer({ min: 1, max: 12 })),
    )
    .map(([ends, local, foreign]) => `${ends}/${local}:${foreign}`),
);

const sequence = argument(z.int().min(1).max(300), fc.constantFrom(1, 2, 3), fc.constantFrom(1, 2, 299, 300));
const reuse = argument(z.boolean(), fc.boolean());

/** The fate of a record, as a word. */
const OUTCOMES: Readonly<Record<SegmentOutcome, number>> = { absent: 0, done: 1, kept: 2 };

export const timeWaitOperations = {
  add: operation({
    weight: 6,
    arguments: { connection, sequence, reuse },
    run: ({ table }: PlacedTimeWait, values) =>
      addTimeWait(table, {
        connection: values.connection.connection,
        ...numbersAt(values.sequence),
        uid: values.sequence,
        reuse: values.reuse,
      }),
    model: (values): TimeWaitOperation => ({
      kind: "add",
      connection: values.connection.identity,
      sequence: values.sequence,
      reuse: values.reuse,
    }),
  }),
  lookup: operation({
    weight: 4,
    arguments: { connection },
    *run({ table }: PlacedTimeWait, values) {
      const found = yield* lookupTimeWait(table, values.connection.connection);
      return found === undefined ? 0 : snapshotWord(found);
    },
    model: (values): TimeWaitOperation => ({ kind: "lookup", connection: values.connection.identity }),
  }),
  restart: operation({
    weight: 3,
    arguments: { connection },
    run: ({ table }: PlacedTimeWait, values) => outcomeWord(restartTimeWait(table, values.connection.connection)),
    model: (values): TimeWaitOperation => ({ kind: "restart", connection: values.connection.identity }),
  }),
  reopen: operation({
    weight: 2,
    arguments: { connection, sequence },
    run: ({ table }: PlacedTimeWait, values) =>
      outcomeWord(reopenTimeWait(table, values.connection.connection, values.sequence)),
    model: (values): TimeWaitOperation => ({
      kind: "reopen",
      connection: values.connection.identity,
      sequence: values.sequence,
    }),
  }),
  bind: operation({
    weight: 2,
    arguments: {
      family: argument(z.enum(["v4", "v6"]), fc.constantFrom("v4", "v6")),
      port: argument(
        z.int().min(0).max(PORT_MAX),
        fc.constantFrom(80, 81),
        fc.constantFrom(0, 80, 0x7fff, 0x8000, PORT_MAX),
      ),
      reuse,
    },
    run: ({ table }: PlacedTimeWait, values) => countInTheWay(table, values.family, values.port, values.reuse),
  }),
  set: operation({
    arguments: {
      knob: argument(
        z.string().max(40),
        fc.constantFrom("enable", "truncation", "entries"),
        fc.constantFrom("", "enable", "truncation", "truncatio"),
      ),
      on: argument(z.boolean(), fc.boolean()),
    },
    text: (raw) => `${raw.knob} ${raw.on ? "on" : "off"}`,
    run: ({ table }: PlacedTimeWait, values) => setKnob(table, values.knob, values.on),
  }),
  advance: operation({
    weight: 3,
    // The lifetimes of the classes, and values just below and above.
    arguments: {
      ticks: argument(
        z.int().min(0).max(100_000),
        fc.constantFrom(1, 4, 19, 120),
        fc.constantFrom(0, 1, 2, 3, 5, 19, 20, 21, 28, 119, 121, 140, 840),
      ),
    },
    run: ({ clock }: PlacedTimeWait, values) => advanceClock(clock, values.ticks),
  }),
};

export type TimeWaitScenarioOperation = OperationOf<typeof timeWaitOperations>;

function* outcomeWord(procedure: Access<SegmentOutcome>): Access<number> {
  return OUTCOMES[yield* procedure];
}

/**
 * The addresses of both ends, by the connection's prefix. The model is given the reach; the implementation computes it.
 * The hosts of `wan6` and `far6` differ only in the order of two words, so that their connections have one key.
 */
const ENDS: Readonly<
  Record<string, { readonly reach: Reach; readonly local: readonly number[]; readonly foreign: readonly number[] }>
> = {
  lo4: { reach: "loopback", local: [0x7f000001], foreign: [0x7f000001] },
  lan4: { reach: "local", local: [0x0a000001], foreign: [0x0a000002] },
  wan4: { reach: "remote", local: [0x0a000001], foreign: [0xc0000201] },
  lo6: { reach: "loopback", local: [0, 0, 0, 1], foreign: [0, 0, 0, 1] },
  lan6: { reach: "local", local: [0xfd000000, 0, 0, 1], foreign: [0xfd000000, 0, 0, 2] },
  far6: { reach: "remote", local: [0xfd000000, 0, 0, 1], foreign: [0x20010db8, 0, 1, 0] },
  wan6: { reach: "remote", local: [0xfd000000, 0, 0, 1], foreign: [0x20010db8, 0, 0, 1] },
};

/** @throws RangeError if the text is not a connection; the schema rejects such texts */
export function parseConnection(text: string): TcpConnection {
  const { ends, ports } = partsOf(text);
  const [localPort = 0, foreignPort = 0] = ports;
  return { family: familyOf(text), localAddress: ends.local, foreignAddress: ends.foreign, localPort, foreignPort };
}

export function identityOf(text: string): ConnectionIdentity {
  const { ends, ports } = partsOf(text);
  const name = `${text.slice(0, text.indexOf("/"))}/${ports.join(":")}`;
  return { name, family: familyOf(text), reach: ends.reach, localPort: ports[0] ?? 0 };
}

function familyOf(text: string): "v4" | "v6" {
  return text.includes("4/") ? "v4" : "v6";
}

function partsOf(text: string) {
  const [name = "", ports = ""] = text.split("/");
  const ends = ENDS[name];
  if (ends === undefined)
    throw new RangeError(`connection "${text}" must begin with one of ${Object.keys(ENDS).join(", ")}`);
  return { ends, ports: ports.split(":").map(Number) };
}

function portsOf(text: string): readonly number[] {
  return text
    .slice(text.indexOf("/") + 1)
    .split(":")
    .map(Number);
}
