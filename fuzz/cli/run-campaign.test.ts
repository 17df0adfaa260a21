import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, expect, test } from "vitest";
import { Machine } from "#fuzz/machine/machine.ts";
import { compressChoices, traceOf, writeTrace } from "#fuzz/machine/trace.ts";
import { scenarioNamed, systemNamed } from "#fuzz/scenarios/registry.ts";
import { parseScenario } from "#fuzz/scenarios/scenario.ts";
import { Result } from "#reports/result.ts";
import { runModule } from "./cli-process.ts";

// Inside the project, so that the module finds what it imports; git ignores it.
const outFolder = fileURLToPath(new URL("../../reports/out", import.meta.url));
mkdirSync(outFolder, { recursive: true });
const folder = mkdtempSync(join(outFolder, "campaign-"));
afterAll(() => rmSync(folder, { recursive: true }));

const SCENARIO = "peers-identifiers";
const BUG = "inetpeer-ipid-range-overlap";

function saveTrace(path: string): void {
  const scenario = scenarioNamed(SCENARIO);
  const system = systemNamed(scenario.system);
  const machine = new Machine(system.compile(parseScenario(system, scenario)));
  machine.run({ name: "first", begin() {}, choose: ({ enabled }) => enabled[0] ?? 0 });
  writeTrace(path, traceOf({ codeVersion: "old", scenario: { ...scenario }, choices: compressChoices(machine.choices.slice(0, machine.steps)) }));
}

test("scenarios, saved traces and the museum end in one result, twice the same", async () => {
  const trace = join(folder, "old.trace.json");
  saveTrace(trace);
  const profile = { name: "tiny", description: "tiny", enumerationMax: 50, searches: [{ strategy: "pos", executions: 100 }], museumMax: 2_000, certifies: false };
  const plan = { profile, seed: 3, scenarios: [{ name: SCENARIO, system: "peers" }], traces: [trace], bugs: [BUG] };
  const outs = [join(folder, "one"), join(folder, "two")];
  const runs = await Promise.all(
    outs.map((out, index) => {
      const options = { command: "verify", out, workers: index + 1, state: "kept" };
      const module = join(folder, `run-${index}.ts`);
      writeFileSync(module, `import { performCampaign } from "#fuzz/cli/run-campaign.ts";\nprocess.exitCode = await performCampaign(${JSON.stringify(plan)}, ${JSON.stringify(options)});\n`);
      return runModule(module);
    }),
  );
  const [one, two] = outs.map((out) => readFileSync(join(out, "result.json"), "utf8"));
  expect(runs.map(({ code, stderr }) => [code, stderr])).toEqual([
    [0, ""],
    [0, ""],
  ]);
  expect(two).toBe(one);
  const result = Result.parse(JSON.parse(one ?? ""));
  expect(result).toMatchObject({
    verdict: "holds",
    finished: true,
    scenarios: [{ name: SCENARIO, verdict: "holds", searches: [{ strategy: "exhaustive", executions: 50 }, { strategy: "pos", executions: 100 }] }],
    traces: [{ scenario: SCENARIO, verdict: "holds" }],
    museum: [{ slug: BUG, outcome: "found" }],
  });
  const lines = runs[0]?.stdout.split("\n") ?? [];
  expect(lines.map((line) => line.split(" ")[0]).slice(0, 6)).toEqual(["verify:", "holds", "holds", "found", "", "holds:"]);
});
