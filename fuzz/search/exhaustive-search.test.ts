import { expect, test } from "vitest";
import { type Access, readOnce, spinTrylock, spinUnlock, writeOnce } from "#impl/memory/access.ts";
import type { Program } from "#fuzz/machine/program.ts";
import { createHeap } from "#impl/memory/heap.ts";
import { share, toyChecks, threads } from "#fuzz/programs/toy-program.ts";
import { toyProgramNamed } from "#fuzz/programs/toy-programs.ts";
import { searchExhaustively } from "./exhaustive-search.ts";

function writers(): Program {
  const heap = createHeap(64);
  const at = share(heap, "shared", { word: 1 });
  return {
    name: "writers",
    heap,
    threads: threads("writer", 3, function* (number): Access {
      yield writeOnce(at.word, number);
    }),
    watchers: [],
  };
}

test("a program without a violation is exhausted", () => {
  expect(searchExhaustively(writers, {}, { executionsMax: 100 })).toMatchObject({
    kind: "exhausted",
    executions: 6,
    steps: 18,
  });
});

test("a bound on executions, or a request to stop, leaves it undecided", () => {
  expect(searchExhaustively(writers, {}, { executionsMax: 5 })).toMatchObject({
    kind: "searched",
    executions: 5,
    estimate: { executions: 6, low: 6, high: 6 },
  });
  expect(searchExhaustively(writers, {}, { executionsMax: 100, shouldStop: () => true })).toMatchObject({
    kind: "stopped",
    executions: 1,
  });
});

test("a program estimated far above the bound is given up early; any other runs to the bound", () => {
  const many = (count: number) => (): Program => {
    const heap = createHeap(64);
    const at = share(heap, "shared", { word: 1 });
    return {
      name: "many",
      heap,
      threads: threads("writer", count, function* (number): Access {
        yield writeOnce(at.word, number);
      }),
      watchers: [],
    };
  };
  // n! executions: the estimate is exact, since all nodes at one depth have equally many children.
  expect(searchExhaustively(many(9), {}, { executionsMax: 20_000, estimateMax: 40_000 })).toMatchObject({
    kind: "searched",
    executions: 10_000,
    estimate: { executions: 362_880, low: 362_880, high: 362_880 },
  });
  expect(searchExhaustively(many(8), {}, { executionsMax: 20_000, estimateMax: 50_000 })).toMatchObject({
    kind: "searched",
    executions: 20_000,
    estimate: { executions: 40_320, low: 40_320, high: 40_320 },
  });
  expect(searchExhaustively(many(7), {}, { executionsMax: 20_000, estimateMax: 10 })).toMatchObject({
    kind: "exhausted",
    executions: 5_040,
  });
});

test("a violation comes with its schedule", () => {
  const found = searchExhaustively(toyProgramNamed("lazy01_bad").create, toyChecks, { executionsMax: 100 });
  expect(found.kind).toBe("violated");
  expect(found.choices?.length).toBeGreaterThan(1);
  expect(found.violation?.property).toBe("assertion");
});

test("a program that the explorer has no events for is run in every schedule", () => {
  const tryers = (): Program => {
    const heap = createHeap(64);
    const at = share(heap, "shared", { lock: 1, word: 1 });
    return {
      name: "tryers",
      heap,
      threads: threads("tryer", 2, function* (): Access {
        if ((yield spinTrylock(at.lock)) === 0) return;
        yield readOnce(at.word);
        yield spinUnlock(at.lock);
      }),
      watchers: [],
    };
  };
  // One after the other, in two ways; or one tries in vain, before the other reads or before it unlocks, in two ways
  // each.
  expect(searchExhaustively(tryers, {}, { executionsMax: 100 })).toMatchObject({ kind: "exhausted", executions: 6 });
});
