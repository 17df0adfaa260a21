/** The contenders, by name: each is created in its own thread, which does nothing else. */
import { LRUCache } from "lru-cache";
import { RateLimiterMemory } from "rate-limiter-flexible";
import sortedBtree from "sorted-btree";
import type { Library, LibraryPool } from "#fuzz/native/translated.ts";
import { distinctAddresses, smallAddresses, textOf, uniformOrder, zipfOrder } from "./keys.ts";

/** Operations of one batch: about a millisecond, short enough that the median batch is not interrupted. */
export const BATCH = 2_000;

const ORDER_LENGTH = 1 << 18;

/** Sets of addresses. */
export type Addresses = "all" | "small" | "sorted" | "colliding";

export interface Load {
  readonly operation: "get + put" | "create" | "mixed" | "limit";
  readonly addresses: Addresses;
  readonly count: number;
  readonly law: "uniform" | "zipf";
}

/** The measured work: the next `BATCH` operations of a long list, and their preparation. */
export interface Batch {
  perform(): void | Promise<void>;
  prepare(): void;
}

/** @param libraries URLs of builds of the library: a contender with the name of one uses it */
export async function createBatch(
  contender: string,
  load: Load,
  libraries: Readonly<Record<string, string>>,
): Promise<Batch> {
  const url = libraries[contender];
  const rival = url === undefined ? RIVALS[load.operation]?.[contender] : undefined;
  const perform = url === undefined ? rival?.(load) : ofLibrary((await import(url)) as Library, load);
  if (perform === undefined) throw new RangeError(`nothing called "${contender}" can ${load.operation}`);
  let from = 0;
  const [keys, order] = load.operation === "limit" ? [addressesOf(load), orderOf(load)] : [];
  return {
    prepare() {
      from = (from + BATCH) % (ORDER_LENGTH - BATCH);
      if (keys !== undefined && order !== undefined) makeTexts(keys, order, from);
    },
    perform: () => perform(from),
  };
}

type Perform = (from: number) => void | Promise<void>;

/** The addresses of a load, in order. */
export function addressesOf({ addresses, count }: Load): Uint32Array {
  switch (addresses) {
    case "all":
      return distinctAddresses(count, 1);
    case "small":
      return smallAddresses(count, 1);
    case "sorted":
      return Uint32Array.from({ length: count }, (_, i) => i);
    case "colliding":
      return Uint32Array.from({ length: count }, (_, i) => i << 13); // equal in the low bits, as a table's buckets are
  }
}

function orderOf({ law, count }: Load): Int32Array {
  return (law === "uniform" ? uniformOrder : zipfOrder)(count, ORDER_LENGTH, 2);
}

/** Peers that come and peers that are known, for loads that create. */
function comingAndKnown({ count }: Load): {
  readonly coming: Uint32Array;
  readonly known: Uint32Array;
  readonly order: Int32Array;
} {
  const coming = distinctAddresses(count * 4, 3);
  return { coming, known: coming.subarray(0, count >> 1), order: uniformOrder(count * 4, ORDER_LENGTH, 4) };
}

function ofLibrary({ createPeerPool }: Library, load: Load): Perform {
  const { count, operation } = load;
  if (operation === "create" || operation === "mixed") {
    const { coming, known, order } = comingAndKnown(load);
    const pool = filled(
      createPeerPool({ capacity: Math.ceil(count * 1.25), threshold: count, ttlMinMs: 0 }),
      coming.subarray(0, count),
    );
    const share = operation === "create" ? 1 : 10;
    return (from) => {
      for (let i = from; i < from + BATCH; i++) {
        const at = order[i] as number;
        const create = i % share === 0;
        const peer = pool.acquire((create ? coming[at] : known[at % known.length]) as number, create);
        if (peer !== 0) pool.release(peer);
      }
    };
  }
  const keys = addressesOf(load);
  const order = orderOf(load);
  const pool = filled(createPeerPool({ capacity: Math.ceil(count * 1.25) }), keys);
  if (operation === "limit") {
    return () => {
      for (const text of texts) pool.allowAt(text, 100);
    };
  }
  return (from) => {
    for (let i = from; i < from + BATCH; i++) pool.release(pool.acquire(keys[order[i] as number] as number, false));
  };
}

function filled(pool: LibraryPool, keys: Uint32Array): LibraryPool {
  for (const key of keys) pool.release(pool.acquire(key, true));
  return pool;
}

const texts = Array.from({ length: BATCH }, () => "");

/** Creates each text anew, and in one piece, as a server gets it from a socket. */
function makeTexts(keys: Uint32Array, order: Int32Array, from: number): void {
  for (let i = 0; i < BATCH; i++)
    texts[i] = Buffer.from(textOf(keys[order[from + i] as number] as number)).toString("latin1");
}

const RIVALS: Readonly<Partial<Record<Load["operation"], Readonly<Record<string, (load: Load) => Perform>>>>> = {
  "get + put": {
    Map(load) {
      const keys = addressesOf(load);
      const order = orderOf(load);
      const map = new Map<number, number>();
      for (const key of keys) map.set(key, 0);
      return (from) => {
        for (let i = from; i < from + BATCH; i++) {
          const key = keys[order[i] as number] as number;
          map.set(key, (map.get(key) as number) + 1);
        }
      };
    },
    "lru-cache"(load) {
      const keys = addressesOf(load);
      const order = orderOf(load);
      const cache = new LRUCache<number, { count: number }>({ max: load.count });
      for (const key of keys) cache.set(key, { count: 0 });
      return (from) => {
        for (let i = from; i < from + BATCH; i++) {
          const found = cache.get(keys[order[i] as number] as number);
          if (found !== undefined) found.count++;
        }
      };
    },
    "sorted-btree"(load) {
      const keys = addressesOf(load);
      const order = orderOf(load);
      const tree = new sortedBtree.default<number, number>();
      for (const key of keys) tree.set(key, 0);
      return (from) => {
        for (let i = from; i < from + BATCH; i++) {
          const key = keys[order[i] as number] as number;
          tree.set(key, (tree.get(key) as number) + 1);
        }
      };
    },
  },
  create: {
    "lru-cache"(load) {
      const { coming, order } = comingAndKnown(load);
      const cache = new LRUCache<number, number>({ max: load.count });
      return (from) => {
        for (let i = from; i < from + BATCH; i++) cache.set(coming[order[i] as number] as number, i);
      };
    },
  },
  mixed: {
    "lru-cache"(load) {
      const { coming, known, order } = comingAndKnown(load);
      const cache = new LRUCache<number, number>({ max: load.count });
      for (const key of coming.subarray(0, load.count)) cache.set(key, 0);
      return (from) => {
        for (let i = from; i < from + BATCH; i++) {
          const at = order[i] as number;
          if (i % 10 === 0) cache.set(coming[at] as number, i);
          else cache.get(known[at % known.length] as number);
        }
      };
    },
  },
  limit: {
    "rate-limiter-flexible"() {
      const limiter = new RateLimiterMemory({ points: 6, duration: 1 });
      return async () => {
        for (const text of texts) await limiter.consume(text).catch(() => {});
      };
    },
  },
};
