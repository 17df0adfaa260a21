import { readdirSync, readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { toyChecks } from "#fuzz/programs/toy-program.ts";
import { toyPrograms } from "#fuzz/programs/toy-programs.ts";
import { search } from "#fuzz/search/search.ts";
import { randomWalk } from "#fuzz/strategies/random-walk.ts";
import { Machine } from "./machine.ts";
import { machineProperties } from "./machine-properties.ts";

/**
 * The property names in the machine's own sources. Watchers and histories bring their own names, including
 * `memory-at-rest`, which the machine raises when a history rejects a set-up.
 */
function raised(): Set<string> {
  const folder = new URL("./", import.meta.url);
  const sources = readdirSync(folder).filter((file) => file.endsWith(".ts") && !file.endsWith(".test.ts"));
  const names = sources.flatMap((file) =>
    [...readFileSync(new URL(file, folder), "utf8").matchAll(/\.violate\(\s*"([a-z-]+)"/g)].map(
      (match) => match[1] ?? "",
    ),
  );
  return new Set(names.filter((name) => name !== "memory-at-rest"));
}

test("the properties of the machine are exactly those that it raises", () => {
  expect([...machineProperties].toSorted()).toEqual([...raised()].toSorted());
});

test("a toy program with a bug violates one of them", () => {
  const found = toyPrograms
    .filter(({ bug }) => bug !== undefined)
    .map((toy) => search(new Machine(toy.create(), toyChecks), randomWalk(1), { executionsMax: 20 }).violation);
  const properties = new Set(found.flatMap((violation) => violation?.property ?? []));
  expect(properties.size).toBeGreaterThan(2);
  expect([...properties].filter((property) => !machineProperties.includes(property))).toEqual([]);
});
