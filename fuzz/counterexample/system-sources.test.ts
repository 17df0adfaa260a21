import { readFileSync } from "node:fs";
import { dirname, join } from "node:path/posix";
import { expect, test } from "vitest";
import { projectRoot } from "#fuzz/host/project-root.ts";
import { Machine } from "#fuzz/machine/machine.ts";
import { scenarios, systems } from "#fuzz/systems/all-systems.ts";
import { parseScenario } from "#fuzz/systems/parse-scenario.ts";
import type { Scenario } from "#fuzz/systems/scenario.ts";
import type { System } from "#fuzz/systems/system.ts";
import { replay } from "./replay.ts";

/** The files in which accesses of one execution stand. */
function filesOf(system: System, scenario: Scenario): readonly string[] {
  const compile = () => system.compile(parseScenario(system, scenario));
  const machine = new Machine(compile());
  machine.run({ name: "first", begin() {}, choose: ({ enabled }) => enabled[0] ?? 0 });
  const { execution } = replay(compile(), { choices: machine.choices.slice(0, machine.steps) });
  return execution.rows.flatMap((row) => (row.kind === "access" ? (row.location?.file ?? []) : []));
}

test.each(systems)("accesses of $name are made in its declared implementation", (system) => {
  const own = scenarios.filter((scenario) => scenario.system === system.name);
  const files = new Set(own.flatMap((scenario) => filesOf(system, scenario)));
  const { implementation = "" } = system.sources ?? {};
  const isFolder = implementation.endsWith("/");
  // A file that only combines others makes no access.
  const isMade = isFolder || !/\byield\b/.test(readFileSync(join(projectRoot, implementation), "utf8"));
  const folder = isFolder ? implementation : `${dirname(implementation)}/`;
  expect([...files].filter((file) => (isMade ? file.startsWith(folder) : file === implementation))).not.toEqual([]);
});
