/** Addresses for the benchmarks: their sets and their orders. */
import { Random } from "#properties/random.ts";

/** So many different IPv4 addresses, as unsigned words, from the whole space. */
export function distinctAddresses(count: number, seed: number): Uint32Array {
  return distinctWords(count, seed, 0);
}

/** The same from the lower quarter: numbers that the engine does not box, which is best for `Map`. */
export function smallAddresses(count: number, seed: number): Uint32Array {
  return distinctWords(count, seed, 2);
}

function distinctWords(count: number, seed: number, zeroBits: number): Uint32Array {
  const random = new Random(seed);
  const found = new Set<number>();
  while (found.size < count) found.add(random.next() >>> zeroBits);
  return Uint32Array.from(found);
}

/** Uniformly distributed indices. */
export function uniformOrder(count: number, length: number, seed: number): Int32Array {
  const random = new Random(seed);
  return Int32Array.from({ length }, () => random.below(count));
}

/**
 * Zipf's law with exponent 0.99, as in YCSB: a few indices come often. Which ones is unrelated to their order.
 */
export function zipfOrder(count: number, length: number, seed: number): Int32Array {
  const random = new Random(seed);
  const sums = new Float64Array(count);
  let sum = 0;
  for (let i = 0; i < count; i++) {
    sum += 1 / (i + 1) ** 0.99;
    sums[i] = sum;
  }
  const scattered = Int32Array.from({ length: count }, (_, i) => i);
  for (let i = count - 1; i > 0; i--) {
    const other = random.below(i + 1);
    [scattered[i], scattered[other]] = [scattered[other] ?? 0, scattered[i] ?? 0];
  }
  return Int32Array.from({ length }, () => {
    const wanted = random.fraction() * sum;
    let [low, high] = [0, count - 1];
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((sums[middle] ?? 0) < wanted) low = middle + 1;
      else high = middle;
    }
    return scattered[low] ?? 0;
  });
}

/** The address as text. */
export function textOf(word: number): string {
  return `${word >>> 24}.${(word >>> 16) & 255}.${(word >>> 8) & 255}.${word & 255}`;
}
