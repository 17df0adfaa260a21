import { expect, test } from "vitest";
import { derivedSeed, Random } from "./random.ts";

test("equal seeds give equal draws, other seeds others", () => {
  const draws = (seed: number): number[] => {
    const random = new Random(seed);
    return Array.from({ length: 8 }, () => random.next());
  };
  expect(draws(7)).toEqual(draws(7));
  expect(draws(7)).not.toEqual(draws(8));
  const random = new Random(1);
  random.next();
  random.reseed(7);
  expect(Array.from({ length: 8 }, () => random.next())).toEqual(draws(7));
});

test("draws the numbers of sfc32", () => {
  // By the definition of the generator: a, b, c and a counter of 32 bits each.
  let [a, b, c, counter] = [0n, 5n, (5n * 0x9e3779b9n) & 0xffffffffn, 1n];
  const mask = 0xffffffffn;
  const next = (): number => {
    const sum = (a + b + counter) & mask;
    counter = (counter + 1n) & mask;
    a = b ^ (b >> 9n);
    b = (c + (c << 3n)) & mask;
    c = (((c << 21n) | (c >> 11n)) + sum) & mask;
    return Number(BigInt.asIntN(32, sum));
  };
  for (let i = 0; i < 12; i++) next();
  const random = new Random(5);
  for (let i = 0; i < 100; i++) expect(random.next()).toBe(next());
});

test("draws below a bound are spread evenly over it", () => {
  for (const bound of [1, 2, 3, 10]) {
    const random = new Random(3);
    const counts = Array.from({ length: bound }, () => 0);
    for (let i = 0; i < 10_000 * bound; i++) {
      const draw = random.below(bound);
      counts[draw] = (counts[draw] ?? 0) + 1;
    }
    // Six standard deviations of a binomial around 10,000.
    for (const count of counts) expect(Math.abs(count - 10_000)).toBeLessThanOrEqual(600);
    expect(counts).toHaveLength(bound);
  }
  const wide = new Random(4);
  for (let i = 0; i < 1000; i++) expect(wide.below(2 ** 31)).toBeLessThan(2 ** 31);
});

test("fractions lie from 0 up to but not at 1, half of them below a half", () => {
  const random = new Random(9);
  let below = 0;
  for (let i = 0; i < 10_000; i++) {
    const fraction = random.fraction();
    expect(fraction >= 0 && fraction < 1).toBe(true);
    if (fraction < 0.5) below++;
  }
  expect(Math.abs(below - 5000)).toBeLessThan(300);
});

test("derived seeds differ by seed and by index", () => {
  const seeds = [1, 2, 3].flatMap((seed) => [0, 1, 2, 3].map((index) => derivedSeed(seed, index)));
  expect(new Set(seeds).size).toBe(12);
  expect(seeds.every((seed) => Number.isInteger(seed) && seed >= 0 && seed < 2 ** 32)).toBe(true);
  expect(derivedSeed(5, 6)).toBe(derivedSeed(5, 6));
});
