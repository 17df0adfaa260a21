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

test("an unknown bug is refused with the name that was probably meant, or the known ones", () => {
  expect(() => bugNamed("inetpeer-put-write-after-dec")).toThrow(
    'no bug "inetpeer-put-write-after-dec"; did you mean inetpeer-put-writes-after-dec?',
  );
  expect(() => bugNamed("nope")).toThrow(/^no bug "nope"; there are dst-.* more; "quiesce list --only bugs"/);
});
