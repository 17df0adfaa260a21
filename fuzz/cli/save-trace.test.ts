import { spawnSync } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { projectRoot } from "#fuzz/host/project-root.ts";
import { patchedProject } from "./patched-project.fixture.ts";

// Inside the project, so that the copy finds its packages; git ignores it.
mkdirSync(join(projectRoot, "reports/out"), { recursive: true });
const folder = mkdtempSync(join(projectRoot, "reports/out", "save-trace-"));
afterAll(() => rmSync(folder, { recursive: true }));

const SCENARIO = "peers-identifiers";
const CHANGED = "impl/peers/identifier.ts";

/** The saved traces that `verify` replays in the copy of the project. */
const REPLAY = `import { printCampaign } from "#fuzz/cli/print-campaign.ts";
import { verifyPlan } from "#fuzz/campaign/campaign-plan.ts";
import { profileNamed } from "#fuzz/campaign/profile.ts";
const whole = verifyPlan([{ name: "${SCENARIO}", system: "peers" }], profileNamed("quick"), 1, "gate");
const settings = { command: "verify", out: process.argv[2], workers: 1, state: "none", savesTraces: false };
process.exitCode = await printCampaign({ ...whole, scenarios: [], bugs: [] }, settings);
`;

test("a violation that --save keeps is replayed by every later run, and holds once the code is fixed", () => {
  const copy = patchedProject(folder, "inetpeer-ipid-range-overlap");
  const traces = join(copy, "fuzz/traces");
  const run = (...args: readonly string[]) => spawnSync(process.execPath, args, { encoding: "utf8", cwd: copy });

  const fuzz = run("fuzz/cli/quiesce.mjs", "fuzz", SCENARIO, "--save", "--seed", "1", "--out", join(copy, "out"));
  expect(fuzz.stdout).toMatch(/^saved {3}fuzz\/traces\/\S+\.trace\.json, which every later run of verify replays$/mu);
  expect(fuzz.status).toBe(1);
  const [name = "", ...others] = readdirSync(traces);
  expect(name).toMatch(/^peers-identifiers-linearizability-[0-9a-f]{8}\.trace\.json$/u);
  expect(others).toEqual([]);

  const script = join(copy, "replay.ts");
  writeFileSync(script, REPLAY);
  const violated = run(script, join(copy, "violated"));
  expect(violated.stdout).toMatch(new RegExp(`^violated  fuzz/traces/${name}  linearizability: `, "mu"));
  expect(violated.status).toBe(1);

  cpSync(join(projectRoot, CHANGED), join(copy, CHANGED));
  const fixed = run(script, join(copy, "fixed"));
  expect(fixed.stdout).toMatch(new RegExp(`^holds     fuzz/traces/${name}  ends without a violation after \\d+`, "mu"));
  expect(fixed.status).toBe(0);
}, 60_000);
