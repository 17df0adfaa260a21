import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, relative } from "node:path";
import { afterAll, expect, test } from "vitest";
import { projectRoot } from "#fuzz/host/project-root.ts";
import { Machine } from "#fuzz/machine/machine.ts";
import { compressChoices, serialiseTrace, type Trace, traceOf } from "#fuzz/machine/trace.ts";
import { scenarioNamed, systemNamed } from "#fuzz/systems/all-systems.ts";
import { parseScenario } from "#fuzz/systems/parse-scenario.ts";
import { replaySavedTrace } from "./replay-saved-trace.ts";
import { checkSavable, savedTraces, saveTrace } from "./saved-traces.ts";

const folder = mkdtempSync(join(tmpdir(), "quiesce-traces-"));
afterAll(() => rmSync(folder, { recursive: true }));

const scenario = scenarioNamed("peers-identifiers");
const system = systemNamed(scenario.system);

function traceNow(codeVersion = "old"): Trace {
  const machine = new Machine(system.compile(parseScenario(system, scenario)));
  machine.run({ name: "first", begin() {}, choose: ({ enabled }) => enabled[0] ?? 0 });
  return traceOf({
    codeVersion,
    scenario: { ...scenario },
    choices: compressChoices(machine.choices.slice(0, machine.steps)),
    violation: { property: "leak", because: "lost" },
  });
}

const peers = [{ name: "peers-identifiers", system: "peers" }];

test("saved traces are those of the requested systems, by name; a missing folder has none", () => {
  const own = join(folder, "own");
  for (const name of ["b", "a"]) saveTrace(serialiseTrace(traceNow()).replace("peers-identifiers", name), own);
  writeFileSync(join(own, "notes.txt"), "");
  const found = savedTraces(peers, () => own);
  expect(found.map(({ trace }) => trace.scenario.name)).toEqual(["a", "b"]);
  expect(found.map(({ path }) => join(projectRoot, path)).toSorted()).toEqual(
    readdirSync(own)
      .filter((name) => name !== "notes.txt")
      .map((name) => join(own, name)),
  );
  expect(savedTraces([{ name: "x", system: "other" }], () => own)).toEqual([]);
  expect(savedTraces(peers, () => join(folder, "missing"))).toEqual([]);
});

test("traces of a user's module are saved beside it", () => {
  const module = join(folder, "mine", "structure.ts");
  const path = saveTrace(serialiseTrace(traceNow()), join(folder, "mine", "traces"));
  const mine = [{ name: "peers-identifiers", system: "peers", module }];
  expect(savedTraces(mine)).toMatchObject([{ path: relative(projectRoot, path), module }]);
});

test("a counterexample of another version of the code is the same file, another counterexample another", () => {
  const own = join(folder, "again");
  const first = saveTrace(serialiseTrace(traceNow("one")), own);
  expect(saveTrace(serialiseTrace(traceNow("two")), own)).toBe(first);
  const other = { ...traceNow(), violation: { property: "memory-safety", because: "gone" } };
  expect(saveTrace(serialiseTrace(other), own)).not.toBe(first);
  expect(first).toMatch(/peers-identifiers-leak-[0-9a-f]{8}\.trace\.json$/);
  expect(existsSync(first)).toBe(true);
});

test("the trace of a fixed bug holds", async () => {
  expect(await replaySavedTrace({ path: "fuzz/traces/fixed.trace.json", trace: traceNow() })).toMatchObject({
    trace: "fuzz/traces/fixed.trace.json",
    scenario: "peers-identifiers",
    verdict: "holds",
    because: expect.stringMatching(/^ends without a violation after \d+ accesses$/),
  });
});

test("a trace with an invalid scenario decides nothing", async () => {
  const trace = { ...traceNow(), scenario: { name: "gone", system: "peers" } };
  expect(await replaySavedTrace({ path: "gone.trace.json", trace })).toMatchObject({
    verdict: "unknown",
    because: expect.stringMatching(/^the trace cannot be replayed: scenario of peers: /),
  });
});

test("a file that is not a trace is refused", () => {
  const own = join(folder, "damaged");
  saveTrace(serialiseTrace(traceNow()), own);
  writeFileSync(join(own, "c.trace.json"), "{");
  expect(() => savedTraces(peers, () => own)).toThrow(/is no JSON/);
});

test("a program that is violated by design is not saved: no later run replays it", () => {
  expect(() => checkSavable([{ name: "lazy01_bad", system: "programs" }])).toThrow(/^--save: lazy01_bad is a program/);
  expect(() => checkSavable(peers)).not.toThrow();
});
