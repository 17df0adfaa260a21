/** How fast things are, beside each other: batches in turn, and the median of each. */
import { Bench } from "tinybench";

/** Operations of one batch: about a millisecond, so that the median batch was not interrupted. */
export const BATCH = 2_000;

const ROUNDS = 8;

export interface Contender {
  readonly name: string;
  /** Performs `BATCH` operations, from that one of a long list on. */
  batch(from: number): void | Promise<void>;
}

export interface Speed {
  readonly name: string;
  /** Millions of operations a second, of the median batch. */
  readonly speed: number;
}

/**
 * Measures the contenders one after the other, in several short rounds, and takes the best round of each: what else the machine
 * does slows down only.
 *
 * @param length operations in the list from which batches are taken
 */
export async function measure(contenders: readonly Contender[], length: number, milliseconds: number): Promise<readonly Speed[]> {
  const best = new Map<string, number>();
  for (let round = 0; round < ROUNDS; round++) {
    const bench = new Bench({ time: milliseconds / ROUNDS, warmupTime: milliseconds / ROUNDS / 2 });
    for (const { name, batch } of contenders) {
      let from = 0;
      bench.add(name, () => {
        from = (from + BATCH) % (length - BATCH);
        return batch(from);
      });
    }
    await bench.run();
    for (const { name, result } of bench.tasks) {
      if (!("latency" in result)) throw new Error(`${name}: it could not be measured`, { cause: "error" in result ? result.error : undefined });
      best.set(name, Math.max(best.get(name) ?? 0, BATCH / result.latency.p50 / 1000));
    }
  }
  return [...best].map(([name, speed]) => ({ name, speed }));
}
