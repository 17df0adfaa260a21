import { expect, test } from "vitest";
import { scopeScenarios } from "./scope-scenarios.ts";

test("the scenarios of a registered system are those of its scope", () => {
  expect(scopeScenarios("peers", { threads: 2, operations: 1, keys: 2 })).toHaveLength(88);
});

test("a system that is not there is refused in words for the command line", () => {
  expect(() => scopeScenarios("nope", { threads: 2, operations: 1, keys: 1 })).toThrow(
    expect.objectContaining({ name: "CatalogueError", message: expect.stringContaining('certify: no system "nope"') }),
  );
});
