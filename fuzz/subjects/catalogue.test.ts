import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { Machine } from "#fuzz/machine/machine.ts";
import { scenarios } from "#fuzz/systems/all-systems.ts";
import { allScenarios, loadScenario, referencesOf, strategiesNamed } from "./catalogue.ts";

const folder = mkdtempSync(join(tmpdir(), "quiesce-catalogue-"));
afterAll(() => rmSync(folder, { recursive: true }));

let modules = 0;
function moduleOf(text: string): string {
  const path = join(folder, `module-${++modules}.mjs`);
  writeFileSync(path, text);
  return path;
}

test("no word means every scenario of the registry", async () => {
  expect(await referencesOf([])).toEqual(scenarios.map(({ name, system }) => ({ name, system })));
});

test("a system's name stands for its scenarios, and each scenario counts once", async () => {
  const ofPeers = allScenarios().filter(({ system }) => system === "peers");
  expect(await referencesOf(["peers", ofPeers[0]?.name ?? ""])).toEqual(ofPeers);
});

test("a toy program is found by its name, but is not among all scenarios", async () => {
  expect(await referencesOf(["reorder_7_bad"])).toEqual([{ name: "reorder_7_bad", system: "programs" }]);
  expect(allScenarios().some(({ system }) => system === "programs")).toBe(false);
});

test("scenarios of the registry and toy programs make programs that run", async () => {
  for (const name of ["peers-identifiers", "lazy01_bad"]) {
    const [reference] = await referencesOf([name]);
    if (reference === undefined) throw new Error(`${name} is there`);
    const { subject, checks } = await loadScenario(reference);
    const machine = new Machine(subject.makeProgram(), checks);
    machine.run({ name: "first", begin() {}, choose: ({ enabled }) => enabled[0] ?? 0 });
    expect(machine.steps).toBeGreaterThan(3);
  }
});

test("an unknown scenario is refused, and the known names are listed", async () => {
  await expect(referencesOf(["nope"])).rejects.toThrow(
    /^no scenario "nope"; there are (peers-[a-z-]+, ){9}peers-[a-z-]+ and \d+ more; "quiesce list --only scenarios" prints them all$/,
  );
  await expect(referencesOf(["peers-two-creator"])).rejects.toThrow(
    'no scenario "peers-two-creator"; did you mean peers-two-creators?',
  );
  await expect(loadScenario({ name: "gone", system: "peers" })).rejects.toThrow('no scenario "gone"');
});

test("strategies are checked, and each counts once", () => {
  expect(strategiesNamed(["pos", "pct7", "pos"])).toEqual(["pos", "pct7"]);
  expect(() => strategiesNamed(["luck"])).toThrow(/^no strategy "luck"; there are random, /);
});

test("a module that is missing, broken or without a system is refused by name, in one line", async () => {
  const define = JSON.stringify(new URL("../systems/define-system.ts", import.meta.url).href);
  const table = JSON.stringify(new URL("../systems/operation-table.ts", import.meta.url).href);
  const mine = (operation: string) => `
    import { defineSystem } from ${define};
    import { operation } from ${table};
    export const mine = defineSystem({
      name: "mine", about: "mine", place: () => 0, initialState: 0,
      operations: { go: operation({ *run() { return 1; }, step: () => ({ response: 1, next: 0 }) }) },
      scenarios: { one: { threads: { only: [{ kind: "${operation}" }] } } },
    });`;
  const path = moduleOf(mine("go"));
  expect(await referencesOf([path])).toMatchObject([{ name: "mine-one", system: "mine" }]);
  // Among the own modules, names are enough.
  const own = [{ name: "mine-one", system: "mine", module: path, isFixed: true }];
  expect(await referencesOf([], [path])).toEqual(own);
  expect(await referencesOf(["mine"], [path])).toEqual(own);
  expect(await referencesOf(["mine-one"], [path])).toEqual(own);
  await expect(referencesOf(["mine-on"], [path])).rejects.toThrow("did you mean mine-one?");
  const refused: readonly (readonly [string, RegExp])[] = [
    [join(folder, "missing.mjs"), /^there is no module .*missing\.mjs; name a file that exports a system$/],
    [moduleOf("throw new Error('first\\nsecond')"), /cannot be loaded: first$/],
    [moduleOf("export const scenarios = []"), /exports no system; export what defineSystem returns/],
    [moduleOf(mine("stop")), /: scenario of mine: threads\.0\.operations\.0\.kind: /],
  ];
  for (const [path, message] of refused) await expect(referencesOf([path])).rejects.toThrow(message);
});
