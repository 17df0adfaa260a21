/**
 * The scope of certificates of the peer pools.
 *
 * Key k is the address v4/10·(k+1), so that there is room for other peers below, between and above. The initial trees
 * are every AVL shape of up to three of the keys, and every shape of four peers: the keys 0 to 2 and one additional
 * peer.
 */
import type { SmallScope } from "../small-scope.ts";
import type { ListedPeersOperation, PeersScenarioOperation } from "./peers-table.ts";

/** Longer than any idle peer is kept. */
const EXPIRY_TICKS = 150;

/** Insertion orders of up to three of the keys 0 to 2 that give each AVL shape over each subset exactly once. */
const TREES: readonly (readonly number[])[] = [
  [],
  [10],
  [20],
  [30],
  [10, 20],
  [20, 10],
  [10, 30],
  [30, 10],
  [20, 30],
  [30, 20],
  [20, 10, 30],
];

/** Shapes of four peers: the fourth hangs below one of the two lower ones, on either side. */
const TREES_OF_FOUR: readonly (readonly number[])[] = [5, 15, 25, 35].map((fourth) => [20, 10, 30, fourth]);

export const peersSmallScope: SmallScope<PeersScenarioOperation> = {
  operationsOn,
  otherOperations: [
    { kind: "advance", ticks: EXPIRY_TICKS },
    { kind: "invalidate", family: "v4" },
  ],
  initialContents,
  sizes: [
    { threads: 2, operations: 2, keys: 3 },
    { threads: 3, operations: 1, keys: 3 },
  ],
};

/** The pools of 2010. The insertion order is that of the unused list; with three peers the pool is full. */
const listedPeersSmallScope: SmallScope<ListedPeersOperation> = {
  operationsOn,
  otherOperations: [{ kind: "advance", ticks: EXPIRY_TICKS }],
  initialContents,
  limits: { threshold: 3 },
};

const ONE_EACH_IN_EVERY_TREE = { threads: 2, operations: 1, keys: 3 };

/** Before the conversion each operation changes three words that all others change, so two per thread take hours. */
export const peersRwlockSmallScope: SmallScope<ListedPeersOperation> = {
  ...listedPeersSmallScope,
  sizes: [ONE_EACH_IN_EVERY_TREE],
};

export const peersRcuListSmallScope: SmallScope<ListedPeersOperation> = {
  ...listedPeersSmallScope,
  sizes: [{ threads: 2, operations: 2, keys: 1 }, ONE_EACH_IN_EVERY_TREE],
};

/** Taking and releasing a peer: the operations common to the pools of all generations. */
type KeyOperation = Extract<ListedPeersOperation, { readonly kind: "get" | "put" }>;

function operationsOn(key: number): readonly KeyOperation[] {
  const address = addressOf(10 * (key + 1));
  return [
    { kind: "get", address, create: true },
    { kind: "get", address, create: false },
    { kind: "put", address },
  ];
}

function initialContents(keys: number): readonly (readonly KeyOperation[])[] {
  const within = TREES.filter((tree) => tree.every((number) => number <= 10 * keys));
  return [...within, ...(keys < 3 ? [] : TREES_OF_FOUR)].map((tree) => tree.flatMap(insertion));
}

function addressOf(number: number): string {
  return `v4/${number}`;
}

/** Creates a peer that no thread holds. */
function insertion(number: number): readonly KeyOperation[] {
  const address = addressOf(number);
  return [
    { kind: "get", address, create: true },
    { kind: "put", address },
  ];
}
