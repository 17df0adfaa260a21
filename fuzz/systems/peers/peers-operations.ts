/** What may be asked of peer pools in a scenario, as data, and the calls that it means. */
import { z } from "zod";
import { type PeerAddress, peerAddress } from "#model/peers/peer-address.ts";
import type { PeersCall } from "#properties/peers/peers-history.ts";

export const ticks = z.int().min(0).max(0x7fffffff);

const anyAddress = z.string().regex(/^v[46]\/\d{1,9}$/, 'must be "v4/" or "v6/" and a number, such as "v4/20"');
const v4Address = z.string().regex(/^v4\/\d{1,9}$/, 'must be "v4/" and a number, such as "v4/20"');

const advance = z.strictObject({ kind: z.literal("advance"), ticks });

export const peersOperationSchema = z.discriminatedUnion("kind", [
  z.strictObject({ kind: z.literal("get"), address: anyAddress, create: z.boolean() }),
  z.strictObject({ kind: z.literal("put"), address: anyAddress }),
  z.strictObject({ kind: z.literal("allow"), address: anyAddress, timeout: ticks }),
  z.strictObject({ kind: z.literal("nextIdentifier"), address: anyAddress, more: z.int().min(0).max(0xffff) }),
  z.strictObject({ kind: z.literal("invalidate"), family: z.enum(["v4", "v6"]) }),
  advance,
]);

/** The pools of 2010 have one family, no rate limiter, and are never thrown away. */
export const listedPeersOperationSchema = z.discriminatedUnion("kind", [
  z.strictObject({ kind: z.literal("get"), address: v4Address, create: z.boolean() }),
  z.strictObject({ kind: z.literal("put"), address: v4Address }),
  z.strictObject({ kind: z.literal("nextIdentifier"), address: v4Address, more: z.int().min(0).max(0xffff) }),
  advance,
]);

/**
 * `get` takes a reference, for the thread, to the peer at an address; `put`, `allow` and `nextIdentifier` concern the
 * reference that the thread obtained last of those to the address that it still holds, and do nothing if there is none.
 */
export type PeersScenarioOperation = z.infer<typeof peersOperationSchema>;

/** As {@link PeersScenarioOperation}, of the pools of 2010. */
export type ListedPeersOperation = z.infer<typeof listedPeersOperationSchema>;

export function callOf(operation: PeersScenarioOperation): PeersCall {
  switch (operation.kind) {
    case "get":
      return {
        kind: "get",
        name: operation.address,
        address: parseAddress(operation.address),
        create: operation.create,
      };
    case "put":
      return { kind: "put", name: operation.address };
    case "allow":
      return { kind: "allow", name: operation.address, timeout: operation.timeout };
    case "nextIdentifier":
      return { kind: "nextIdentifier", name: operation.address, more: operation.more };
    case "invalidate":
    case "advance":
      return operation;
  }
}

/**
 * `v4/20` is the one word 20; `v6/n` are four words that differ in the third and last, so that comparing takes all
 * four.
 */
export function parseAddress(text: string): PeerAddress {
  const number = Number(text.slice(3));
  return text.startsWith("v4/")
    ? peerAddress("v4", [number])
    : peerAddress("v6", [0xfd000000, 0, number >>> 1, number & 1]);
}
