import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Writable } from "node:stream";
import { afterAll, beforeAll, expect, test } from "vitest";
import { EXIT } from "#fuzz/host/exit-code.ts";
import { search } from "#fuzz/search/search.ts";
import { Machine } from "#fuzz/machine/machine.ts";
import { compressChoices, readTrace, serialiseTrace, traceOf, writeTrace } from "#fuzz/machine/trace.ts";
import { loadSubject } from "#fuzz/subjects/trace-subject.ts";
import { randomWalk } from "#fuzz/strategies/random-walk.ts";
import type { Host } from "./command-host.ts";
import { runCommandLine } from "./run-command-line.ts";

const folder = mkdtempSync(join(tmpdir(), "quiesce-replay-"));
afterAll(() => rmSync(folder, { recursive: true }));

const deadlock = join(folder, "deadlock.trace.json");

interface Ended {
  readonly status: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a command line in this process. */
async function quiesce(...args: string[]): Promise<Ended> {
  const written = { stdout: "", stderr: "" };
  const collect = (name: "stdout" | "stderr"): NodeJS.WritableStream =>
    new Writable({
      write(chunk: Buffer, _encoding, done) {
        written[name] += chunk.toString();
        done();
      },
    });
  const host: Host = { stdout: collect("stdout"), stderr: collect("stderr") };
  await runCommandLine(args, host);
  return { ...written, status: Number(host.exitCode ?? 0) };
}

/** Expects one clear line on stderr, and the exit code of bad input. */
async function expectRefused(args: string[], because: RegExp): Promise<void> {
  const { status, stdout, stderr } = await quiesce(...args);
  expect(stderr).toMatch(because);
  expect(stderr.trimEnd().split("\n")).toHaveLength(1);
  expect({ status, stdout }).toEqual({ status: EXIT.usage, stdout: "" });
}

beforeAll(async () => {
  const scenario = { name: "deadlock01_bad", system: "programs" };
  const machine = { dataRaces: false, lockOrder: false };
  const subject = await loadSubject({ scenario });
  const { choices = [], violation } = search(new Machine(subject.makeProgram(), machine), randomWalk(1), {
    executionsMax: 1000,
  });
  writeTrace(
    deadlock,
    traceOf({
      codeVersion: "0.1.0",
      scenario,
      machine,
      choices: compressChoices(choices),
      ...(violation === undefined ? {} : { violation: { property: violation.property, because: violation.because } }),
    }),
  );
});

test("replay prints the story of a trace, and exits with 1 while the violation is there", async () => {
  const { status, stdout, stderr } = await quiesce("replay", deadlock);
  expect(stderr).toBe("");
  expect(stdout).toMatch(/^VIOLATED deadlock: /);
  expect(stdout.trimEnd().split("\n").at(-1)).toBe(`replay  npx quiesce replay ${deadlock}`);
  expect(status).toBe(EXIT.violated);
});

test("replay --until stops there, and is undecided", async () => {
  const { status, stdout } = await quiesce("replay", deadlock, "--until", "1");
  expect(stdout).toMatch(/^deadlock01_bad: stopped after access 1 of /);
  expect(status).toBe(EXIT.unfinished);
});

test("replay --json - writes the execution to standard output, and nothing else", async () => {
  const { status, stdout } = await quiesce("replay", deadlock, "--json", "-");
  const value: unknown = JSON.parse(stdout);
  expect(value).toMatchObject({
    format: "quiesce-replay",
    outcome: "reproduced",
    violation: { property: "deadlock" },
    rows: expect.arrayContaining([
      expect.objectContaining({ kind: "access", location: expect.objectContaining({ line: expect.any(Number) }) }),
    ]),
  });
  expect(status).toBe(EXIT.violated);
});

test("replay --json writes a whole file, and reports when it cannot", async () => {
  const path = join(folder, "out", "replay.json");
  expect((await quiesce("replay", deadlock, "--json", path)).status).toBe(EXIT.violated);
  expect(JSON.parse(readFileSync(path, "utf8"))).toMatchObject({ outcome: "reproduced" });
  expect(readdirSync(join(folder, "out"))).toEqual(["replay.json"]);
  const blocked = await quiesce("replay", deadlock, "--json", join(deadlock, "replay.json"));
  expect(blocked.stderr).toMatch(/^quiesce: cannot write .*; name a folder that can be written\n$/);
  expect(blocked.status).toBe(EXIT.usage);
});

test("unusable traces are refused in one line each", async () => {
  const trace = readTrace(deadlock);
  const put = (name: string, text: string): string => {
    writeFileSync(join(folder, name), text);
    return join(folder, name);
  };
  await expectRefused(
    ["replay", join(folder, "none.json")],
    /^quiesce: cannot read .*none\.json: there is no such file; name a trace file/,
  );
  await expectRefused(
    ["replay", put("cut.json", serialiseTrace(trace).slice(0, 100))],
    /is no JSON: .*was it cut off, or edited\?/,
  );
  await expectRefused(["replay", put("text.json", "hello\u001b[31m")], /is no JSON: /);
  await expectRefused(
    ["replay", put("version.json", serialiseTrace(trace).replace('"version": 1', '"version": 2'))],
    /its version is 2, and this quiesce reads version 1/,
  );
  await expectRefused(
    [
      "replay",
      put("unknown.json", serialiseTrace({ ...trace, scenario: { name: "nope\u001b[2J", system: "programs" } })),
    ],
    /the trace cannot be replayed: no toy program "nope\\u\{1b\}\[2J"; there are /,
  );
  await expectRefused(
    ["replay", put("system.json", serialiseTrace({ ...trace, scenario: { name: "x", system: "nope" } }))],
    /no system "nope"; there are peers/,
  );
  await expectRefused(
    ["replay", put("range.json", serialiseTrace({ ...trace, choices: [[9, 1]] }))],
    /access 1 asks for thread 9, and there are threads 0 to 1; the trace was recorded by 0\.1\.0, and this is /,
  );
  await expectRefused(["replay", put("deep.json", "[".repeat(100_000))], /nests its brackets more than 64 deep/);
  const huge = put("huge.json", "");
  truncateSync(huge, 64 * 1024 * 1024 + 1);
  await expectRefused(["replay", huge], /has 67108865 bytes, and a trace has at most 67108864/);
  await expectRefused(["shrink", huge], /^quiesce: .* has 67108865 bytes/);
  await expectRefused(
    ["shrink", join(folder, "range.json")],
    /^quiesce: shrink: schedule deadlock01_bad: access 1 asks for thread 9/,
  );
  await expectRefused(
    ["replay", deadlock, "--until", "many"],
    /argument 'many' is invalid\. it must be a whole number from 0 to 999999999/,
  );
});

test("an unknown flag and a missing trace are refused, and --help shows examples", async () => {
  const unknown = await quiesce("replay", deadlock, "--untill", "3");
  expect(unknown.stderr).toContain("unknown option '--untill'");
  expect(unknown.status).toBe(EXIT.usage);
  expect((await quiesce("shrink")).status).toBe(EXIT.usage);
  for (const command of ["replay", "shrink"]) {
    const help = await quiesce(command, "--help");
    expect(help.stdout).toContain(`Examples:\n  npx quiesce ${command} `);
    expect(help.status).toBe(EXIT.verified);
  }
});

test("shrink writes a smaller trace and a script, and both fail the same way", async () => {
  const { status, stdout, stderr } = await quiesce("shrink", deadlock);
  expect(stderr).toBe("");
  expect(status).toBe(EXIT.violated);
  expect(stdout).toMatch(
    /^shrunk from \d+ accesses to 2, from \d preemptions to 1, the fewest there are, in \d+ executions\n\nVIOLATED deadlock: /,
  );
  const shrunk = join(folder, "deadlock.shrunk.trace.json");
  expect(readTrace(shrunk)).toMatchObject({
    accesses: ["mutexLock deadlock.b", "mutexLock deadlock.a"],
    violation: { property: "deadlock" },
  });
  expect((await quiesce("replay", shrunk)).status).toBe(EXIT.violated);
  const script = readFileSync(join(folder, "deadlock.shrunk.repro.ts"), "utf8");
  expect(script).toMatch(/^\/\*\*\n \* VIOLATED deadlock: /);
});

test("shrink --json - prints the result as JSON", async () => {
  const { stdout } = await quiesce("shrink", deadlock, "--out", join(folder, "small.trace.json"), "--json", "-");
  expect(JSON.parse(stdout)).toMatchObject({
    format: "quiesce-shrink",
    preemptions: { after: 1, fewest: true },
    accesses: { after: 2 },
    finished: true,
  });
});

test("shrink leaves a trace without a violation alone", async () => {
  const trace = readTrace(deadlock);
  const path = join(folder, "passing.trace.json");
  writeTrace(path, { ...trace, choices: [[0, 1]] });
  const { status, stdout } = await quiesce("shrink", path);
  expect(stdout).toMatch(/^deadlock01_bad: nothing to shrink: deadlock is no longer violated/);
  expect(status).toBe(EXIT.verified);
  expect(existsSync(join(folder, "passing.shrunk.trace.json"))).toBe(false);
});

test("shrink that runs out of executions writes and reports its best result so far", async () => {
  const { status, stderr } = await quiesce("shrink", deadlock, "--executions", "1");
  expect(stderr).toMatch(
    /^quiesce: shrink: stopped before the trace was minimal \(--executions is spent\); .* has the smallest so far\n$/,
  );
  expect(status).toBe(EXIT.unfinished);
});

test("^C during shrinking writes the result so far, and exits with 3", async () => {
  // A program that takes long to shrink: many threads, and an endless budget.
  const scenario = { name: "reorder_20_bad", system: "programs" };
  const machine = { dataRaces: false, lockOrder: false };
  const subject = await loadSubject({ scenario });
  const { choices = [] } = search(new Machine(subject.makeProgram(), machine), randomWalk(1), {
    executionsMax: 100_000,
  });
  const path = join(folder, "long.trace.json");
  writeTrace(path, traceOf({ codeVersion: "0.1.0", scenario, machine, choices: compressChoices(choices) }));
  const running = quiesce("shrink", path, "--executions", "999999999");
  const watch = setInterval(() => {
    if (process.listenerCount("SIGINT") === 0) return;
    clearInterval(watch);
    process.emit("SIGINT");
  }, 20);
  const { status, stderr } = await running;
  expect(status).toBe(EXIT.unfinished);
  expect(stderr).toMatch(/^quiesce: shrink: stopped before the trace was minimal \(interrupted\); /);
  expect(readTrace(join(folder, "long.shrunk.trace.json")).scenario.name).toBe("reorder_20_bad");
});

test("a trace of a user's own system replays with the module that exports it, and not without", async () => {
  const module = join(folder, "counters.ts");
  const impl = new URL("../../impl/memory/", import.meta.url).href;
  const systems = new URL("../systems/", import.meta.url).href;
  writeFileSync(
    module,
    `import { z } from ${JSON.stringify(import.meta.resolve("zod"))};
import { constant } from ${JSON.stringify(import.meta.resolve("fast-check"))};
import { assertHolds, readOnce, writeOnce } from "${impl}access.ts";
import { place } from "${impl}heap.ts";
import { struct } from "${impl}struct.ts";
import { defineSystem } from "${systems}define-system.ts";
import { argument } from "${systems}operation-arguments.ts";
import { operation } from "${systems}operation-table.ts";
const Counter = struct("counter", { value: 1 });
const add = operation({
  arguments: { to: argument(z.int(), constant(9)) },
  *run(counter, { to }) {
    const seen = yield readOnce(Counter.value(counter));
    yield writeOnce(Counter.value(counter), seen + 1);
    const now = yield readOnce(Counter.value(counter));
    yield assertHolds(now < to, \`the counter is \${now}\`);
    return now;
  },
  step: (count) => ({ response: count + 1, next: count + 1 }),
});
export default defineSystem({
  name: "counters", about: "", place: (heap) => place(heap, Counter, "counter"), initialState: 0, operations: { add }, scenarios: {},
});
`,
  );
  const path = join(folder, "counters.trace.json");
  const scenario = {
    name: "mine",
    system: "counters",
    initial: [],
    threads: [
      {
        name: "adder",
        operations: [
          { kind: "add", to: 9 },
          { kind: "add", to: 1 },
        ],
      },
    ],
  };
  writeTrace(
    path,
    traceOf({ codeVersion: "1", scenario, choices: [[0, 6]], violation: { property: "assertion", because: "" } }),
  );
  const { stdout, status } = await quiesce("shrink", path, "--module", module);
  expect(stdout).toMatch(
    /^shrunk from 6 accesses to 3, from 0 preemptions to 0, the fewest there are, in \d+ executions\n\nVIOLATED assertion: the counter is 1\n/,
  );
  expect(stdout).toContain("matters  no ordering: one thread alone does it");
  expect(status).toBe(EXIT.violated);
  await expectRefused(["replay", path], /no system "counters"; there are /);
  await expectRefused(
    ["replay", path, "--module", join(folder, "none.ts")],
    /^quiesce: there is no module .*none\.ts; /,
  );
  const empty = join(folder, "empty.ts");
  writeFileSync(empty, "export {};");
  await expectRefused(["replay", path, "--module", empty], /empty\.ts exports no system; export what/);
  writeTrace(path, traceOf({ codeVersion: "1", scenario: { ...scenario, threads: [] }, choices: [] }));
  await expectRefused(
    ["replay", path, "--module", module],
    /^quiesce: the trace cannot be replayed: scenario of counters: threads: /,
  );
});

test("a trace of a passing execution is reproduced if it passes again, and differs if it does not", async () => {
  const trace = readTrace(deadlock);
  const path = join(folder, "differs.trace.json");
  const { violation: _, ...passing } = trace;
  writeTrace(path, passing);
  const differs = await quiesce("replay", path);
  expect(differs.stderr).toBe("quiesce: replay: deadlock is violated, and the trace recorded nothing\n");
  expect(differs.status).toBe(EXIT.violated);
  writeTrace(path, {
    ...passing,
    choices: [[0, 1]],
    orderings: ["a before b"],
    neighbour: { because: "with b before a", choices: [] },
  });
  const reproduced = await quiesce("replay", path, "--all");
  expect(reproduced.stdout).toMatch(/^deadlock01_bad: nothing is violated, as recorded\n/);
  expect(reproduced.stdout).toContain("matters  a before b\n passes  with b before a\n");
  expect(reproduced.status).toBe(EXIT.verified);
});

test("replay --neighbour runs the schedule that passes, and reports when there is none", async () => {
  const small = join(folder, "neighbour.trace.json");
  await quiesce("shrink", deadlock, "--out", small);
  const { stdout, status } = await quiesce("replay", small, "--neighbour");
  expect(stdout).toMatch(/^deadlock01_bad: nothing is violated, as recorded\n/);
  expect(stdout.trimEnd().endsWith("--neighbour")).toBe(true);
  expect(status).toBe(EXIT.verified);
  await expectRefused(
    ["replay", deadlock, "--neighbour"],
    /^quiesce: replay: the trace has no neighbour; "quiesce shrink" looks for one\n$/,
  );
});
