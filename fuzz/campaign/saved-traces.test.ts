import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { Machine } from "#fuzz/machine/machine.ts";
import { compressChoices, traceOf, writeTrace } from "#fuzz/machine/trace.ts";
import { scenarioNamed, systemNamed } from "#fuzz/systems/all-systems.ts";
import { parseScenario } from "#fuzz/systems/parse-scenario.ts";
import { replaySavedTrace, savedTraces } from "./saved-traces.ts";

const folder = mkdtempSync(join(tmpdir(), "quiesce-traces-"));
afterAll(() => rmSync(folder, { recursive: true }));

const scenario = scenarioNamed("peers-identifiers");
const system = systemNamed(scenario.system);

function save(name: string): string {
  const machine = new Machine(system.compile(parseScenario(system, scenario)));
  machine.run({ name: "first", begin() {}, choose: ({ enabled }) => enabled[0] ?? 0 });
  const path = join(folder, name);
  writeTrace(
    path,
    traceOf({
      codeVersion: "old",
      scenario: { ...scenario },
      choices: compressChoices(machine.choices.slice(0, machine.steps)),
      violation: { property: "leak", because: "lost" },
    }),
  );
  return path;
}

test("saved traces are those of the systems asked for, by name; a folder that is not there has none", () => {
  const second = save("b.trace.json");
  const first = save("a.trace.json");
  writeFileSync(join(folder, "notes.txt"), "");
  expect(savedTraces(new Set(["peers"]), folder)).toEqual([first, second]);
  expect(savedTraces(new Set(["other"]), folder)).toEqual([]);
  expect(savedTraces(new Set(["peers"]), join(folder, "missing"))).toEqual([]);
});

test("the trace of a bug that is mended holds", () => {
  expect(replaySavedTrace(save("mended.trace.json"))).toMatchObject({
    scenario: "peers-identifiers",
    verdict: "holds",
    because: expect.stringMatching(/^ends without a violation after \d+ accesses$/),
  });
});

test("a file that is no trace is refused", () => {
  writeFileSync(join(folder, "c.trace.json"), "{");
  expect(() => savedTraces(new Set(["peers"]), folder)).toThrow(/is no JSON/);
});
