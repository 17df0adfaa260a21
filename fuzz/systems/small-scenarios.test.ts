import * as fc from "fast-check";
import { expect, test } from "vitest";
import { readOnce } from "#impl/memory/access.ts";
import { createHeap } from "#impl/memory/heap.ts";
import { placeClock } from "#impl/sync/jiffies.ts";
import type { Scenario } from "./scenario.ts";
import type { SmallScope } from "./small-scope.ts";
import { peers } from "./peers/peers.ts";
import type { System } from "./system.ts";
import { sizeName, smallScenarios } from "./small-scenarios.ts";

/** A set of words, one per key: contents are sets of keys, operations are names with keys. */
function setSystem(
  smallScope: SmallScope<string> | undefined,
): Pick<System<string>, "name" | "smallScope" | "compile"> {
  return {
    name: "set",
    ...(smallScope === undefined ? {} : { smallScope }),
    compile({ initial }) {
      const heap = createHeap(100);
      const keys = initial.reduce((bits, operation) => bits | (1 << Number(operation.slice(-1))), 0);
      const { jiffies: word } = placeClock(heap, keys);
      return {
        name: "set",
        heap,
        threads: [
          {
            name: "reader",
            *body() {
              yield readOnce(word);
            },
          },
        ],
        watchers: [],
      };
    },
  };
}

function scopeOf(names: readonly string[], others: readonly string[]): SmallScope<string> {
  return {
    operationsOn: (key) => names.map((name) => `${name}${key}`),
    otherOperations: others,
    initialContents: (keys) =>
      Array.from({ length: 1 << keys }, (_, bits) =>
        Array.from({ length: keys }, (__, key) => key)
          .filter((key) => ((bits >> key) & 1) === 1)
          .map((key) => `${names[0]}${key}`),
      ),
  };
}

/** The scenario with its keys renamed to 0, 1, 2, … in their order, and its threads in alphabetical order. */
function canonical({ initial, threads }: Pick<Scenario<string>, "initial" | "threads">): string {
  const used = [
    ...new Set(
      [...initial, ...threads.flatMap(({ operations }) => operations)].flatMap(
        (operation) => operation.match(/\d/) ?? [],
      ),
    ),
  ].toSorted();
  const rename = (operation: string): string => operation.replace(/\d/, (key) => String(used.indexOf(key)));
  return JSON.stringify([
    initial.map(rename),
    threads.map(({ operations }) => operations.map(rename).join(" ")).toSorted(),
  ]);
}

test("each class of scenarios equal up to threads and keys is enumerated exactly once", () => {
  const sizes = fc.record({
    threads: fc.integer({ min: 1, max: 3 }),
    operations: fc.integer({ min: 1, max: 2 }),
    keys: fc.integer({ min: 1, max: 3 }),
  });
  const scopes = fc.record({ names: fc.constantFrom(["a"], ["a", "b"]), others: fc.constantFrom([], ["x"]) });
  fc.assert(
    fc.property(sizes, scopes, (size, { names, others }) => {
      fc.pre((names.length * size.keys + others.length) ** (size.threads * size.operations) < 5000);
      const scope = scopeOf(names, others);
      const universe = [...Array.from({ length: size.keys }, (_, key) => scope.operationsOn(key)).flat(), ...others];
      const sequences = (length: number): string[][] =>
        length === 0
          ? [[]]
          : sequences(length - 1).flatMap((rest) => universe.map((operation) => [...rest, operation]));
      const classes = new Set<string>();
      for (const initial of scope.initialContents(size.keys)) {
        for (const all of sequences(size.threads * size.operations)) {
          const threads = Array.from({ length: size.threads }, (_, thread) => ({
            name: "",
            operations: all.slice(thread * size.operations, (thread + 1) * size.operations),
          }));
          classes.add(canonical({ initial, threads }));
        }
      }
      const found = [...smallScenarios(setSystem(scope), size)].map((scenario) =>
        canonical(scenario as Scenario<string>),
      );
      expect(new Set(found)).toEqual(classes);
      expect(found.length).toBe(classes.size);
    }),
    { seed: 1, numRuns: 60 },
  );
});

test("contents that leave the same words count once", () => {
  const scope = { ...scopeOf(["a"], []), initialContents: () => [[], ["a0"], ["a0", "a0"], []] };
  const contents = [...smallScenarios(setSystem(scope), { threads: 1, operations: 1, keys: 1 })].map(
    ({ initial }) => initial,
  );
  expect(contents).toEqual([[], ["a0"]]);
});

test("keys keep their positions next to something that is not a key", () => {
  const scope = { ...scopeOf(["a"], []), initialContents: () => [["z5"]] };
  expect(
    [...smallScenarios(setSystem(scope), { threads: 1, operations: 1, keys: 2 })].map(
      ({ threads }) => threads[0]?.operations,
    ),
  ).toEqual([["a0"], ["a1"]]);
});

test("operations that have nothing to work on are left out", () => {
  const scope = {
    ...scopeOf(["a", "b"], []),
    initialContents: () => [[]],
    isIdle: (operation: string, before: readonly string[]) => operation === "b0" && before.length === 0,
  };
  const plans = [...smallScenarios(setSystem(scope), { threads: 1, operations: 2, keys: 1 })].map(({ threads }) =>
    threads[0]?.operations.join(" "),
  );
  expect(plans).toEqual(["a0 a0", "a0 b0"]);
});

test("a system without a small scope is reported by name", () => {
  expect(() => [...smallScenarios(setSystem(undefined), { threads: 1, operations: 1, keys: 1 })]).toThrow(
    /^set declares no small scope/,
  );
});

test("the peer pool's scenarios of two threads, two operations and three keys all compile, with unique names", () => {
  const size = { threads: 2, operations: 2, keys: 3 };
  const all = [...smallScenarios(peers, size)];
  expect(sizeName(size)).toBe("2x2x3");
  expect(new Set(all.map(({ name }) => name)).size).toBe(all.length);
  // Every shape of at most four peers is among the contents: 1 + 1 + 2 + 1 + 4, over the subsets of the keys.
  expect(new Set(all.map(({ initial }) => JSON.stringify(initial))).size).toBe(15);
  for (const scenario of all.filter((_, place) => place % 1000 === 0))
    expect(() => peers.compile(scenario as Scenario<never>)).not.toThrow();
});
