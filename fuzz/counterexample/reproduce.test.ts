import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join, relative } from "node:path";
import { stripVTControlCharacters } from "node:util";
import { afterAll, expect, test } from "vitest";
import { huntTask } from "#fuzz/campaign/hunt/hunt-task.ts";
import { workerPool } from "#fuzz/campaign/worker-pool.ts";
import { bugNamed } from "#fuzz/bugs/museum.ts";
import { EXIT } from "#fuzz/host/exit-code.ts";
import { compressChoices, type Trace, traceOf } from "#fuzz/machine/trace.ts";
import { earlyFree } from "./example-programs.fixture.ts";
import { accessTexts, replay } from "./replay.ts";
import { runReproduction } from "./run-reproduction.ts";
import type { Reproduction } from "./reproduction.ts";
import { reproductionScript } from "./reproduction-script.ts";
import { projectRoot } from "#fuzz/host/project-root.ts";

mkdirSync(join(projectRoot, "reports/out"), { recursive: true });
const folder = mkdtempSync(join(projectRoot, "reports/out/reproduce-test-"));
afterAll(() => rmSync(folder, { recursive: true }));

/** A deadlock of two small threads: a registered program, so that a script can name it. */
const deadlock: Reproduction = {
  scenario: { name: "deadlock01_bad", system: "programs" },
  machine: { dataRaces: false, lockOrder: false },
  violates: "deadlock",
  schedule: [],
};

/** The schedule of the deadlock: each thread takes its first lock. */
async function deadlockSchedule(): Promise<Reproduction["schedule"]> {
  const { loadSubject } = await import("#fuzz/subjects/trace-subject.ts");
  const { search } = await import("#fuzz/search/search.ts");
  const { Machine } = await import("#fuzz/machine/machine.ts");
  const { randomWalk } = await import("#fuzz/strategies/random-walk.ts");
  const subject = await loadSubject({ scenario: deadlock.scenario });
  const { choices = [] } = search(new Machine(subject.makeProgram(), deadlock.machine), randomWalk(1), {
    executionsMax: 1000,
  });
  const { execution } = replay(subject.makeProgram(), { choices }, { machine: deadlock.machine ?? {} });
  return execution.rows.flatMap((row) =>
    row.kind === "access"
      ? [[execution.threads[row.thread] ?? "", row.place === "" ? row.access : `${row.access} ${row.place}`] as const]
      : [],
  );
}

test("a script whose schedule still fails reports that, with the verdict on line one", async () => {
  const { lines, exitCode } = await runReproduction({ ...deadlock, schedule: await deadlockSchedule() });
  expect(exitCode).toBe(EXIT.violated);
  expect(stripVTControlCharacters(lines[0] ?? "")).toMatch(/^VIOLATED deadlock: /);
});

test("a script can be stepped, and is then undecided", async () => {
  const { lines, exitCode } = await runReproduction({ ...deadlock, schedule: await deadlockSchedule() }, { until: 1 });
  expect(exitCode).toBe(EXIT.unfinished);
  expect(lines[0]).toMatch(/^deadlock01_bad: stopped after access 1 of \d+$/);
});

test("code that diverges and still fails nearby is reported as both", async () => {
  const schedule = await deadlockSchedule();
  const edited = schedule.map(
    ([thread, access], index) => [thread, index === 0 ? "readOnce something.else" : access] as const,
  );
  const { lines, exitCode } = await runReproduction({ ...deadlock, schedule: edited });
  expect(exitCode).toBe(EXIT.violated);
  expect(lines.join("\n")).toMatch(
    /diverged: schedule deadlock01_bad: access 1 is readOnce something\.else by thread \d/,
  );
  expect(lines.at(-1)).toBe("still fails, on the schedule above instead");
});

test("code that diverges and fails nowhere nearby no longer fails", async () => {
  const schedule = await deadlockSchedule();
  const edited = schedule.map(([thread], index) => [thread, `readOnce gone${index}`] as const);
  const { lines, exitCode } = await runReproduction({ ...deadlock, violates: "leak", schedule: edited });
  expect(exitCode).toBe(EXIT.verified);
  expect(lines.at(-1)).toMatch(/^no longer fails: \d+ schedules nearby, and leak holds$/);
});

test("a schedule that ends without a violation no longer fails", async () => {
  const schedule = (await deadlockSchedule()).slice(0, 1);
  const { lines, exitCode } = await runReproduction({ ...deadlock, schedule });
  expect(exitCode).toBe(EXIT.verified);
  expect(lines.at(-1)).toMatch(/^no longer fails: deadlock is no longer violated: /);
});

test("a violation of another property is a different failure", async () => {
  const { lines, exitCode } = await runReproduction({
    ...deadlock,
    violates: "leak",
    schedule: await deadlockSchedule(),
  });
  expect(exitCode).toBe(EXIT.violated);
  expect(lines.at(-1)).toBe("fails differently: deadlock is violated, and the trace recorded leak");
});

test("an unknown thread, program, system or bug is named", async () => {
  const run = (change: Partial<Reproduction>): Promise<unknown> => runReproduction({ ...deadlock, ...change });
  await expect(run({ schedule: [["nobody", "read x"]] })).rejects.toThrow(
    /^the schedule names thread "nobody"; there are /,
  );
  await expect(run({ scenario: { name: "nothing", system: "programs" } })).rejects.toThrow(
    /^the trace cannot be replayed: no toy program "nothing"; there are /,
  );
  await expect(run({ scenario: { name: "x", system: "nothing" } })).rejects.toThrow(
    /no system "nothing"; there are peers/,
  );
  await expect(run({ bug: "nothing" })).rejects.toThrow(/no bug "nothing"; there are /);
});

function exampleScript(more: Partial<Trace> = {}): string {
  const { execution } = replay(earlyFree(), { choices: [0, 1, 1, 1, 1, 1, 1, 1, 1] });
  const trace = traceOf({
    codeVersion: "1",
    scenario: {
      name: "early-free",
      system: "peers",
      initial: [{ kind: "advance", ticks: 4 }],
      threads: [{ name: "reader", operations: [{ kind: "get" }] }],
    },
    choices: compressChoices([0, 1, 1, 1, 1, 1, 1, 1, 1]),
    accesses: accessTexts(execution),
    violation: { property: "grace-period", because: "freed" },
    ...more,
  });
  return reproductionScript(trace, execution, join(folder, "a.repro.ts"));
}

test("the script holds the scenario and each access, with its value and source line", () => {
  const text = exampleScript();
  expect(text).toContain('      { kind: "advance", ticks: 4 },');
  expect(text).toMatch(
    /\["reader", "rcuDereference box\.current"\], +\/\/ 1: item#1 {2}fuzz\/counterexample\/example-programs\.fixture\.ts:\d+/,
  );
  expect(text).toContain(`from "${"../".repeat(3)}fuzz/counterexample/reproduce.ts"`);
  expect(text).toContain(`npx node ${relative(projectRoot, join(folder, "a.repro.ts"))}`);
});

test("text in a trace cannot end a comment or a string of the script", () => {
  const evil = '*/ process.exit(7); /* "; process.exit(8); //\n\u2028process.exit(9)';
  const text = exampleScript({
    violation: { property: evil, because: evil },
    orderings: [evil],
    neighbour: { because: evil, choices: [] },
    scenario: { name: evil, system: evil, [evil]: evil, __proto__x: { [evil]: [evil] }, threads: [evil] },
  });
  const path = join(folder, "evil.repro.ts");
  writeFileSync(path, text);
  const { status, stderr } = spawnSync(process.execPath, [path], { encoding: "utf8" });
  expect(stderr).toMatch(/^the trace cannot be replayed: no system "/);
  expect(status).toBe(EXIT.usage);
});

test("the script of a museum bug runs as written, fails in 25 rows, and not without the bug", async () => {
  const path = join(folder, "museum.repro.ts");
  const pool = workerPool(1);
  const task = huntTask(bugNamed("inetpeer-gc-worker-no-grace-period"), {
    searches: [{ strategy: "pct3", seed: 1 }],
    executionsMax: 5000,
    shrinkMax: 20_000,
  });
  const report = await pool.run({ kind: "bug", task }).finally(pool.close);
  writeFileSync(join(folder, "museum.trace.json"), report?.counterexample?.shrunk?.trace ?? "");
  const quiesce = join(projectRoot, "fuzz/cli/quiesce.mjs");
  const shrunk = spawnSync(
    process.execPath,
    [quiesce, "shrink", join(folder, "museum.trace.json"), "--out", join(folder, "museum.trace.json")],
    { encoding: "utf8" },
  );
  expect(shrunk.stderr).toBe("");
  expect(shrunk.status).toBe(EXIT.violated);

  const failing = spawnSync(process.execPath, [path], { encoding: "utf8" });
  expect(failing.stderr).toBe("");
  expect(failing.status).toBe(EXIT.violated);
  const lines = failing.stdout.trimEnd().split("\n");
  // The free is an access, so it races with the reader's before the grace period is checked.
  expect(lines[0]).toMatch(/^VIOLATED data-race: free of peer#\d/);
  expect(lines.length - 3).toBeLessThanOrEqual(25);
  for (const line of lines.slice(2)) expect(line.length).toBeLessThanOrEqual(120);

  writeFileSync(path, readFileSync(path, "utf8").replace(/^ {2}bug: .*$/m, ""));
  const fixed = spawnSync(process.execPath, [path], { encoding: "utf8" });
  expect(fixed.stdout).toMatch(/diverged: schedule [\w-]+: access \d+ is /);
  expect(fixed.stdout.trimEnd().split("\n").at(-1)).toMatch(/^no longer fails: /);
  expect(fixed.status).toBe(EXIT.verified);

  const unknown = spawnSync(process.execPath, [path, "--unti", "3"], { encoding: "utf8" });
  expect(unknown.stderr).toMatch(/^Unknown option '--unti'.*it takes --until N\n$/);
  expect(unknown.status).toBe(EXIT.usage);
});
