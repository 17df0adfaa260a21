import { expect, test } from "vitest";
import { InputError } from "#fuzz/host/input-error.ts";
import { systemNamed } from "#fuzz/systems/all-systems.ts";
import { scopeScenarios } from "./scope-scenarios.ts";

test("the scenarios of a registered system are those of its scope", () => {
  expect(scopeScenarios(systemNamed("peers"), { threads: 2, operations: 1, keys: 2 })).toHaveLength(88);
});

test("an unknown system is refused, and the known names are listed", () => {
  expect(() => scopeScenarios(systemNamed("nope"), { threads: 2, operations: 1, keys: 1 })).toThrow(InputError);
  expect(() => scopeScenarios(systemNamed("nope"), { threads: 2, operations: 1, keys: 1 })).toThrow(
    /^no system "nope"; there are peers, /,
  );
});
