import { expect, test } from "vitest";
import { projectRoot } from "#fuzz/host/project-root.ts";
import { scenarios } from "#fuzz/systems/all-systems.ts";
import { bugNamed, museumBugs } from "./museum.ts";
import { applyToModules } from "./patch.ts";

test("every patch of the museum fits the present code and names a scenario there is", () => {
  const names = new Set(scenarios.map(({ name }) => name));
  for (const bug of museumBugs()) {
    expect(applyToModules(bug.slug, bug.patch, projectRoot).sources.size, bug.slug).toBeGreaterThan(0);
    expect(names, bug.slug).toContain(bug.scenario);
  }
});

test("an unknown bug is refused with the name that was meant, or with those there are", () => {
  expect(() => bugNamed("inetpeer-put-write-after-dec")).toThrow(
    'no bug "inetpeer-put-write-after-dec"; did you mean inetpeer-put-writes-after-dec?',
  );
  expect(() => bugNamed("nope")).toThrow(/^no bug "nope"; there are dst-.* more; "quiesce list --only bugs"/);
});
