import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { projectRoot } from "#fuzz/host/project-root.ts";
import { quiesce } from "./cli-process.fixture.ts";

const folder = mkdtempSync(join(tmpdir(), "quiesce-explore-"));
afterAll(() => rmSync(folder, { recursive: true }));

test("--json - prints the counts, and nothing else", async () => {
  const { code, stdout, stderr } = await quiesce(["explore", "sb", "-p", "N=3", "--model", "tso", "--json", "-"]);
  expect(stderr).toBe("");
  expect(JSON.parse(stdout)).toEqual({
    program: "sb",
    parameters: { N: 3 },
    model: "tso",
    executions: 8,
    blocked: 0,
    complete: true,
  });
  expect(code).toBe(0);
});

test("any number of workers gives the same counts", async () => {
  const [one, two] = await Promise.all(
    ["1", "2"].map((workers) => quiesce(["explore", "ainc", "-p", "N=8", "--workers", workers, "--json", "-"])),
  );
  // Every order of the eight additions.
  expect(JSON.parse(one?.stdout ?? "")).toMatchObject({ executions: 40_320, complete: true });
  expect(two?.stdout).toBe(one?.stdout);
});

test("a bound on preemptions is part of the verdict", async () => {
  const { code, stdout } = await quiesce([
    "explore",
    "ainc",
    "-p",
    "K=3",
    "--strategy",
    "preemptions=2",
    "--json",
    "-",
  ]);
  expect(JSON.parse(stdout)).toMatchObject({ strategy: "preemptions=2", executions: 14, beyond: 6, complete: true });
  expect(code).toBe(0);
  expect((await quiesce(["explore", "ainc", "-p", "K=3", "--strategy", "delays=0"])).stdout).toBe(
    "ainc N=2 K=3 under sc: 1 execution (delays=0; 19 need more)\n",
  );
});

test("dfs runs every schedule", async () => {
  const { code, stdout } = await quiesce(["explore", "sb", "--strategy", "dfs", "--json", "-"]);
  expect(JSON.parse(stdout)).toEqual({
    program: "sb",
    parameters: { N: 2 },
    model: "sc",
    executions: 6,
    blocked: 0,
    complete: true,
    strategy: "dfs",
  });
  expect(code).toBe(0);
  const refused = await quiesce(["explore", "sb", "--strategy", "dfs", "--model", "ra"]);
  expect(refused).toMatchObject({ code: 2, stderr: "quiesce: explore: schedules explain sc and tso, not ra\n" });
});

test("a bound that ends the run leaves it unfinished: exit code 3", async () => {
  const few = await quiesce(["explore", "reorder", "-p", "N=3", "--max-executions", "5"]);
  expect(few).toMatchObject({
    code: 3,
    stdout: "reorder N=3 under sc: 5 executions; not finished, there may be more\n",
  });
  const many = await quiesce(["explore", "ainc", "-p", "N=9", "--max-executions", "30000", "--json", "-"]);
  expect(JSON.parse(many.stdout)).toMatchObject({ executions: 30_000, complete: false });
  const schedules = await quiesce(["explore", "sb", "--strategy", "dfs", "--max-executions", "2", "--json", "-"]);
  expect(JSON.parse(schedules.stdout)).toMatchObject({ executions: 2, complete: false });
  const short = await quiesce(["explore", "ainc", "-p", "N=11", "--time", "300ms"]);
  expect(short.code).toBe(3);
});

test("a failing execution is shown, saved, and replayed strictly", async () => {
  const file = join(folder, "seqlock.json");
  const failed = await quiesce(["explore", "seqlock", "--model", "rc11-relaxed", "--json", file]);
  expect(failed.code).toBe(1);
  expect(failed.stdout).toContain("FAILED thread reader: a reader found 1 and 0, which were never there together");
  expect(failed.stdout).toMatch(/^ {2}reader\.1 +readOnce seqlock\.y 1 \(of writer\.2\)$/m);
  const replayed = await quiesce(["explore", "--replay", file]);
  expect(replayed).toMatchObject({
    code: 1,
    stdout:
      "seqlock under rc11-relaxed: FAILED again: thread 1: a reader found 1 and 0, which were never there together\n",
  });

  const stronger = join(folder, "stronger.json");
  writeFileSync(stronger, readFileSync(file, "utf8").replace('"rc11-relaxed"', '"sc"'));
  expect(await quiesce(["explore", "--replay", stronger])).toMatchObject({
    code: 2,
    stderr: "quiesce: explore: the execution does not come back: sc does not allow the graph\n",
  });
  const schedules = await quiesce(["explore", "peterson", "--strategy", "dfs", "--model", "tso"]);
  expect(schedules.code).toBe(0);
});

test("an estimate states its possible error", async () => {
  expect((await quiesce(["explore", "nw1r", "-p", "N=6", "--estimate", "20"])).stdout).toMatch(
    /^nw1r under sc: about 5,000 executions, from [\d,]+ nodes of the tree \(seed 1\)\n$/,
  );
  expect(
    JSON.parse((await quiesce(["explore", "nw1r", "-p", "N=6", "--estimate", "20", "--json", "-"])).stdout),
  ).toMatchObject({ estimate: { executions: 5040, low: 5040, high: 5040 } });
});

test("under es the report states whether there is a data race, and what that means", async () => {
  const [published, barriers] = await Promise.all(
    ["mp", "sbf"].map((name) => quiesce(["explore", "--model", "es", name])),
  );
  expect(published?.stdout).toBe("mp under es: 3 executions\nno data race: only interleavings are possible\n");
  expect(published?.code).toBe(0);
  expect(barriers?.stderr).toBe(
    "quiesce: explore: thread 0 asks for a barrier, which JavaScript has none of: use an operation of Atomics\n",
  );
  expect(barriers?.code).toBe(2);
});

test("a litmus test of agents is explored under es, or interleaved where ranges overlap", async () => {
  const tests = join(projectRoot, "model/memory/es/tests");
  const [executions, interleavings] = await Promise.all(
    ["CoRR+u+uu", "MIX-16w16w+32r"].map((name) => quiesce(["explore", "--model", "es", join(tests, `${name}.json`)])),
  );
  expect(executions?.stdout).toBe(`CoRR+u+uu under es: 4 executions
  1:r0=0; 1:r1=0; x[0]=1;
  1:r0=0; 1:r1=1; x[0]=1;
  1:r0=1; 1:r1=0; x[0]=1;
  1:r0=1; 1:r1=1; x[0]=1;
data race: there may be outcomes that no interleaving gives
`);
  expect(interleavings?.stdout).toContain(
    "MIX-16w16w+32r under es: interleavings alone, because the accesses to bytes 0 to 1 and 0 to 3 overlap\n",
  );
  expect(interleavings?.stdout).not.toContain("race");
  const json = await quiesce(["explore", "--model", "es", "--json", "-", join(tests, "SB+ss+ss.json")]);
  expect(JSON.parse(json.stdout)).toEqual({
    name: "SB+ss+ss",
    model: "es",
    columns: ["0:r0", "1:r0"],
    outcomes: [
      [0, 1],
      [1, 0],
      [1, 1],
    ],
    executions: 3,
    race: false,
    complete: true,
  });
  const sc = await quiesce(["explore", join(tests, "SB+ss+ss.json")]);
  expect([sc.code, sc.stderr]).toEqual([2, expect.stringContaining("agents have one model: add --model es")]);
});

test("bad input is refused in one line, with exit code 2", async () => {
  const fickle = join(folder, "fickle.ts");
  const access = JSON.stringify(new URL("../../impl/memory/access.ts", import.meta.url).href);
  writeFileSync(
    fickle,
    `import { readOnce, writeOnce } from ${access};\nlet runs = 0;\nexport const create = () => ({ threads: [function* () { yield readOnce(1); yield writeOnce(2, runs++); }, function* () { yield writeOnce(1, 1); }] });`,
  );
  const endless = join(folder, "endless.ts");
  writeFileSync(
    endless,
    `import { assertHolds } from ${access};\nexport const create = () => ({ threads: [function* () { for (;;) yield assertHolds(true, ""); }] });`,
  );
  const empty = join(folder, "empty.json");
  writeFileSync(empty, "{}");
  const damaged = join(folder, "damaged.json");
  writeFileSync(damaged, "{");
  const refused: readonly (readonly [readonly string[], RegExp])[] = [
    [["explore"], /^quiesce: explore: name a program/],
    [["explore", "nope"], /^quiesce: no program "nope"; there are /],
    [["explore", "sb", "--model", "arm"], /^quiesce: [^\n]*arm[^\n]*there are sc, tso, lkmm, ra/],
    [["explore", "sb", "-p", "N"], /^quiesce: [^\n]*such as N=3/],
    [["explore", "sb", "-p", "M=2"], /^quiesce: sb has no parameter "M"; there is N\n$/],
    [["explore", "sb", "--strategy", "preemptions=x"], /^quiesce: [^\n]*preemptions=N/],
    [
      ["explore", fickle],
      /^quiesce: explore: thread 0 is not deterministic: as its access 2 it asked for writeOnce of word 2/,
    ],
    [["explore", endless], /^quiesce: explore: thread 0 loops without end/],
    [["explore", "--replay", join(folder, "none.json")], /^quiesce: [^\n]*cannot be read\n$/],
    [["explore", "--replay", damaged], /^quiesce: [^\n]*is no JSON\n$/],
    [["explore", "--replay", empty], /^quiesce: [^\n]*holds no failing execution/],
  ];
  await Promise.all(
    refused.map(async ([words, message]) => {
      const { code, stderr } = await quiesce(words);
      expect(stderr, words.join(" ")).toMatch(message);
      expect(code, words.join(" ")).toBe(2);
    }),
  );
});
