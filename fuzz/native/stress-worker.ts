/**
 * A thread of a stress run: puts load on the pool for a round on request, and logs the results.
 */
import { parentPort, workerData } from "node:worker_threads";
import { Random } from "#properties/random.ts";
import { wordAt } from "#impl/memory/word.ts";
import type { layoutOf as layoutOfBuffer } from "#impl/native/pool-buffer.ts";
import type { AddressFamily } from "#model/peers/peer-address.ts";
import type { addressWord as addressWordOf } from "#impl/peers/layout.ts";
import { NotWokenError, seedDelays } from "./delayed-atomics.ts";
import { ENTRY_WORDS, HELD_MAX, LOGGED, type Logged, moreOf, stressAddress } from "./stress-log.ts";
import type { Library } from "./translated.ts";

/** A thread's initial data. */
export interface StressWorkerData {
  /** URLs of the library, of the layout of its peers, and of the module that reads a buffer. */
  readonly library: string;
  readonly delayedLibrary: string;
  readonly layout: string;
  readonly poolBuffer: string;
  /** One word from which all threads draw stamps. */
  readonly stamps: SharedArrayBuffer;
  readonly log: SharedArrayBuffer;
}

/** The message that starts a round. */
export interface StressRound {
  readonly buffer: SharedArrayBuffer;
  readonly seed: number;
  readonly operations: number;
  readonly addresses: number;
  /** Hide all peers now and then. Nothing is logged then: the result at an address depends on the others. */
  readonly invalidates: boolean;
  readonly family: AddressFamily;
  /** Use the library with delays. */
  readonly delayed: boolean;
}

interface Wrong {
  readonly property: "answer" | "memory-safety" | "progress";
  readonly because: string;
}

/** The thread's reply. */
export interface StressReport {
  readonly entries: number;
  /** A violation that was seen at once. */
  readonly wrong?: Wrong;
}

/** Mean number of operations between two long looks at a peer, and their longest duration. */
const OPERATIONS_A_LOOK = 400;
const LOOK_MAX_MS = 2;

/** Mean number of operations in a turn of the event loop, with delays: at its end, a thread goes offline. */
const OPERATIONS_A_TURN = 4;

const { library, delayedLibrary, layout, poolBuffer, stamps, log } = workerData as StressWorkerData;
const asBuilt = (await import(library)) as Library;
const withDelays = (await import(delayedLibrary)) as Library;
const { addressWord } = (await import(layout)) as { readonly addressWord: typeof addressWordOf };
const { layoutOf } = (await import(poolBuffer)) as { readonly layoutOf: typeof layoutOfBuffer };
const stamp = new Int32Array(stamps);
/** A word private to this thread, to sleep on. */
const own = new Int32Array(new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT));
const entries = new Int32Array(log);

parentPort?.on(
  "message",
  (round: StressRound) => void perform(round).then((report) => parentPort?.postMessage(report)),
);

async function perform({
  buffer,
  seed,
  operations,
  addresses,
  invalidates,
  family,
  delayed,
}: StressRound): Promise<StressReport> {
  seedDelays(seed);
  const { attachPeerPool } = delayed ? withDelays : asBuilt;
  const pool = attachPeerPool(buffer);
  const words = new Int32Array(buffer);
  const { pool: places } = layoutOf(buffer);
  const { root } = places[family];
  const lastWord = family === "v4" ? 0 : 3;
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

  function get(): Wrong | undefined {
    // A held peer exists, whatever the others do to the tree. Of the rest, lower ones come more often: threads should
    // collide.
    const sure = random.below(4) === 0 ? held[random.below(held.length)] : undefined;
    const address = sure?.address ?? Math.floor(random.fraction() ** 2 * addresses);
    const create = sure === undefined && random.below(3) > 0;
    const reference = logged(create ? LOGGED.create : LOGGED.find, address, 0, () => acquire(address, create));
    if (reference === 0) return undefined;
    held.push({ address, reference });
    const found = wordAt(words, addressWord(reference, lastWord));
    return found === address
      ? undefined
      : {
          property: "answer",
          because: `a peer that was found at address ${address} has address ${found}, while it is held`,
        };
  }

  /**
   * This thread is online since its last operation: what it sees in the tree now is not reused before its next one.
   */
  function lookForLong(): Wrong | undefined {
    pool.stats();
    const peer = Atomics.load(words, root);
    if (peer === places.empty) return undefined;
    const address = wordAt(words, addressWord(peer, lastWord));
    Atomics.wait(own, 0, 0, random.fraction() * LOOK_MAX_MS);
    const now = Atomics.load(words, addressWord(peer, lastWord));
    return now === address
      ? undefined
      : {
          property: "memory-safety",
          because:
            `the memory of the peer at address ${address} is used again, and says ${now} there, while ` +
            "this thread looks at it",
        };
  }

  function acquire(address: number, create: boolean): number {
    try {
      return pool.acquire(stressAddress(family, address), create);
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
    if (one !== undefined)
      logged(LOGGED.nextId, one.address, one.reference, () => pool.nextId(one.reference, moreOf(one.address)));
  }

  try {
    for (let operation = 0; operation < operations; operation++) {
      // With delays, a thread is more often at the start of a section: it comes online again.
      if (delayed && random.below(OPERATIONS_A_TURN) === 0) await Promise.resolve();
      const kind = random.below(10);
      let wrong: Wrong | undefined;
      if (random.below(OPERATIONS_A_LOOK) === 0) wrong = lookForLong();
      else if (held.length === 0 || (kind < 5 && held.length < HELD_MAX)) wrong = get();
      else if (kind < 8) put();
      else draw();
      if (wrong !== undefined) return { entries: count, wrong };
      if (invalidates && random.below(500) === 0) pool.invalidate(family);
    }
    while (held.length > 0) put();
  } catch (error) {
    const property = error instanceof NotWokenError ? "progress" : "answer";
    return { entries: count, wrong: { property, because: `an operation throws ${String(error)}` } };
  } finally {
    pool.detach();
  }
  return { entries: count };
}
