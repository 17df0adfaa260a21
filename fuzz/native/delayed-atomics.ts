/**
 * `Atomics` for stress: before some accesses the thread spins, before a few it sleeps, so that other threads run
 * between two of its own accesses. A race with a window of a few nanoseconds then happens within seconds. A thread that
 * slept stays slow for a while: many bugs need two delays in one operation.
 *
 * A sleep that another thread must end lasts until it is ended, but at most `PATIENCE_MS`: a sleeper that polls now and
 * then would hide a missing wake-up.
 *
 * Source: Edelstein, Farchi, Goldin, Nir, Ratsaby, Ur, "Framework for testing multi-threaded Java programs", 2003:
 * noise at accesses to shared memory.
 */

/**
 * Longest that a sleeper waits for its wake-up. When several threads share a processor, the waker may be delayed for
 * long.
 */
const PATIENCE_MS = 5_000;

/** Shorter sleeps time out by themselves: no thread must end them. */
const OWN_SLEEP_MAX_MS = 10;

// One access in so many; powers of two, less one.
const SPIN_MASK = 0xff;
const SLEEP_MASK = 0x1fff;

/** Accesses for which a thread that slept is slow, and the share of those it sleeps before. */
const SLOW_ACCESSES = 24;
const SLOW_SLEEP_MASK = 0x7;

const SPINS_MASK = 0x7f;
/** One sleep in four is long: other threads do hundreds of operations meanwhile. */
const SLEEPS_MS = [0.1, 0.1, 0.1, 1.5] as const;

/** A word private to this thread. */
const own = new Int32Array(new SharedArrayBuffer(4));

let random = 1;
let slowFor = 0;

/** The place of the delays that follow. */
export function seedDelays(seed: number): void {
  random = seed | 1;
  slowFor = 0;
}

function delay(): void {
  random ^= random << 13; // Marsaglia's xorshift: cheap, and good enough for noise
  random ^= random >>> 17;
  random ^= random << 5;
  if (slowFor > 0) {
    slowFor--;
    if ((random & SLOW_SLEEP_MASK) === 0) sleep();
    return;
  }
  if ((random & SPIN_MASK) !== 0) return;
  if ((random & SLEEP_MASK) === 0) {
    slowFor = SLOW_ACCESSES;
    sleep();
    return;
  }
  for (let spins = (random >>> 16) & SPINS_MASK; spins > 0; spins--) Atomics.load(own, 0);
}

function sleep(): void {
  Atomics.wait(own, 0, 0, SLEEPS_MS[(random >>> 16) & 3]);
}

/** A sleep was never ended. */
export class NotWokenError extends Error {
  override readonly name = "NotWokenError";
}

type Words = Int32Array<SharedArrayBuffer>;

/** `Atomics` with delays; a sleep that nobody ends within `patienceMs` is an error. */
export const delayedAtomics = (patienceMs: number) => ({
  load(words: Words, address: number): number {
    delay();
    return Atomics.load(words, address);
  },
  store(words: Words, address: number, value: number): number {
    delay();
    return Atomics.store(words, address, value);
  },
  add(words: Words, address: number, value: number): number {
    delay();
    return Atomics.add(words, address, value);
  },
  exchange(words: Words, address: number, value: number): number {
    delay();
    return Atomics.exchange(words, address, value);
  },
  compareExchange(words: Words, address: number, expected: number, value: number): number {
    delay();
    return Atomics.compareExchange(words, address, expected, value);
  },
  /** @throws NotWokenError */
  wait(words: Words, address: number, value: number, milliseconds: number): ReturnType<typeof Atomics.wait> {
    if (milliseconds <= OWN_SLEEP_MAX_MS) return Atomics.wait(words, address, value, milliseconds);
    delay();
    const ended = Atomics.wait(words, address, value, patienceMs);
    if (ended === "timed-out")
      throw new NotWokenError(
        `nobody ends a sleep of ${patienceMs} ms for word ${address}, which is ${Atomics.load(words, address)}`,
      );
    return ended;
  },
  notify(words: Words, address: number, count: number): number {
    delay();
    return Atomics.notify(words, address, count);
  },
});

/** Replaces `Atomics` in the library built for stress. */
export const delayed = delayedAtomics(PATIENCE_MS);
