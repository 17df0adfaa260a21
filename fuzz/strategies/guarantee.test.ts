/**
 * Guarantees of the sampling strategies, tested statistically with fixed seeds. Each test states the probability that
 * correct code fails, over the choice of the seed.
 */
import { search } from "#fuzz/search/search.ts";
import { Machine } from "#fuzz/machine/machine.ts";
import type { Program } from "#fuzz/machine/program.ts";
import type { Strategy } from "#fuzz/machine/strategy.ts";
import { createHeap } from "#impl/memory/heap.ts";
import { share } from "#fuzz/programs/toy-program.ts";
import { type Access, type Address, assertHolds, callRcu, readOnce, writeOnce } from "#impl/memory/access.ts";
import { expect, test } from "vitest";
import { pct } from "./pct.ts";
import { pos } from "./pos.ts";
import { randomWalk } from "./random-walk.ts";
import { surw } from "./surw.ts";
import { urw } from "./urw.ts";

const unchecked = { dataRaces: false };

function* touch(word: Address, times: number): Access {
  for (let i = 0; i < times; i++) yield readOnce(word);
}

/**
 * A bug that needs exactly `depth` orderings: the writer writes 1, 2, … and the reader must read each value once, so
 * they alternate. With an odd depth the last value stays; with an even one it is cleared, and the last read must come
 * before that. Before its writes the writer makes `padding` accesses elsewhere, at which a change of priority is lost.
 */
function handOver(depth: number, padding: number): Program {
  const heap = createHeap(64);
  const at = share(heap, "hand-over", { x: 1, elsewhere: 1 });
  const values = Math.ceil(depth / 2);
  return {
    name: "hand-over",
    heap,
    threads: [
      {
        name: "writer",
        *body() {
          yield* touch(at.elsewhere, padding);
          for (let value = 1; value <= values; value++) yield writeOnce(at.x, value);
          if (depth % 2 === 0) yield writeOnce(at.x, 0);
        },
      },
      {
        name: "reader",
        *body() {
          let inOrder = true;
          for (let value = 1; value <= values; value++) inOrder = (yield readOnce(at.x)) === value && inOrder;
          yield assertHolds(!inOrder, "every value was read");
        },
      },
    ],
    watchers: [],
  };
}

/** The number of violating executions among `executions`, and the largest number of choice points of one execution. */
function violationsIn(
  program: Program,
  strategy: Strategy,
  warmUp: number,
  executions: number,
): { violations: number; pointsMax: number } {
  const machine = new Machine(program, unchecked);
  let violations = 0;
  let pointsMax = 0;
  for (let i = 0; i < warmUp + executions; i++) {
    const violation = machine.run(strategy);
    pointsMax = Math.max(pointsMax, machine.choicePoints);
    if (i >= warmUp && violation !== undefined) violations++;
  }
  return { violations, pointsMax };
}

/**
 * PCT promises 1 / (n · k^(d - 1)). If the true probability p is at least that, at most (1 - δ) of the N · p hits
 * expected come up with probability at most exp(-δ² · N · p / 2) (Chernoff). With δ = 1/2 and N · p ≥ 150 that
 * is 1e-8 a depth.
 */
test("pct finds a bug of depth d at least as often as 1 / (n k^(d-1)) (false alarm: below 1e-7)", () => {
  for (const [depth, padding, executions] of [
    [1, 5, 1_000],
    [2, 20, 10_000],
    [3, 6, 40_000],
    [4, 1, 60_000],
  ] as const) {
    const { violations, pointsMax } = violationsIn(handOver(depth, padding), pct(depth, depth), 500, executions);
    const promised = executions / (2 * pointsMax ** (depth - 1));
    expect(promised).toBeGreaterThan(150);
    expect(violations).toBeGreaterThan(promised / 2);
  }
});

test("pct of depth 2 finds a bug with one change point in 1 / (2 k) of executions (false alarm: below 1e-7)", () => {
  // The writer must come first and drop at one of the k points, and nothing else shows the bug: the bound is exact
  // here.
  const { violations, pointsMax } = violationsIn(handOver(2, 20), pct(5, 2), 500, 40_000);
  expect(pointsMax).toBe(22);
  const expected = 40_000 / (2 * pointsMax);
  // Six standard deviations.
  expect(Math.abs(violations - expected)).toBeLessThan(6 * Math.sqrt(expected));
});

test("pct of depth 1 never finds a bug of depth 2", () => {
  expect(violationsIn(handOver(2, 3), pct(1, 1), 0, 2_000).violations).toBe(0);
});

/** The frequency of each schedule of two threads with these numbers of accesses. */
function frequencies(
  strategy: Strategy,
  one: number,
  other: number,
  sharedAccesses: "all" | "none",
  executions: number,
): Map<string, number> {
  const heap = createHeap(64);
  const at = share(heap, "words", { x: 1, y: 1 });
  const machine = new Machine(
    {
      name: "free threads",
      heap,
      threads: [
        {
          name: "one",
          *body() {
            for (let i = 0; i < one; i++) yield writeOnce(at.x, i);
          },
        },
        {
          name: "other",
          *body() {
            for (let i = 0; i < other; i++) yield writeOnce(sharedAccesses === "all" ? at.x : at.y, i);
          },
        },
      ],
      watchers: [],
    },
    unchecked,
  );
  machine.run(strategy);
  const counts = new Map<string, number>();
  for (let i = 0; i < executions; i++) {
    machine.run(strategy);
    const schedule = machine.choices.subarray(0, machine.steps).join("");
    counts.set(schedule, (counts.get(schedule) ?? 0) + 1);
  }
  return counts;
}

/** Pearson's statistic against the uniform distribution over `cells`. */
function chiSquare(counts: Map<string, number>, cells: number): number {
  const total = [...counts.values()].reduce((sum, count) => sum + count, 0);
  const expected = total / cells;
  const seen = [...counts.values()].reduce((sum, count) => sum + (count - expected) ** 2 / expected, 0);
  return seen + (cells - counts.size) * expected;
}

// C(7, 3) = 35 schedules: with 34 degrees of freedom, a correct sampler exceeds 95 with probability below 1e-7.
const CELLS = 35;
const CHI_SQUARE_MAX = 95;

test("urw makes every interleaving of threads that never wait equally likely (false alarm: below 1e-7)", () => {
  expect(chiSquare(frequencies(urw(1), 3, 4, "all", 20_000), CELLS)).toBeLessThan(CHI_SQUARE_MAX);
});

test("surw makes every order of the accesses to the word equally likely (false alarm: below 1e-7)", () => {
  expect(chiSquare(frequencies(surw(1), 3, 4, "all", 20_000), CELLS)).toBeLessThan(CHI_SQUARE_MAX);
});

test("random walk does not: the test detects it", () => {
  expect(chiSquare(frequencies(randomWalk(1), 3, 4, "all", 20_000), CELLS)).toBeGreaterThan(10 * CHI_SQUARE_MAX);
});

test("random walk takes each of the enabled threads equally often (false alarm: below 1e-7)", () => {
  const counts = frequencies(randomWalk(3), 6, 6, "all", 20_000);
  let first = 0;
  for (const [schedule, count] of counts) if (schedule.startsWith("0")) first += count;
  // Six standard deviations of a fair coin thrown 20,000 times.
  expect(Math.abs(first - 10_000)).toBeLessThan(6 * Math.sqrt(5_000));
});

test("pos reaches every interleaving of threads that share a word", () => {
  expect(frequencies(pos(1), 3, 4, "all", 20_000).size).toBe(CELLS);
});

test("pos keeps the priority of a pending access that conflicts with nothing", () => {
  // The other thread's single write waits with a uniform priority that stays: the first thread's n accesses all come
  // before it with probability 1 / (n + 1), as among n + 1 equal draws. Redrawn each time it would be 2^-n.
  const counts = frequencies(pos(1), 9, 1, "none", 20_000);
  const last = counts.get("0000000001") ?? 0;
  // Expected 2,000; redrawn it would be 39. Six standard deviations.
  expect(Math.abs(last - 2_000)).toBeLessThan(6 * Math.sqrt(2_000));
});

test("pos redraws the priority of a pending access that conflicts", () => {
  const counts = frequencies(pos(1), 9, 1, "all", 20_000);
  // 2^-9 of 20,000 is 39: thirteen standard deviations below what it is without redraws.
  expect(counts.get("0000000001") ?? 0).toBeLessThan(100);
});

/**
 * Two threads, the first of which starts an RCU callback as long as both; the callback and the second thread conflict
 * at x.
 */
function withCallback(): Program {
  const heap = createHeap(64);
  const at = share(heap, "words", { x: 1, y: 1 });
  function* callback(times: number): Access {
    for (let i = 1; i <= times; i++) yield writeOnce(at.x, i);
  }
  return {
    name: "callback",
    heap,
    threads: [
      {
        name: "starter",
        *body() {
          yield writeOnce(at.y, 1);
          yield callRcu(callback, 6);
          yield readOnce(at.y);
        },
      },
      {
        name: "reader",
        *body() {
          yield* touch(at.y, 5);
          const x = yield readOnce(at.x);
          yield assertHolds(x !== 3, "read in the middle of the callback");
        },
      },
    ],
    watchers: [],
  };
}

test("every sampling strategy schedules threads that start mid-execution, and finds a bug in one", () => {
  for (const create of [randomWalk, pos, urw, surw, (seed: number) => pct(seed, 3)]) {
    for (let seed = 1; seed <= 5; seed++) {
      expect(search(new Machine(withCallback(), unchecked), create(seed), { executionsMax: 2_000 }).kind).toBe(
        "violated",
      );
    }
  }
});

test("strategies tolerate executions that a violation cuts short", () => {
  for (const create of [pos, urw, surw, (seed: number) => pct(seed, 3)]) {
    expect(violationsIn(withCallback(), create(1), 0, 3_000).violations).toBeGreaterThan(50);
  }
});

test("a strategy can switch to a machine of another program", () => {
  for (const create of [pos, urw, surw, (seed: number) => pct(seed, 3)]) {
    const strategy = create(1);
    search(new Machine(handOver(2, 3), unchecked), strategy, { executionsMax: 10 });
    expect(search(new Machine(withCallback(), unchecked), strategy, { executionsMax: 5_000 }).kind).toBe("violated");
  }
});
