import { expect, test } from "vitest";
import { projectRoot } from "#fuzz/host/project-root.ts";
import { scenarios } from "#fuzz/systems/all-systems.ts";
import { bugNamed, museumBugs } from "./museum.ts";
import { applyToModules } from "./patch.ts";

test("every patch of the museum applies to the present code and names an existing scenario", () => {
  const names = new Set(scenarios.map(({ name }) => name));
  for (const bug of museumBugs()) {
    expect(applyToModules(bug.slug, bug.patch, projectRoot).sources.size, bug.slug).toBeGreaterThan(0);
    expect(names, bug.slug).toContain(bug.scenario);
  }
});

test("an unknown bug is refused with the names of the known ones", () => {
  expect(() => bugNamed("nope")).toThrow(/^no bug "nope"; there are .*\binetpeer-/);
});
