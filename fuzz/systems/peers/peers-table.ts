/**
 * The operations of peer pools of all generations.
 *
 * `get` takes a reference, for the thread, to the peer at an address; `put`, `allow` and `nextIdentifier` act on the
 * most recent reference to the address that the thread still holds.
 */
import * as fc from "fast-check";
import { z } from "zod";
import type { Access, Address } from "#impl/memory/access.ts";
import { nextIdentifier } from "#impl/peers/identifier.ts";
import { invalidateTree } from "#impl/peers/invalidate.ts";
import type { ListedPool } from "#impl/peers/listed-pool.ts";
import type { PeerPool } from "#impl/peers/pool.ts";
import type { PeerStore } from "#impl/peers/store.ts";
import { allowPeer } from "#impl/peers/token-bucket.ts";
import { advanceClock, type Clock } from "#impl/sync/jiffies.ts";
import { type PeerAddress, peerAddress } from "#model/peers/peer-address.ts";
import { createPeersModel, type PeersOperation, type PeersSpecification } from "#model/peers/peers.ts";
import { argument, parsedArgument } from "../operation-arguments.ts";
import { operation, type OperationOf } from "../operation-table.ts";
import type { Plan } from "../system-definition.ts";

/** A pool in memory, with the procedures that differ between generations. */
export interface PlacedPeers<Pool extends PeerStore = PeerStore> {
  readonly pool: Pool;
  readonly clock: Clock;
  findPeer(pool: Pool, address: PeerAddress): Access<Address>;
  getPeer(pool: Pool, address: PeerAddress): Access<Address>;
  /** Returns the time recorded as the peer's last use, or 0 if none is recorded. */
  putPeer(pool: Pool, peer: Address): Access<number>;
}

export const ticks = z.int().min(0).max(0x7fffffff);

/** The address that an operation names. */
export interface NamedAddress {
  readonly name: string;
  readonly address: PeerAddress;
}

const V4_FEW = ["v4/10", "v4/20", "v4/30", "v4/40"];

/** All bits and none, the sign bit alone and all but it, and enough others for deep trees. */
const v4Interesting = fc.oneof(
  fc.constantFrom("v4/0", "v4/1", "v4/2147483647", "v4/2147483648", "v4/4294967295"),
  fc.integer({ min: 0, max: 60 }).map((number) => `v4/${number}`),
);

/** Addresses equal except for one word, any of them, with the sign bit and without. */
const v6Interesting = fc.oneof(
  fc.constantFrom("v6/0:0:0:0", "v6/ffffffff:ffffffff:ffffffff:ffffffff"),
  fc.tuple(fc.nat(3), fc.constantFrom("0", "1", "7fffffff", "80000000", "ffffffff")).map(([place, word]) => {
    const words = ["fd000000", "0", "0", "0"];
    words[place] = word;
    return `v6/${words.join(":")}`;
  }),
);

const anyAddress = addressArgument(
  /^(v[46]\/\d{1,10}|v6(?:[/:][0-9a-f]{1,8}){4})$/,
  '"v4/" or "v6/"',
  [...V4_FEW, "v6/1", "v6/2"],
  fc.oneof({ weight: 2, arbitrary: v4Interesting }, { weight: 1, arbitrary: v6Interesting }),
);

const v4Address = addressArgument(/^v4\/\d{1,10}$/, '"v4/"', V4_FEW, v4Interesting);

function addressArgument(
  pattern: RegExp,
  families: string,
  values: readonly string[],
  interesting: fc.Arbitrary<string>,
) {
  const schema = z
    .string()
    .regex(pattern, `must be ${families} and a number, such as "v4/20"`)
    .refine((text) => text.includes(":") || Number(text.slice(3)) <= 0xffffffff, "must be at most 4294967295");
  return parsedArgument(schema, fc.constantFrom(...values), namedAddress, interesting);
}

function namedAddress(name: string): NamedAddress {
  return { name, address: parseAddress(name) };
}

/** The rows common to all generations. */
function peersRows<Pool extends PeerStore>(address: typeof anyAddress) {
  return {
    get: operation({
      weight: 6,
      arguments: { address, create: argument(z.boolean(), fc.boolean()) },
      returns: "object",
      gives: (values) => values.address.name,
      run: ({ pool, findPeer, getPeer }: PlacedPeers<Pool>, { address: { address: sought }, create: creates }) =>
        creates ? getPeer(pool, sought) : findPeer(pool, sought),
      model: (values): PeersOperation => ({ kind: "get", address: values.address.address, create: values.create }),
    }),
    put: operation({
      weight: 5,
      arguments: { address },
      takes: (values) => values.address.name,
      consumes: true,
      run: ({ pool, putPeer }: PlacedPeers<Pool>, _values, { taken }) => putPeer(pool, taken),
      model: (_values, { identity }): PeersOperation => ({ kind: "put", identity }),
    }),
    nextIdentifier: operation({
      arguments: {
        address,
        more: argument(
          z.int().min(0).max(0xffff),
          fc.constantFrom(0, 3),
          fc.constantFrom(0, 1, 0x7fff, 0xfffe, 0xffff),
        ),
      },
      takes: (values) => values.address.name,
      run: (_placed: PlacedPeers<Pool>, { more }, { taken }) => nextIdentifier(taken, more),
      model: ({ more }, { identity }): PeersOperation => ({ kind: "nextIdentifier", identity, more }),
    }),
    advance: operation({
      weight: 2,
      arguments: {
        ticks: argument(ticks, fc.constantFrom(1, 5, 90, 150), fc.constantFrom(0, 1, 9, 10, 11, 99, 100, 101, 1_000)),
      },
      run: ({ clock }: PlacedPeers<Pool>, values) => advanceClock(clock, values.ticks),
    }),
  };
}

export const peersOperations = {
  ...peersRows<PeerPool>(anyAddress),
  allow: operation({
    arguments: {
      address: anyAddress,
      timeout: argument(ticks, fc.constantFrom(0, 3, 10), fc.constantFrom(0, 1, 2, 9, 10)),
    },
    takes: ({ address }) => address.name,
    run: ({ pool }: PlacedPeers<PeerPool>, { timeout }, { taken }) => allowPeer(pool, taken, timeout),
    model: ({ timeout }, { identity }): PeersOperation => ({ kind: "allow", identity, timeout }),
  }),
  invalidate: operation({
    arguments: { family: argument(z.enum(["v4", "v6"]), fc.constantFrom("v4", "v6")) },
    returns: "nothing",
    run: ({ pool }: PlacedPeers<PeerPool>, { family }) => invalidateTree(pool, family),
  }),
};

export type PeersScenarioOperation = OperationOf<typeof peersOperations>;

/** The pools of 2010 have one family, no rate limiter, and are never invalidated. */
export const listedPeersOperations = peersRows<ListedPool>(v4Address);

export type ListedPeersOperation = OperationOf<typeof listedPeersOperations>;

export const create = (address: string) => ({ kind: "get" as const, address, create: true });
export const find = (address: string) => ({ kind: "get" as const, address, create: false });
export const put = (address: string) => ({ kind: "put" as const, address });
export const nextIdentifiers = (address: string, more: number) => ({ kind: "nextIdentifier" as const, address, more });
export const advance = (count: number) => ({ kind: "advance" as const, ticks: count });

/**
 * `v4/20` is the single word 20; `v6/n` are four words that differ in the third and last, so that comparisons read all
 * four; `v6/fd000000:0:0:1` gives four words explicitly.
 */
export function parseAddress(text: string): PeerAddress {
  if (text.includes(":"))
    return peerAddress(
      "v6",
      text
        .slice(3)
        .split(":")
        .map((word) => Number.parseInt(word, 16)),
    );
  const number = Number(text.slice(3));
  return text.startsWith("v4/")
    ? peerAddress("v4", [number])
    : peerAddress("v6", [0xfd000000, 0, number >>> 1, number & 1]);
}

type PeersPlan = Plan<{ readonly kind: string; readonly create?: boolean }, { readonly peersMax: number }>;

/** Number of peers that the operations may create. */
export function creationsOf({ operations }: PeersPlan): number {
  return operations.filter((one) => one.kind === "get" && one.create === true).length;
}

/** Capacity for peers: as many as the scenario may create, unless it sets a limit. */
export function peersMaxOf(plan: PeersPlan): number {
  return plan.limits.peersMax === 0 ? Math.max(creationsOf(plan), 1) : plan.limits.peersMax;
}

/** The model, and the source of objects, of the pools of all generations. */
export function peersModel(
  { pool }: PlacedPeers,
  plan: PeersPlan,
  specification: Omit<PeersSpecification, "identitiesMax" | "allocationMayFail" | "firstIdentifier">,
) {
  const creations = creationsOf(plan);
  return createPeersModel({
    ...specification,
    identitiesMax: creations,
    allocationMayFail: peersMaxOf(plan) < creations,
    firstIdentifier: pool.firstIdentifier,
  });
}

/** Releases all references, as often as they may have been taken. */
export function putsOf<Operation extends { readonly kind: string }>(operations: readonly Operation[]) {
  return operations.flatMap((one) =>
    one.kind === "get" && "address" in one && typeof one.address === "string" ? [put(one.address)] : [],
  );
}
