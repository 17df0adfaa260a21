/** What may be asked of a destination cache, as data, and the calls that the data stand for. */
import * as fc from "fast-check";
import { z } from "zod";
import type { DeviceOptions } from "#impl/dst/dst.ts";
import type { DstCall } from "#properties/dst/dst-history.ts";

/** `ib0` has a driver that keeps neighbours; `veth1` is in a namespace of its own, with a loopback of its own. */
export const DST_DEVICES: readonly DeviceOptions[] = [
  { name: "eth0", namespace: 0, hasNeighbours: false },
  { name: "ib0", namespace: 0, hasNeighbours: true },
  { name: "veth1", namespace: 1, hasNeighbours: false },
];

/** Destinations of one device have numbers below this. */
const NUMBERS = 10_000;

const destination = z
  .string()
  .regex(
    /^(eth0|ib0|veth1|none)\/\d{1,4}$/,
    'must be a device (eth0, ib0, veth1 or none), "/" and a number, such as "eth0/1"',
  );
const reference = z
  .string()
  .regex(
    /^(eth0|ib0|veth1|none)\/\d{1,4}>*$/,
    'must be a destination such as "eth0/1", or that of a parent and ">" for its child',
  );
const device = z.enum(["eth0", "ib0", "veth1"]);

/**
 * `find` and `get` take a reference for the thread; `get` makes an entry that is missing: `over` says through what it
 * sends, `private` or a reference of the thread's to an entry it found; an `uncached` entry is always made, never
 * found, and released at the thread's end. `pop` exchanges the reference to `eth0/1` for one to its child, named
 * `eth0/1>`. `pop`, `release` and `send` concern the reference that the thread obtained last of that name, and do
 * nothing if there is none.
 */
export const dstOperationSchema = z.discriminatedUnion("kind", [
  z.strictObject({ kind: z.literal("find"), destination }),
  z.strictObject({ kind: z.literal("get"), destination, over: reference.or(z.literal("private")).optional() }),
  z.strictObject({ kind: z.literal("getUncached"), destination }),
  z.strictObject({ kind: z.literal("pop"), reference }),
  z.strictObject({ kind: z.literal("release"), reference }),
  z.strictObject({ kind: z.literal("send"), reference }),
  z.strictObject({ kind: z.literal("drop"), destination }),
  z.strictObject({ kind: z.literal("up"), device }),
  z.strictObject({ kind: z.literal("down"), device }),
  z.strictObject({ kind: z.literal("unregister"), device }),
  z.strictObject({ kind: z.literal("advance"), ticks: z.int().min(0).max(0x7fffffff) }),
]);

export type DstScenarioOperation = z.infer<typeof dstOperationSchema>;

const DESTINATIONS = ["eth0/1", "eth0/2", "ib0/1", "veth1/1", "none/1"] as const;
const REFERENCES = [...DESTINATIONS, "eth0/1>", "ib0/1>"] as const;

const someDestination = fc.constantFrom(...DESTINATIONS);
const someReference = fc.constantFrom(...REFERENCES);
const someDevice = fc.constantFrom("eth0" as const, "ib0" as const, "veth1" as const);

/** For generated scenarios: few destinations, so that threads meet. */
export const dstOperations: fc.Arbitrary<DstScenarioOperation> = fc.oneof(
  { weight: 2, arbitrary: fc.record({ kind: fc.constant("find" as const), destination: someDestination }) },
  { weight: 6, arbitrary: fc.record({ kind: fc.constant("get" as const), destination: someDestination }) },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant("get" as const),
      destination: someDestination,
      over: fc.constantFrom("private", ...DESTINATIONS),
    }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("getUncached" as const), destination: someDestination }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant("pop" as const), reference: someReference }) },
  { weight: 5, arbitrary: fc.record({ kind: fc.constant("release" as const), reference: someReference }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant("send" as const), reference: someReference }) },
  { weight: 5, arbitrary: fc.record({ kind: fc.constant("drop" as const), destination: someDestination }) },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constantFrom("up" as const, "down" as const, "unregister" as const),
      device: someDevice,
    }),
  },
  { weight: 4, arbitrary: fc.record({ kind: fc.constant("advance" as const), ticks: fc.constantFrom(1, 5, 60) }) },
);

export function dstCallOf(operation: DstScenarioOperation): DstCall {
  switch (operation.kind) {
    case "find":
    case "drop":
      return { kind: operation.kind, name: operation.destination, key: keyOf(operation.destination) };
    case "get": {
      const { destination, over } = operation;
      const through = over === undefined ? "nothing" : over === "private" ? "private" : { name: over };
      return { kind: "get", name: destination, key: keyOf(destination), device: deviceOf(destination), over: through };
    }
    case "getUncached":
      return {
        kind: "getUncached",
        name: operation.destination,
        key: keyOf(operation.destination),
        device: deviceOf(operation.destination),
      };
    case "pop":
    case "release":
    case "send":
      return { kind: operation.kind, name: operation.reference };
    case "up":
    case "down":
    case "unregister":
      return { kind: operation.kind, name: operation.device, device: deviceOf(operation.device) };
    case "advance":
      return operation;
  }
}

/** The number of the device before the `/`, from 1; 0 for none. */
function deviceOf(text: string): number {
  const [name] = text.split("/");
  return DST_DEVICES.findIndex((one) => one.name === name) + 1;
}

function keyOf(text: string): number {
  return deviceOf(text) * NUMBERS + Number(text.slice(text.indexOf("/") + 1));
}
