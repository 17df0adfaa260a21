/**
 * Stress on real threads: rounds in which all threads put load on one pool, and after each a check whether their
 * results and the final memory can be right.
 *
 * Three kinds of rounds take turns: a pool that keeps everything, where each result has one explanation; one that
 * collects whatever nobody holds and has little memory, so that memory is reused as soon as possible; and one whose
 * peers are hidden now and then, of which only the final memory is checked. They come with addresses of both families,
 * and in two variants: the library as built, and with delays before some accesses (delayed-atomics.ts), which widen
 * windows of nanoseconds and expose a sleeper that is never woken. A round's history is checked address by address and
 * then forgotten, so any time takes bounded memory.
 *
 * Not covered: the host decides the schedules, so a run finds what happens often enough, and finding nothing proves
 * nothing.
 */
import { rmSync } from "node:fs";
import { join } from "node:path";
import { Worker } from "node:worker_threads";
import { Random } from "#properties/random.ts";
import type { PoolLayout } from "#impl/native/pool-buffer.ts";
import { buildDelayedLibrary, buildLibrary, REST_ENTRY } from "./build-library.ts";
import { LIBRARY_ENTRY } from "./library-entry.ts";
import { checkEmptied, checkHead, checkHistories, type StressViolation } from "./check-round.ts";
import type { AddressFamily } from "#model/peers/peer-address.ts";
import { ENTRY_WORDS, HELD_MAX, stressAddress } from "./stress-log.ts";
import type { StressReport, StressRound, StressWorkerData } from "./stress-worker.ts";
import type { Library } from "./translated.ts";

export interface StressOptions {
  readonly threads: number;
  readonly seed: number;
  /** Operations of each thread in a round. */
  readonly operations: number;
  /** Folder for the built library. */
  readonly out: string;
  /** Sources that replace files, by path from the root: a patch. */
  readonly sources?: ReadonlyMap<string, string>;
  /** Counted from the first round; the round running at its end is the last, and at least one runs. */
  readonly milliseconds: number;
  /** Called before each round. */
  shouldStop(): boolean;
  /** Hears of each round. */
  readonly onRound?: (progress: StressProgress) => void;
  /** Milliseconds after which a thread that has not returned counts as stuck. */
  readonly stuckMs?: number;
}

export interface StressProgress {
  readonly milliseconds: number;
  readonly rounds: number;
  readonly operations: number;
}

export interface StressResult extends StressProgress {
  readonly violation?: StressViolation & {
    readonly round: number;
    readonly kind: RoundKind["name"];
    readonly delayed: boolean;
  };
}

/** The settings of a round's pool. */
interface RoundKind {
  readonly name: "keeps" | "collects" | "invalidates";
  /** The capacity comes on top of the peers that threads may hold. */
  readonly pool: {
    readonly capacity: number;
    readonly threshold: number;
    readonly ttlMinMs: number;
    readonly ttlMaxMs: number;
    readonly gcDelayMs: number;
  };
  readonly addresses: number;
}

/** A kind of round, with addresses of a family, on the library with or without delays. */
interface Round {
  readonly kind: RoundKind;
  readonly family: AddressFamily;
  readonly delayed: boolean;
}

const KEPT_MS = 600_000;

// Few addresses, so that threads collide.
const keeps: RoundKind = {
  name: "keeps",
  pool: { capacity: 400, threshold: 400, ttlMinMs: KEPT_MS, ttlMaxMs: KEPT_MS, gcDelayMs: 1 },
  addresses: 12,
};
const collects: RoundKind = {
  name: "collects",
  pool: { capacity: 4, threshold: 0, ttlMinMs: 0, ttlMaxMs: 0, gcDelayMs: 1 },
  addresses: 24,
};
const invalidates: RoundKind = {
  name: "invalidates",
  pool: { capacity: 400, threshold: 10, ttlMinMs: 0, ttlMaxMs: 1, gcDelayMs: 1 },
  addresses: 24,
};

// Delays find most if memory is reused at once.
const ROUNDS: readonly Round[] = [
  { kind: keeps, family: "v4", delayed: false },
  { kind: collects, family: "v4", delayed: false },
  { kind: invalidates, family: "v6", delayed: false },
  { kind: collects, family: "v6", delayed: true },
  { kind: keeps, family: "v6", delayed: true },
  { kind: collects, family: "v4", delayed: true },
  { kind: invalidates, family: "v4", delayed: true },
];

/** Longest a round may take before its threads count as stuck. */
const STUCK_MS = 60_000;

/** Runs rounds until the time is over, it is told to stop, or a violation is found. */
export async function runStress(options: StressOptions): Promise<StressResult> {
  const built = buildLibrary(join(options.out, "plain"), options.sources);
  const delayedLibrary = buildDelayedLibrary(join(options.out, "delayed"), options.sources);
  const { createPeerPool } = (await import(built.urlOf(LIBRARY_ENTRY))) as Library;
  const { layoutOf } = (await import(built.urlOf("impl/native/pool-buffer.ts"))) as {
    layoutOf(buffer: SharedArrayBuffer): PoolLayout;
  };
  const { checkAtRest } = (await import(built.urlOf(REST_ENTRY))) as Pick<
    typeof import("./check-at-rest.ts"),
    "checkAtRest"
  >;
  const random = new Random(options.seed);
  const stamps = new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT);
  // References that a thread still holds at the end of a round are released, which is logged too.
  const logBytes = (options.operations + 16) * ENTRY_WORDS * Int32Array.BYTES_PER_ELEMENT;
  const threads = Array.from({ length: options.threads }, () =>
    startThread({
      library: built.urlOf(LIBRARY_ENTRY),
      delayedLibrary: delayedLibrary.urlOf(LIBRARY_ENTRY),
      layout: built.urlOf("impl/peers/layout.ts"),
      poolBuffer: built.urlOf("impl/native/pool-buffer.ts"),
      stamps,
      log: new SharedArrayBuffer(logBytes),
    }),
  );
  let progress: StressProgress = { milliseconds: 0, rounds: 0, operations: 0 };
  const start = performance.now();
  try {
    for (const { kind, family, delayed } of inTurn(ROUNDS)) {
      if (options.shouldStop() || (progress.rounds > 0 && progress.milliseconds >= options.milliseconds)) break;
      const pool = createPeerPool({ ...kind.pool, capacity: kind.pool.capacity + HELD_MAX * options.threads });
      const layout = layoutOf(pool.buffer);
      const {
        pool: { firstIdentifier },
      } = layout;
      new Int32Array(stamps)[0] = 0;
      const round = {
        buffer: pool.buffer,
        operations: options.operations,
        addresses: kind.addresses,
        invalidates: kind.name === "invalidates",
        family,
        delayed,
      };
      const reports = await Promise.all(
        threads.map((thread) => thread.perform({ ...round, seed: random.next() }, options.stuckMs ?? STUCK_MS)),
      );
      const wrong = reports.find((report) => report.wrong !== undefined)?.wrong;
      const violation =
        wrong ??
        checkHead(() => layoutOf(pool.buffer)) ??
        checkAtRest(layout) ??
        (await checkEmptied(pool)) ??
        checkHistories({
          logs: threads.map(({ log }, index) =>
            new Int32Array(log).subarray(0, (reports[index]?.entries ?? 0) * ENTRY_WORDS),
          ),
          addresses: kind.addresses,
          collects: kind.name !== "keeps",
          firstIdentifier: (address) => firstIdentifier({ family, words: [stressAddress(family, address)].flat() }),
        });
      pool.detach();
      progress = {
        milliseconds: performance.now() - start,
        rounds: progress.rounds + 1,
        operations: progress.operations + options.threads * options.operations,
      };
      options.onRound?.(progress);
      if (violation !== undefined)
        return { ...progress, violation: { ...violation, round: progress.rounds, kind: kind.name, delayed } };
    }
    return progress;
  } finally {
    await Promise.all(threads.map(({ worker }) => worker.terminate()));
    rmSync(options.out, { recursive: true, force: true });
  }
}

/** One after the other, endlessly. */
function* inTurn<T>(all: readonly T[]): Generator<T> {
  for (;;) yield* all;
}

interface StressThread {
  readonly worker: Worker;
  readonly log: SharedArrayBuffer;
  perform(round: StressRound, stuckMs: number): Promise<StressReport>;
}

function startThread(data: StressWorkerData): StressThread {
  const worker = new Worker(new URL("./stress-worker.ts", import.meta.url), { workerData: data });
  worker.setMaxListeners(0);
  return {
    worker,
    log: data.log,
    perform: (round, stuckMs) =>
      new Promise((resolve, reject) => {
        const timer = setTimeout(
          () =>
            resolve({
              entries: 0,
              wrong: { property: "progress", because: "a thread does not come back: it waits, or runs, for ever" },
            }),
          stuckMs,
        );
        const done = (settle: () => void): void => {
          clearTimeout(timer);
          worker.off("message", onMessage).off("error", onError);
          settle();
        };
        const onMessage = (report: StressReport): void => done(() => resolve(report));
        const onError = (error: Error): void => done(() => reject(error));
        worker.once("message", onMessage).once("error", onError).postMessage(round);
      }),
  };
}
