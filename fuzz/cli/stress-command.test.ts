import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, expect, test } from "vitest";
import { quiesce } from "./cli-process.fixture.ts";
import { patchedProject } from "./patched-project.fixture.ts";

const out = fileURLToPath(new URL("../../reports/out", import.meta.url));
mkdirSync(out, { recursive: true });
const folder = mkdtempSync(join(out, "cli-stress-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const SMALL = ["--threads", "2", "--operations", "1000", "--seed", "3", "--out", folder];

test("a system that holds is reported with the amount of work done", async () => {
  const { code, stdout } = await quiesce(["stress", "peers", ...SMALL, "--time", "500ms"]);
  expect(stdout).toMatch(/^held {6}peers {2}[\d,]+ operations of 2 threads in \d+ rounds, seed 3$/mu);
  expect(code).toBe(0);
});

test("a bug put back is found, saved with its history, and as a trace of the simulator that replays", async () => {
  const json = join(folder, "result.json");
  const { code, stdout } = await quiesce([
    "stress",
    "peers",
    ...SMALL,
    "--time",
    "20s",
    "--bug",
    "inetpeer-ipid-range-overlap",
    "--json",
    json,
  ]);
  expect(stdout).toMatch(
    /^VIOLATED linearizability: nextId of thread \d returns \d+, and no order of the operations on address \d+ explains that$/mu,
  );
  expect(stdout).toMatch(
    /^ {8}in the simulator, an interleaving with the same history of \d+ operations, after [\d,]+ executions$/mu,
  );
  expect(code).toBe(1);
  const history = JSON.parse(readFileSync(join(folder, "peers-inetpeer-ipid-range-overlap.history.json"), "utf8")) as {
    readonly history: readonly unknown[];
  };
  expect(history.history.length).toBeGreaterThan(0);
  expect(JSON.parse(readFileSync(json, "utf8"))).toMatchObject({
    violation: { property: "linearizability" },
    files: [expect.stringContaining(".history.json"), expect.stringContaining(".trace.json")],
  });
  const replay = /^replay {2}npx quiesce (.*)$/mu.exec(stdout)?.[1]?.split(" ") ?? [];
  expect((await quiesce(replay)).code).toBe(1);
}, 60_000);

test("a bug in the present source is also saved as a trace, if the simulator finds one in that source", async () => {
  const copy = patchedProject(folder, "inetpeer-ipid-range-overlap");
  const module = join(copy, "run.ts");
  writeFileSync(
    module,
    'import { stressCommand } from "#fuzz/cli/stress-command.ts";\nawait stressCommand().parseAsync(process.argv);\n',
  );
  const out = join(copy, "found");
  const run = spawnSync(
    process.execPath,
    [module, "peers", "--threads", "2", "--operations", "1000", "--seed", "3", "--time", "20s", "--out", out],
    { encoding: "utf8", cwd: copy },
  );
  expect(run.stdout).toMatch(/^VIOLATED linearizability: nextId of thread/u);
  expect(run.status).toBe(1);
  expect(JSON.parse(readFileSync(join(out, "peers.trace.json"), "utf8"))).toMatchObject({ format: "quiesce-trace" });
  // The bug is in the source where it was found, not in the one here.
  expect((await quiesce(["replay", join(out, "peers.trace.json")])).code).not.toBe(1);
}, 60_000);

test("an interrupted run reports that it decided nothing", async () => {
  const { code, stdout } = await quiesce(["stress", "peers", ...SMALL, "--time", "60s", "--json", "-"], {
    meanwhile: (child) => void child.stderr.once("data", () => child.kill("SIGINT")),
  });
  expect(JSON.parse(stdout)).toMatchObject({ format: "quiesce-stress-result", stopped: "interrupted" });
  expect(code).toBe(3);
}, 60_000);

test("a fault in the call is reported in one line", async () => {
  const cases: readonly (readonly [readonly string[], string])[] = [
    [["dst"], 'quiesce: no system "dst" is built for real threads; there is peers\n'],
    [["peers", "--threads", "0"], "it must be a whole number from 1 to 60."],
    [["peers", "--bug", "nope"], 'quiesce: no bug "nope"; there are'],
  ];
  for (const [args, message] of cases) {
    const { code, stderr } = await quiesce(["stress", ...args]);
    expect(stderr).toContain(message);
    expect(code).toBe(2);
  }
});
