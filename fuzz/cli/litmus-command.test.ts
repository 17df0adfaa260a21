import { spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { lockedCounter, rcuRing } from "#model/memory/litmus/families.ts";
import { projectRoot as root } from "#fuzz/host/project-root.ts";
import { litmus } from "./litmus-process.fixture.ts";

const examples = join(root, "model/memory/litmus/examples");
const ours = join(root, "model/memory/litmus/tests");
const scratch = mkdtempSync(join(tmpdir(), "litmus-"));
afterAll(() => rmSync(scratch, { recursive: true }));

function scratchFile(name: string, text: string): string {
  const path = join(scratch, name);
  writeFileSync(path, text);
  return path;
}

const MP = join(examples, "MP.litmus");

test("a test gets the reference tool's verdict", async () => {
  const { code, out, err } = await litmus(MP);
  expect(err).toBe("");
  expect(out.replace(/^Time MP \d+\.\d\d$/m, "Time MP t")).toBe(`Test MP Allowed
States 4
1:r0=0; 1:r1=0;
1:r0=0; 1:r1=1;
1:r0=1; 1:r1=0;
1:r0=1; 1:r1=1;
Ok
Witnesses
Positive: 1 Negative: 3
Condition exists (1:r0=1 /\\ 1:r1=0)
Observation MP Sometimes 1 3
Time MP t

`);
  expect(code).toBe(0);
});

test("a folder on several threads gives the same results, in order, as each file alone", async () => {
  const { code, out, err } = await litmus("--json", "-", "--expect", join(ours, "expected.json"), ours);
  expect(err).toBe("28 of 28 litmus tests decided\n");
  expect(code).toBe(0);
  const { tests } = JSON.parse(out);
  expect(tests).toHaveLength(28);
  expect(tests.map(({ file }: { file: string }) => file)).toEqual(
    tests.map(({ file }: { file: string }) => file).toSorted(),
  );
  expect(Object.keys(tests[0])).toEqual(["file", "name", "verdict", "states", "flags", "seconds"]);
  expect(tests[0]).toMatchObject({ name: "own-ISA2+release+rmw+rmw+acquire", verdict: "Never", states: 4, flags: [] });
});

test("a result that differs from the expected one is described, with exit code 1", async () => {
  const expected = scratchFile(
    "expected.json",
    JSON.stringify({ MP: { verdict: "Never", states: 3, flags: ["data-race"] } }),
  );
  const { code, err } = await litmus("--expect", expected, MP);
  expect(code).toBe(1);
  expect(err).toBe(
    `${MP}: expected Never, found Sometimes; expected 3 states, found 4; expected flags [data-race], found []\n`,
  );
  const other = await litmus("--expect", expected, join(examples, "SB.litmus"));
  expect(other.code).toBe(0);
  expect(other.err).toContain("expects nothing of SB");
});

test("an unreadable test is named with its position and exit code 2, and the others are still decided", async () => {
  const folder = join(scratch, "mixed");
  mkdirSync(folder);
  writeFileSync(join(folder, "bad.litmus"), "C bad\n{}\nP0(int *x)\n{\n\tsmp_memb();\n}\nexists (x=1)\n");
  writeFileSync(join(folder, "good.litmus"), readFileSync(MP));
  const huge = join(folder, "huge.litmus");
  writeFileSync(huge, "");
  truncateSync(huge, 100_000_000);
  const json = join(scratch, "mixed.json");
  const { code, out, err } = await litmus("--json", json, folder);
  expect(code).toBe(2);
  expect(out).toContain("Observation MP Sometimes 1 3");
  expect(err).toContain("bad.litmus:5:2: smp_memb is not supported");
  expect(err).toContain("huge.litmus: 100.0 MB is no litmus test: the limit is 1 MB");
  expect(err).toContain("1 of 3 litmus tests decided, 2 refused");
  const { tests } = JSON.parse(readFileSync(json, "utf8"));
  expect(tests[0]).toEqual({ file: join(folder, "bad.litmus"), error: expect.stringContaining("5:2: smp_memb") });
});

test("hitting a bound leaves the test undecided, with exit code 3 and no verdict", async () => {
  const ring = scratchFile("ring.litmus", rcuRing("RGRGRG"));
  const { code, out, err } = await litmus("--max-candidates", "20", ring);
  expect([code, out]).toEqual([3, ""]);
  expect(err).toBe(
    `${ring}: undecided: more than 20 candidates, complete or partial; raise --max-candidates, --time or --time-each\n`,
  );
  const timed = await litmus("--time", "1ms", "--json", "-", scratchFile("counter.litmus", lockedCounter(9, 1)));
  expect(timed.code).toBe(3);
  expect(JSON.parse(timed.out).tests[0].undecided).toBe("time is up");
});

test("a run ends when its time is up, and a test when its own time is up", async () => {
  const folder = join(scratch, "hours");
  mkdirSync(folder);
  writeFileSync(join(folder, "a.litmus"), readFileSync(MP));
  for (let i = 0; i < 50; i++) writeFileSync(join(folder, `b${i}.litmus`), lockedCounter(12, 1));
  const bounded = await litmus("--time", "3s", folder);
  expect(bounded.code).toBe(3);
  expect(bounded.err).toContain("b49.litmus: undecided: time is up; raise --max-candidates, --time or --time-each");
  expect(bounded.err).toMatch(/\n[01] of 51 litmus tests decided, 5[01] undecided\n$/);

  // Three hard tests between two easy ones starve neither of them.
  const few = [
    join(folder, "a.litmus"),
    ...[0, 1, 2].map((i) => join(folder, `b${i}.litmus`)),
    join(examples, "SB.litmus"),
  ];
  const each = await litmus("--time-each", "1s", ...few);
  expect(each.code).toBe(3);
  expect(each.err).toContain("2 of 5 litmus tests decided, 3 undecided");
  expect(each.out).toContain("Observation SB Sometimes 1 3");
});

test("a test without an execution is explained beside its verdict", async () => {
  const stuck = scratchFile(
    "stuck.litmus",
    "C stuck\n\n{}\n\nP0(int *x)\n{\n\trcu_read_lock();\n\tsynchronize_rcu();\n\trcu_read_unlock();\n}\n\nexists (x=1)\n",
  );
  const json = join(scratch, "stuck.json");
  const { code, out, err } = await litmus("--json", json, stuck);
  const why = "a deadlock: P0 waits, in line 8, for the end of its own read-side critical section, lines 7 to 9";
  expect(code).toBe(0);
  expect(out).toContain("Observation stuck Never 0 0");
  expect(err).toBe(`${stuck}: warning: there is no execution: ${why}\n`);
  expect(JSON.parse(readFileSync(json, "utf8")).tests[0].noExecution).toBe(why);
});

test("an interrupt keeps the verdicts so far and exits with 3", async () => {
  const folder = join(scratch, "long");
  mkdirSync(folder);
  writeFileSync(join(folder, "a.litmus"), readFileSync(MP));
  for (let i = 0; i < 9; i++) writeFileSync(join(folder, `b${i}.litmus`), lockedCounter(10, 1));
  const child = spawn(process.execPath, ["fuzz/cli/quiesce.mjs", "litmus", folder], { cwd: root });
  let out = "";
  let err = "";
  child.stderr.on("data", (text) => (err += text));
  child.stdout.on("data", (text) => {
    out += text;
    if (out.includes("Time MP")) child.kill("SIGINT");
  });
  const code = await new Promise((resolve) => child.on("exit", resolve));
  expect(code).toBe(3);
  expect(out).toContain("Observation MP Sometimes 1 3");
  expect(err).toContain("1 of 10 litmus tests decided, 9 undecided");
});

test("an invalid call gives one line and exit code 2", async () => {
  const empty = join(scratch, "empty");
  mkdirSync(empty);
  const broken = scratchFile("broken.json", '{"MP": {"verdict": "Perhaps"}}');
  const calls: readonly (readonly [readonly string[], string])[] = [
    [[join(scratch, "nope.litmus")], "litmus: no file or folder"],
    [[empty], "has no file *.litmus"],
    [["--model", "arm", MP], "'arm' is invalid"],
    [["--max-candidates", "0", MP], "it must be a whole number from 1"],
    [["--time", "soon", MP], "it must be a duration"],
    [["--show", "x.svg", MP, join(examples, "SB.litmus")], "--show draws one test, and 2 are given"],
    [["--expect", join(scratch, "nope.json"), MP], "--expect"],
    [["--expect", broken, MP], "MP.verdict"],
    [["--json", join(MP, "out.json"), MP], "cannot write"],
  ];
  const runs = await Promise.all(calls.map(([args]) => litmus(...args)));
  runs.forEach(({ code, err }, i) => {
    expect(err).toContain(calls[i]?.[1]);
    expect([code, err.trim().split("\n").length]).toEqual([2, 1]);
  });
});

test("the picture shows the cycle and the axiom it breaks", async () => {
  const svg = join(scratch, "out", "mp.svg");
  const { code } = await litmus("--show", svg, join(examples, "MP+wmb+rmb.litmus"));
  expect(code).toBe(0);
  const picture = readFileSync(svg, "utf8");
  expect(picture).toContain("<svg");
  for (const text of ["forbidden by happens", "wmb", "rmb", "rfe", "fre", "P0", "P1"]) expect(picture).toContain(text);
});

test("with JSON on standard output, the story goes to standard error", async () => {
  const { code, out, err } = await litmus("--json", "-", "--explain", MP);
  expect(code).toBe(0);
  expect(JSON.parse(out).tests).toHaveLength(1);
  expect(err).toContain("lkmm allows this execution");
});

test("a condition that nothing can satisfy is explained, and cannot be drawn", async () => {
  const text = readFileSync(MP, "utf8").replace("1:r0=1", "1:r0=7");
  const seven = scratchFile("seven.litmus", text);
  const { code, out, err } = await litmus("--explain", "--show", join(scratch, "no.svg"), seven);
  expect(code).toBe(2);
  expect(out).toContain("MP: no choice of what the reads read gives the values of the condition");
  expect(err).toContain("so there is nothing to draw");
});

test("a register that no process has causes a warning with its position", async () => {
  const text = readFileSync(MP, "utf8").replace("1:r1=0", "1:r9=0");
  const { code, err } = await litmus(scratchFile("nine.litmus", text));
  expect(code).toBe(0);
  expect(err).toContain("nine.litmus:19:21: warning: P1 has no register r9: it stays 0");
});

test("help shows examples", async () => {
  const { code, out } = await litmus("--help");
  expect(code).toBe(0);
  expect(out).toContain("quiesce litmus --json - --expect tests/expected.json tests/");
});
