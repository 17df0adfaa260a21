import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, expect, test } from "vitest";
import { bugNamed } from "#fuzz/bugs/museum.ts";
import type { CampaignPlan } from "#fuzz/campaign/campaign-plan.ts";
import type { CampaignSettings } from "#fuzz/campaign/perform-campaign.ts";
import { readState, STATE_FILE } from "#fuzz/campaign/resume-state.ts";
import { Machine } from "#fuzz/machine/machine.ts";
import { compressChoices, type Trace, traceOf } from "#fuzz/machine/trace.ts";
import { scenarioNamed, systemNamed } from "#fuzz/systems/all-systems.ts";
import { parseScenario } from "#fuzz/systems/parse-scenario.ts";
import { Result } from "#reports/result.ts";
import { type CliOptions, type Ended, runModule } from "./cli-process.fixture.ts";
import { patchedProject } from "./patched-project.fixture.ts";

// Inside the project, so that the module finds its imports; git ignores it.
const outFolder = fileURLToPath(new URL("../../reports/out", import.meta.url));
mkdirSync(outFolder, { recursive: true });
const folder = mkdtempSync(join(outFolder, "campaign-"));
afterAll(() => rmSync(folder, { recursive: true }));

const SCENARIO = "peers-identifiers";
const BUG = bugNamed("inetpeer-ipid-range-overlap");

/** A bug that shows in the small scope. */
const CERTIFIED_BUG = "inetpeer-publish-before-initialised";

function traceNow(): Trace {
  const scenario = scenarioNamed(SCENARIO);
  const system = systemNamed(scenario.system);
  const machine = new Machine(system.compile(parseScenario(system, scenario)));
  machine.run({ name: "first", begin() {}, choose: ({ enabled }) => enabled[0] ?? 0 });
  const choices = compressChoices(machine.choices.slice(0, machine.steps));
  return traceOf({ codeVersion: "old", scenario: { ...scenario }, choices });
}

const settings: CampaignSettings = { command: "verify", out: folder, workers: 1, state: "kept", savesTraces: false };

/** An empty plan. */
const nothing: CampaignPlan = {
  profile: {
    name: "tiny",
    description: "tiny",
    enumerationMax: 50,
    searches: [{ strategy: "pos", executions: 100 }],
    conformance: { sequential: 0, concurrent: 0 },
    museumMax: 2_000,
    filesMutated: 0,
    stressMs: 0,
    certifies: false,
  },
  seed: 3,
  scenarios: [],
  conformance: [],
  traces: [],
  bugs: [],
  certificates: [],
  filesMutated: 0,
  stressed: [],
  weak: [],
};

/** Runs a campaign in its own process. */
function perform(
  name: string,
  plan: CampaignPlan,
  settings: CampaignSettings,
  more: { readonly folder?: string } & CliOptions = {},
): Promise<Ended> {
  const module = join(more.folder ?? folder, `${name}.ts`);
  writeFileSync(
    module,
    `import { printCampaign } from "#fuzz/cli/print-campaign.ts";\nprocess.exitCode = await printCampaign(${JSON.stringify(plan)}, ${JSON.stringify(settings)});\n`,
  );
  return runModule(module, more);
}

function stressFor(milliseconds: number): CampaignPlan {
  return { ...nothing, profile: { ...nothing.profile, stressMs: milliseconds }, stressed: ["peers"] };
}

/** A small scope: twenty scenarios. */
const certificates: CampaignPlan["certificates"] = [
  {
    system: "peers",
    size: { threads: 2, operations: 1, keys: 1 },
    shard: { index: 1, count: 1 },
    executionsMax: 1_000,
    folder: "certificates/",
  },
];

test("scenarios, saved traces, the museum, certificates and stress give one result, the same twice", async () => {
  const plan: CampaignPlan = {
    ...stressFor(300),
    scenarios: [{ name: SCENARIO, system: "peers" }],
    traces: [{ path: "old.trace.json", trace: traceNow() }],
    bugs: [BUG],
    certificates,
  };
  const outs = [join(folder, "one"), join(folder, "two")];
  const runs = await Promise.all(
    outs.map((out, index) => perform(`run-${index}`, plan, { ...settings, out, workers: index + 1 })),
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
    museum: [{ slug: BUG.slug, outcome: "found" }],
    certificates: [{ system: "peers", verdict: "holds", certificate: "certificates/peers-2x1x1.json", violations: [] }],
    stress: [{ system: "peers", verdict: "holds", because: "no violation", threads: 4, milliseconds: 300 }],
  });
  const lines = runs[0]?.stdout.split("\n") ?? [];
  expect(lines.map((line) => line.split(" ")[0]).slice(0, 8)).toEqual([
    "verify:",
    "holds",
    "holds",
    "found",
    "holds",
    "holds",
    "",
    "holds:",
  ]);
  expect(runs[0]?.stdout).toMatch(/^holds {5}peers .* 4 real threads for 0\.3 s, no violation$/mu);
  expect(runs[0]?.stdout).toMatch(/; [\d,]+ operations of real threads; /u);
  expect(JSON.parse(readFileSync(join(outs[0] ?? "", "timing.json"), "utf8"))).toMatchObject({
    parts: { "peers-2x1x1": expect.any(Number) as number, "stress peers": expect.any(Number) as number },
  });
  expect(result.certificates[0]?.explored).toBe(result.certificates[0]?.scenarios);
});

test("a bug met on real threads fails the gate, and is saved with its history and in every report", async () => {
  const copy = patchedProject(folder, BUG.slug);
  const out = join(copy, "out");
  const { code, stdout, stderr } = await perform("verify", stressFor(30_000), { ...settings, out }, { folder: copy });
  expect(stderr).toBe("");
  expect(stdout).toMatch(
    /^violated {2}peers {2}linearizability: nextId of thread \d returns \d+, and no order of the operations on address \d+ explains that \(4 real threads\)$/mu,
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

test("^C ends stress, with a partial report and a state from which a run resumes", async () => {
  const out = join(folder, "interrupted");
  const stopped = await perform(
    "interrupted",
    stressFor(60_000),
    { ...settings, out },
    { meanwhile: (child) => void child.stdout.once("data", () => setTimeout(() => child.kill("SIGINT"), 500)) },
  );
  expect(stopped.stdout).toContain("not finished: interrupted; the report is partial, and --resume goes on from here");
  expect([stopped.code, stopped.stderr]).toEqual([3, ""]);
  expect(readState(join(out, STATE_FILE))).toMatchObject({ key: { profile: "tiny", seed: 3 } });
  const resumed = await perform("resumed", stressFor(200), { ...settings, out, state: "resumed" });
  expect(resumed.stderr).toMatch(/^quiesce: resuming; .* done already\n$/u);
  expect(resumed.stdout).toMatch(/^holds {5}peers {2}4 real threads for 0\.2 s, no violation$/mu);
  expect(resumed.code).toBe(0);
  expect(existsSync(join(out, STATE_FILE))).toBe(false);
}, 60_000);

test("a violation in a small scope fails the gate in the exit code, the certificate and the result", async () => {
  const copy = patchedProject(folder, CERTIFIED_BUG);
  const out = join(copy, "out");
  const plan = { ...nothing, certificates };
  const { code, stdout, stderr } = await perform("certified", plan, { ...settings, out }, { folder: copy });
  expect(stderr).toBe("");
  expect(stdout).toMatch(/^violated {2}peers-2x1x1 {2}\d+ of \d+ scenarios explored/mu);
  expect(stdout).toMatch(/^replay {2}npx quiesce replay \S*out\/certificates\/traces\/peers-\S+\.trace\.json$/mu);
  expect(code).toBe(1);
  const {
    verdict,
    finished,
    certificates: found,
  } = Result.parse(JSON.parse(readFileSync(join(out, "result.json"), "utf8")));
  expect({ verdict, finished }).toEqual({ verdict: "violated", finished: true });
  const [first] = found[0]?.violations ?? [];
  expect(first?.counterexample.story[0]).toMatch(/^VIOLATED /u);
  expect(existsSync(join(out, first?.counterexample.trace ?? ""))).toBe(true);
  expect(JSON.parse(readFileSync(join(out, "certificates/peers-2x1x1.json"), "utf8"))).toMatchObject({
    verdict: "violated",
    violations: found[0]?.violations.map(({ scenario }) => ({ scenario })),
  });
  expect(readFileSync(join(out, "junit.xml"), "utf8")).toContain('classname="quiesce.certificates"');
  expect(readFileSync(join(out, "summary.md"), "utf8")).toContain("❌ violated | peers\\-2x1x1");
}, 60_000);
