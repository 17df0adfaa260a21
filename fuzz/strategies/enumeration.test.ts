import { search } from "#fuzz/search/search.ts";
import { Machine } from "#fuzz/machine/machine.ts";
import type { Program } from "#fuzz/machine/program.ts";
import { createHeap } from "#impl/memory/heap.ts";
import { share, threads } from "#fuzz/programs/toy-program.ts";
import { type Access, atomicAddReturn, mutexLock, mutexUnlock, readOnce, writeOnce } from "#impl/memory/access.ts";
import fc from "fast-check";
import { expect, test } from "vitest";
import { ChoiceTree } from "./choice-tree.ts";
import { delayBounded } from "./delay-bounded.ts";
import { depthFirst } from "./depth-first.ts";

/** One thread for each length, with that many accesses to one word. */
function counters(lengths: readonly number[]): Program {
  const heap = createHeap(64);
  const at = share(heap, "counter", { count: 1 });
  return {
    name: "counters",
    heap,
    threads: lengths.map((length, thread) => ({
      name: `thread ${thread}`,
      *body(): Access {
        for (let i = 0; i < length; i++) yield atomicAddReturn(at.count, 1);
      },
    })),
    watchers: [],
  };
}

/** (a + b + …)! / (a! · b! · …): the number of interleavings of threads of these lengths. */
function interleavings(lengths: readonly number[]): number {
  let total = 0;
  let ways = 1;
  for (const length of lengths) for (let i = 1; i <= length; i++) ways = (ways * ++total) / i;
  return Math.round(ways);
}

function schedulesOf(
  machine: Machine,
  strategy: { name: string; isExhausted?(): boolean } & Parameters<Machine["run"]>[0],
  max: number,
): string[] {
  const schedules: string[] = [];
  do {
    machine.run(strategy);
    schedules.push(machine.choices.subarray(0, machine.steps).join(""));
  } while (strategy.isExhausted?.() !== true && schedules.length < max);
  return schedules;
}

test("depth first runs two threads of k accesses in C(2k, k) executions, and no more", () => {
  for (const [k, count] of [
    [1, 2],
    [2, 6],
    [3, 20],
    [4, 70],
    [5, 252],
    [6, 924],
  ] as const) {
    const result = search(new Machine(counters([k, k])), depthFirst(), { executionsMax: 10_000 });
    expect(result).toMatchObject({ kind: "exhausted", executions: count });
  }
});

test("depth first runs every interleaving of free threads once", () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 1, max: 3 }), { minLength: 1, maxLength: 3 }), (lengths) => {
      const schedules = schedulesOf(new Machine(counters(lengths)), depthFirst(), 5_000);
      expect(schedules).toHaveLength(interleavings(lengths));
      expect(new Set(schedules).size).toBe(schedules.length);
    }),
    { seed: 1, numRuns: 30 },
  );
});

test("depth first runs N threads that first take a mutex, K times each, in (NK)! / (K!)^N executions", () => {
  const heap = createHeap(64);
  const at = share(heap, "mutex", { lock: 1, count: 1 });
  const machine = new Machine({
    name: "mutex",
    heap,
    threads: threads("thread", 3, function* body() {
      yield mutexLock(at.lock);
      yield writeOnce(at.count, (yield readOnce(at.count)) + 1);
      yield mutexUnlock(at.lock);
    }),
    watchers: [],
  });
  expect(search(machine, depthFirst(), { executionsMax: 100 })).toMatchObject({ kind: "exhausted", executions: 6 });
});

test("depth first restarts after it is exhausted", () => {
  const machine = new Machine(counters([2, 2]));
  const strategy = depthFirst();
  expect(search(machine, strategy, { executionsMax: 100 }).executions).toBe(6);
  expect(search(machine, strategy, { executionsMax: 100 })).toMatchObject({ kind: "exhausted", executions: 6 });
});

test("without a delay there is one execution: each thread to its end, in the order of their start", () => {
  const strategy = delayBounded(0);
  expect(schedulesOf(new Machine(counters([2, 2, 2])), strategy, 100)).toEqual(["001122"]);
  expect(strategy.delaysFinished).toBe(0);
});

test("with one delay the other thread goes first once, at each point where it can", () => {
  // The execution without a delay is repeated; then the delay moves from the last choice point to the first.
  expect(schedulesOf(new Machine(counters([2, 2])), delayBounded(1), 100)).toEqual(["0011", "0011", "0110", "1100"]);
});

test("unbounded delay bounding ends with every interleaving run", () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 1, max: 2 }), { minLength: 1, maxLength: 3 }), (lengths) => {
      const schedules = schedulesOf(new Machine(counters(lengths)), delayBounded(), 5_000);
      expect(new Set(schedules).size).toBe(interleavings(lengths));
    }),
    { seed: 1, numRuns: 20 },
  );
});

test("delay bounding restarts after it is exhausted", () => {
  const machine = new Machine(counters([1, 1]));
  const strategy = delayBounded();
  const first = schedulesOf(machine, strategy, 100);
  expect(schedulesOf(machine, strategy, 100)).toEqual(first);
});

test("a choice tree refuses a nondeterministic program", () => {
  const tree = new ChoiceTree();
  tree.begin();
  tree.choose(2);
  tree.choose(2);
  expect(tree.advance()).toBe(true);
  tree.begin();
  expect(() => tree.choose(3)).toThrow("choice 1 has 3 enabled threads, and had 2 after the same choices before");
});

test("a choice tree grows beyond its initial capacity", () => {
  const tree = new ChoiceTree();
  for (const last of [0, 1]) {
    tree.begin();
    for (let i = 0; i < 199; i++) expect(tree.choose(2)).toBe(0);
    expect(tree.choose(2)).toBe(last);
    tree.advance();
  }
});
