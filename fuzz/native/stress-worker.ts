/** A thread of a stress run: hammers the pool for a round whenever it is told to, and writes down what it was answered. */
import { parentPort, workerData } from "node:worker_threads";
import { Random } from "#fuzz/random.ts";
import { wordAt } from "#impl/memory/word.ts";
import type { Peer as PeerStruct } from "#impl/peers/layout.ts";
import { ENTRY_WORDS, LOGGED, type Logged, moreOf } from "./stress-log.ts";
import type { Library } from "./translated.ts";

/** What a thread is given at its start. */
export interface StressWorkerData {
  /** URLs of the library and of the layout of its peers. */
  readonly library: string;
  readonly layout: string;
  /** One word, from which all threads draw stamps. */
  readonly stamps: SharedArrayBuffer;
  readonly log: SharedArrayBuffer;
}

/** What a thread is told for each round. */
export interface StressRound {
  readonly buffer: SharedArrayBuffer;
  readonly seed: number;
  readonly operations: number;
  readonly addresses: number;
  /** Hide all peers now and then. Nothing is written down then: what an address answers depends on the others. */
  readonly invalidates: boolean;
}

/** What it answers. */
export interface StressReport {
  readonly entries: number;
  /** What was seen to be wrong at once. */
  readonly wrong?: string;
}

/** References that a thread holds at a time. */
const HELD_MAX = 4;

const { library, layout, stamps, log } = workerData as StressWorkerData;
const { attachPeerPool } = (await import(library)) as Library;
const { Peer } = (await import(layout)) as { readonly Peer: typeof PeerStruct };
const stamp = new Int32Array(stamps);
const entries = new Int32Array(log);

parentPort?.on("message", (round: StressRound) => parentPort?.postMessage(perform(round)));

function perform({ buffer, seed, operations, addresses, invalidates }: StressRound): StressReport {
  const pool = attachPeerPool(buffer);
  const words = new Int32Array(buffer);
  const random = new Random(seed);
  const held: { readonly address: number; readonly reference: number }[] = [];
  let count = 0;

  function logged(kind: Logged, address: number, reference: number, act: () => number): number {
    const at = count * ENTRY_WORDS;
    const invokedAt = Atomics.add(stamp, 0, 1);
    const response = act();
    const respondedAt = Atomics.add(stamp, 0, 1);
    if (!invalidates) {
      entries.set([kind, address, reference, response, invokedAt, respondedAt], at);
      count++;
    }
    return response;
  }

  function get(): string | undefined {
    // The lower addresses more often: threads should meet.
    const address = Math.floor(random.fraction() ** 2 * addresses);
    const create = random.below(3) > 0;
    const reference = logged(create ? LOGGED.create : LOGGED.find, address, 0, () => acquire(address, create));
    if (reference === 0) return undefined;
    held.push({ address, reference });
    const found = wordAt(words, Peer.address(reference));
    return found === address ? undefined : `a peer that was found at address ${address} has address ${found}, while it is held`;
  }

  function acquire(address: number, create: boolean): number {
    try {
      return pool.acquire(address, create);
    } catch (error) {
      if (error instanceof Error && "code" in error && error.code === "ERR_POOL_FULL") return 0;
      throw error;
    }
  }

  function put(): void {
    const [one] = held.splice(random.below(held.length), 1);
    if (one === undefined) return;
    logged(LOGGED.put, one.address, one.reference, () => {
      pool.release(one.reference);
      return 0;
    });
  }

  function draw(): void {
    const one = held[random.below(held.length)];
    if (one !== undefined) logged(LOGGED.nextId, one.address, one.reference, () => pool.nextId(one.reference, moreOf(one.address)));
  }

  try {
    for (let operation = 0; operation < operations; operation++) {
      const kind = random.below(10);
      let wrong: string | undefined;
      if (held.length === 0 || (kind < 5 && held.length < HELD_MAX)) wrong = get();
      else if (kind < 8) put();
      else draw();
      if (wrong !== undefined) return { entries: count, wrong };
      if (invalidates && random.below(500) === 0) pool.invalidate("v4");
    }
    while (held.length > 0) put();
  } catch (error) {
    return { entries: count, wrong: `an operation throws ${String(error)}` };
  } finally {
    pool.detach();
  }
  return { entries: count };
}
