/**
 * The operations of a destination cache.
 *
 * `find` and `get` take a reference for the thread; `get` creates a missing entry. `over` is the entry that it sends
 * through: `private`, or a reference of the thread to an entry it found. An `uncached` entry is always created, never
 * found, and released at the thread's end. `pop` exchanges the reference to `eth0/1` for one to its child, named
 * `eth0/1>`. `pop`, `release` and `send` act on the thread's most recent reference of that name.
 */
import * as fc from "fast-check";
import { z } from "zod";
import { type Access, type Address, NIL, synchronizeRcu } from "#impl/memory/access.ts";
import { dropEntry, findEntry, freeAfterGrace, getEntry, getUncachedEntry, unlinkEntry } from "#impl/dst/cache.ts";
import { bringUp, takeDown, unregister } from "#impl/dst/devices.ts";
import type { DeviceOptions, Dst } from "#impl/dst/dst.ts";
import { popChild, releaseEntry, sendThrough } from "#impl/dst/entry.ts";
import { advanceClock, type Clock } from "#impl/sync/jiffies.ts";
import type { DstOperation } from "#model/dst/dst.ts";
import { argument, optional, parsedArgument } from "../operation-arguments.ts";
import { operation, type OperationOf } from "../operation-table.ts";

/** `ib0` has a driver that keeps neighbours; `veth1` is in a separate namespace, with a separate loopback. */
export const DST_DEVICES: readonly DeviceOptions[] = [
  { name: "eth0", namespace: 0, hasNeighbours: false },
  { name: "ib0", namespace: 0, hasNeighbours: true },
  { name: "veth1", namespace: 1, hasNeighbours: false },
];

export interface PlacedDst {
  readonly cache: Dst;
  readonly clock: Clock;
}

/** Destinations of one device have numbers below this. */
const NUMBERS = 10_000;

const DESTINATIONS = ["eth0/1", "eth0/2", "ib0/1", "veth1/1", "none/1"] as const;
const REFERENCES = [...DESTINATIONS, "eth0/1>", "ib0/1>"] as const;

/** Several destinations in one bucket, and the ends of the range. */
const MORE_DESTINATIONS = ["eth0/0", "eth0/5", "eth0/9", "eth0/9999", "ib0/2", "ib0/5", "veth1/2", "none/2"] as const;

const destination = parsedArgument(
  z
    .string()
    .regex(
      /^(eth0|ib0|veth1|none)\/\d{1,4}$/,
      'must be a device (eth0, ib0, veth1 or none), "/" and a number, such as "eth0/1"',
    ),
  fc.constantFrom(...DESTINATIONS),
  (name) => ({ name, key: keyOf(name), device: deviceOf(name) }),
  fc.constantFrom(...MORE_DESTINATIONS),
);

const referenceSchema = z
  .string()
  .regex(
    /^(eth0|ib0|veth1|none)\/\d{1,4}>*$/,
    'must be a destination such as "eth0/1", or that of a parent and ">" for its child',
  );

const reference = argument(
  referenceSchema,
  fc.constantFrom(...REFERENCES),
  fc.constantFrom(...MORE_DESTINATIONS, "veth1/1>", "none/1>", "eth0/5>", "eth0/1>>"),
);

const over = optional(argument(referenceSchema.or(z.literal("private")), fc.constantFrom("private", ...DESTINATIONS)));

/** A device's number is its position, from 1; 0 is none. */
const device = parsedArgument(z.enum(["eth0", "ib0", "veth1"]), fc.constantFrom("eth0", "ib0", "veth1"), (name) =>
  deviceOf(name),
);

/** An operation on the thread's reference of that name. */
const onReference = { arguments: { reference }, takes: (values: { readonly reference: string }) => values.reference };

/** A device comes up, goes down or is unregistered; returns whether anything changed. */
function deviceChange(kind: "up" | "down" | "unregister", change: (cache: Dst, address: Address) => Access<boolean>) {
  return operation({
    weight: 1 / 3,
    arguments: { device },
    run: ({ cache }: PlacedDst, values) => change(cache, deviceAt(cache, values.device)),
    model: (values): DstOperation => ({ kind, device: values.device }),
  });
}

export const dstOperations = {
  find: operation({
    weight: 2,
    arguments: { destination },
    returns: "object",
    gives: (values) => values.destination.name,
    run: ({ cache }: PlacedDst, values) => findEntry(cache, values.destination.key),
    model: (values): DstOperation => ({ kind: "find", destination: values.destination.key }),
  }),
  get: operation({
    weight: 8,
    arguments: { destination, over },
    text: (raw) =>
      raw.over === undefined
        ? raw.destination
        : `${raw.destination} over ${raw.over === "private" ? "a private entry" : raw.over}`,
    returns: "object",
    takes: (values) => (values.over === "private" ? undefined : values.over),
    // Only entries in a bucket may be shared children: a private entry has one parent, and an uncached one disappears
    // with its thread.
    isIdle: (values, { held }) => {
      const shared = held.findLast(({ name }) => name === values.over);
      return shared !== undefined && (!shared.isCounted || shared.name.endsWith(">"));
    },
    gives: (values) => values.destination.name,
    run: ({ cache }: PlacedDst, values, { taken }) =>
      getEntry(cache, {
        key: values.destination.key,
        device: deviceAt(cache, values.destination.device),
        over: taken,
        hasPrivateChild: values.over === "private",
      }),
    model: (values, { identity }): DstOperation => ({
      kind: "get",
      destination: values.destination.key,
      device: values.destination.device,
      child: childOf(values.over, identity),
    }),
  }),
  getUncached: operation({
    arguments: { destination },
    returns: "object",
    gives: (values, object) =>
      object === NIL ? undefined : { name: values.destination.name, object, isCounted: false },
    run: ({ cache }: PlacedDst, values) =>
      getUncachedEntry(cache, values.destination.key, deviceAt(cache, values.destination.device)),
    model: (values): DstOperation => ({
      kind: "getUncached",
      destination: values.destination.key,
      device: values.destination.device,
    }),
  }),
  pop: operation({
    weight: 2,
    ...onReference,
    returns: "object",
    consumes: true,
    gives: (values, child, parent) =>
      child === NIL ? parent : { name: `${values.reference}>`, object: child, isCounted: true },
    run: ({ cache }: PlacedDst, _values, { taken }) => popChild(cache, taken),
    model: (_values, { identity }): DstOperation => ({ kind: "pop", identity }),
  }),
  release: operation({
    weight: 5,
    ...onReference,
    consumes: true,
    returns: "nothing",
    run: ({ cache }: PlacedDst, _values, { taken }) => releaseEntry(cache, taken),
    model: (_values, { identity }): DstOperation => ({ kind: "release", identity }),
  }),
  send: operation({
    weight: 2,
    ...onReference,
    show: (word, { cache }: PlacedDst) => (word === NIL ? "nothing" : deviceName(cache, word)),
    run: ({ cache }: PlacedDst, _values, { taken }) => sendThrough(cache, taken),
    model: (_values, { identity, structure: { cache } }) => [
      { operation: { kind: "send", identity } satisfies DstOperation, responseOf: (word) => deviceNumber(cache, word) },
    ],
  }),
  drop: operation({
    weight: 5,
    arguments: { destination },
    run: ({ cache }: PlacedDst, values) => dropEntry(cache, values.destination.key),
    // Its grace period is over immediately, since no other thread runs.
    *initially({ cache }: PlacedDst, values) {
      const entry = yield* unlinkEntry(cache, values.destination.key);
      if (entry === NIL) return false;
      yield synchronizeRcu();
      yield* freeAfterGrace(cache, entry);
      return true;
    },
    model: (values): DstOperation => ({ kind: "drop", destination: values.destination.key }),
  }),
  up: deviceChange("up", bringUp),
  down: deviceChange("down", takeDown),
  unregister: deviceChange("unregister", unregister),
  advance: operation({
    weight: 4,
    arguments: {
      ticks: argument(
        z.int().min(0).max(0x7fffffff),
        fc.constantFrom(1, 5, 60),
        fc.constantFrom(0, 2, 4, 6, 10, 11, 30, 1_200),
      ),
    },
    run: ({ clock }: PlacedDst, values) => advanceClock(clock, values.ticks),
  }),
};

export type DstScenarioOperation = OperationOf<typeof dstOperations>;

function childOf(through: string | undefined, identity: number) {
  if (through === undefined) return { kind: "none" as const };
  return through === "private" ? { kind: "private" as const } : { kind: "shared" as const, identity };
}

/** The number of the device before the `/`, from 1; 0 for none. */
function deviceOf(text: string): number {
  const [name] = text.split("/");
  return DST_DEVICES.findIndex((one) => one.name === name) + 1;
}

function keyOf(text: string): number {
  return deviceOf(text) * NUMBERS + Number(text.slice(text.indexOf("/") + 1));
}

function deviceAt({ devices }: Dst, number: number): Address {
  return devices[number - 1] ?? NIL;
}

/** The model's number of the device at an address: 0 for none, −1 for an address that belongs to no device. */
function deviceNumber({ devices }: Dst, address: Address): number {
  return address === NIL ? 0 : devices.indexOf(address) + 1 || -1;
}

function deviceName(cache: Dst, address: Address): string {
  return DST_DEVICES[deviceNumber(cache, address) - 1]?.name ?? `word ${address}, which is none of the devices`;
}
