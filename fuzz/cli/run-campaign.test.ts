import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, expect, test } from "vitest";
import type { CampaignPlan } from "#fuzz/campaign/campaign.ts";
import { readResumeState, STATE_FILE } from "#fuzz/campaign/resume-state.ts";
import { Machine } from "#fuzz/machine/machine.ts";
import { compressChoices, traceOf, writeTrace } from "#fuzz/machine/trace.ts";
import { scenarioNamed, systemNamed } from "#fuzz/systems/all-systems.ts";
import { parseScenario } from "#fuzz/systems/parse-scenario.ts";
import { Result } from "#reports/result.ts";
import { type CliOptions, type Ended, runModule } from "./cli-process.fixture.ts";
import { patchedProject } from "./patched-project.fixture.ts";
import type { CampaignOptions } from "./run-campaign.ts";

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
  writeTrace(
    path,
    traceOf({
      codeVersion: "old",
      scenario: { ...scenario },
      choices: compressChoices(machine.choices.slice(0, machine.steps)),
    }),
  );
}

/** Runs a campaign in a process of its own. */
function perform(
  name: string,
  plan: CampaignPlan,
  options: CampaignOptions,
  more: { readonly folder?: string } & CliOptions = {},
): Promise<Ended> {
  const module = join(more.folder ?? folder, `${name}.ts`);
  writeFileSync(
    module,
    `import { performCampaign } from "#fuzz/cli/run-campaign.ts";\nprocess.exitCode = await performCampaign(${JSON.stringify(plan)}, ${JSON.stringify(options)});\n`,
  );
  return runModule(module, more);
}

/** A plan of nothing but stress. */
function stressFor(milliseconds: number): CampaignPlan {
  const profile = {
    name: "stress",
    description: "stress",
    enumerationMax: 0,
    searches: [],
    museumMax: 0,
    stressMs: milliseconds,
    certifies: false,
  };
  return { profile, seed: 3, scenarios: [], traces: [], bugs: [], stressed: ["peers"] };
}

test("scenarios, saved traces, the museum and stress end in one result, twice the same", async () => {
  const trace = join(folder, "old.trace.json");
  saveTrace(trace);
  const profile = {
    name: "tiny",
    description: "tiny",
    enumerationMax: 50,
    searches: [{ strategy: "pos", executions: 100 }],
    museumMax: 2_000,
    stressMs: 300,
    certifies: false,
  };
  const plan = {
    profile,
    seed: 3,
    scenarios: [{ name: SCENARIO, system: "peers" }],
    traces: [trace],
    bugs: [BUG],
    stressed: ["peers"],
  };
  const outs = [join(folder, "one"), join(folder, "two")];
  const runs = await Promise.all(
    outs.map((out, index) =>
      perform(`run-${index}`, plan, { command: "verify", out, workers: index + 1, state: "kept" }),
    ),
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
    scenarios: [
      {
        name: SCENARIO,
        verdict: "holds",
        searches: [
          { strategy: "exhaustive", executions: 50 },
          { strategy: "pos", executions: 100 },
        ],
      },
    ],
    traces: [{ scenario: SCENARIO, verdict: "holds" }],
    museum: [{ slug: BUG, outcome: "found" }],
    stress: [{ system: "peers", verdict: "holds", because: "no violation", threads: 4, milliseconds: 300 }],
  });
  const lines = runs[0]?.stdout.split("\n") ?? [];
  expect(lines.map((line) => line.split(" ")[0]).slice(0, 7)).toEqual([
    "verify:",
    "holds",
    "holds",
    "found",
    "holds",
    "",
    "holds:",
  ]);
  expect(runs[0]?.stdout).toMatch(/^holds {5}peers .* 4 real threads for 0\.3 s, no violation$/mu);
  expect(runs[0]?.stdout).toMatch(/; [\d,]+ operations of real threads; /u);
  expect(JSON.parse(readFileSync(join(outs[0] ?? "", "timing.json"), "utf8"))).toMatchObject({
    parts: { "stress peers": expect.any(Number) as number },
  });
});

test("a bug in the source that real threads run into fails the gate, and is saved with its history and in every report", async () => {
  const copy = patchedProject(folder, BUG);
  const out = join(copy, "out");
  const { code, stdout, stderr } = await perform(
    "verify",
    stressFor(30_000),
    { command: "verify", out, workers: 1, state: "kept" },
    { folder: copy },
  );
  expect(stderr).toBe("");
  expect(stdout).toMatch(
    /^violated {2}peers {2}linearizability: nextId of thread \d answers \d+, and no order of the operations on address \d+ explains that \(4 real threads\)$/mu,
  );
  expect(stdout).toMatch(/^saved {3}\S*out\/stress\/peers\.history\.json$/mu);
  expect(stdout).toMatch(/^again {3}npx quiesce stress peers --threads 4 --seed \d+$/mu);
  expect(code).toBe(1);
  const { verdict, finished, stress } = Result.parse(JSON.parse(readFileSync(join(out, "result.json"), "utf8")));
  expect({ verdict, finished, stress }).toMatchObject({
    verdict: "violated",
    finished: true,
    stress: [{ verdict: "violated", property: "linearizability", history: "stress/peers.history.json" }],
  });
  const history = JSON.parse(readFileSync(join(out, "stress/peers.history.json"), "utf8")) as {
    readonly history: readonly unknown[];
  };
  expect(history).toMatchObject({ format: "quiesce-stress", system: "peers", property: "linearizability", round: 1 });
  expect(history.history.length).toBeGreaterThan(0);
  expect(readFileSync(join(out, "junit.xml"), "utf8")).toContain('<failure message="nextId of thread');
  expect(JSON.parse(readFileSync(join(out, "quiesce.sarif"), "utf8"))).toMatchObject({
    runs: [{ results: [{ ruleId: "linearizability" }] }],
  });
  expect(readFileSync(join(out, "summary.md"), "utf8")).toContain("❌ violated | peers | linearizability&#58; nextId");
}, 60_000);

test("^C ends stress after the round that runs, and --resume goes on with the time that is left", async () => {
  const out = join(folder, "interrupted");
  const state = join(out, STATE_FILE);
  const stopped = await perform(
    "interrupted",
    stressFor(60_000),
    { command: "verify", out, workers: 1, state: "kept" },
    {
      meanwhile: (child) => {
        const timer = setInterval(() => {
          if (!existsSync(state)) return; // it is written when some rounds are over
          clearInterval(timer);
          child.kill("SIGINT");
        }, 20);
      },
    },
  );
  expect(stopped.stdout).toContain("not finished: interrupted; the report is partial, and --resume goes on from here");
  expect(stopped.code).toBe(3);
  const kept = readResumeState(state);
  const soFar = "because" in kept ? undefined : kept.finished.stress.get("peers");
  expect(soFar?.rounds).toBeGreaterThan(0);
  const milliseconds = Math.ceil((soFar?.milliseconds ?? 0) + 200);
  const resumed = await perform("resumed", stressFor(milliseconds), {
    command: "verify",
    out,
    workers: 1,
    state: "resumed",
  });
  expect(resumed.stderr).toMatch(
    /^quiesce: resuming; 0 searches and 0 hunts and \d+ s of stress on peers are done already$/mu,
  );
  expect(resumed.stdout).toMatch(/^holds {5}peers {2}4 real threads for [\d.]+ s, no violation$/mu);
  expect(resumed.code).toBe(0);
  expect(existsSync(state)).toBe(false);
}, 60_000);

test("what a stopped run has found on real threads is not looked for again", async () => {
  const { hammer, stressResult } = await import("#fuzz/campaign/stress-job.ts");
  const before = { milliseconds: 10, rounds: 1, operations: 5, violation: { property: "avl", because: "crooked" } };
  const job = { system: "peers", seed: 1, milliseconds: 60_000, before };
  const soFar = await hammer({ ...job, out: folder, shouldStop: () => false, onRound() {}, saveHistory() {} });
  expect(stressResult(job, soFar, "stress/peers.history.json")).toMatchObject({
    verdict: "violated",
    property: "avl",
    history: "stress/peers.history.json",
  });
});
