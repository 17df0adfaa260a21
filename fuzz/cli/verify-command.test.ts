import { once } from "node:events";
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { pageTemplate } from "#fuzz/host/page-template.ts";
import { Result } from "#reports/result.ts";
import { quiesce } from "./cli-process.fixture.ts";

const folder = mkdtempSync(join(tmpdir(), "quiesce-verify-"));
afterAll(() => rmSync(folder, { recursive: true }));

/** Small enough to enumerate within the quick profile. */
const SMALL = "peers-identifiers";

function resultIn(out: string): Result {
  return Result.parse(JSON.parse(readFileSync(join(out, "result.json"), "utf8")));
}

test("a scenario that holds is one line, exit code 0, and every report", async () => {
  const out = join(folder, "holds");
  const page = join(folder, "step-summary.md");
  const { code, stdout, stderr } = await quiesce(["verify", SMALL, "--out", out], {
    env: { GITHUB_STEP_SUMMARY: page },
  });
  expect(stderr).toBe("");
  expect(stdout).toMatch(/^holds {5}peers-identifiers {2}every execution \([\d,]+\), sequentially consistent$/m);
  expect(stdout).toMatch(/^seed 1; reports in /m);
  expect(code).toBe(0);
  expect(readdirSync(out).toSorted()).toEqual([
    ...(pageTemplate() === undefined ? [] : ["index.html"]),
    "junit.xml",
    "quiesce.sarif",
    "result.json",
    "summary.md",
    "timing.json",
  ]);
  expect(readFileSync(page, "utf8")).toBe(`${readFileSync(join(out, "summary.md"), "utf8")}\n`);
});

test("one seed gives the same bytes with one worker and with two; another seed gives different ones", async () => {
  const [one, two, other] = ["one", "two", "other"].map((name) => join(folder, name));
  await Promise.all([
    quiesce([
      "fuzz",
      "peers-limiter-shared",
      "--executions",
      "600",
      "--seed",
      "5",
      "--workers",
      "1",
      "--out",
      one ?? "",
    ]),
    quiesce([
      "fuzz",
      "peers-limiter-shared",
      "--executions",
      "600",
      "--seed",
      "5",
      "--workers",
      "2",
      "--out",
      two ?? "",
    ]),
    quiesce([
      "fuzz",
      "peers-limiter-shared",
      "--executions",
      "600",
      "--seed",
      "6",
      "--workers",
      "2",
      "--out",
      other ?? "",
    ]),
  ]);
  const [first, second, third] = [one, two, other].map((out) => readFileSync(join(out ?? "", "result.json"), "utf8"));
  expect(second).toBe(first);
  expect(third).not.toBe(first);
});

test("a violation is printed, saved as a trace and a script, added to every report, and exits with 1", async () => {
  const out = join(folder, "violated");
  const { code, stdout } = await quiesce(["fuzz", "lazy01_bad", "--seed", "3", "--out", out]);
  expect(code).toBe(1);
  expect(stdout).toContain("VIOLATED assertion: data is 3");
  expect(stdout).toMatch(/^replay {2}npx quiesce replay .*lazy01_bad\.trace\.json$/m);
  expect(stdout).toMatch(/^run it {2}npx node .*lazy01_bad\.repro\.ts$/m);
  const { counterexample } = resultIn(out).scenarios[0] ?? {};
  expect(counterexample).toMatchObject({
    property: "assertion",
    trace: "traces/lazy01_bad.trace.json",
    reproduction: "traces/lazy01_bad.repro.ts",
  });
  expect(counterexample?.location?.file).toBe("fuzz/programs/critical-sections.ts");
  expect(readFileSync(join(out, "junit.xml"), "utf8")).toContain('<failure message="data is 3" type="assertion">');
  expect(JSON.parse(readFileSync(join(out, "quiesce.sarif"), "utf8"))).toMatchObject({
    runs: [{ results: [{ ruleId: "assertion" }] }],
  });
  const replayed = await quiesce(["replay", join(out, "traces/lazy01_bad.trace.json")]);
  expect(replayed.code).toBe(1);
});

test("--json - writes the result to standard output, and nothing else", async () => {
  const { code, stdout, stderr } = await quiesce([
    "fuzz",
    SMALL,
    "--executions",
    "20",
    "--json",
    "-",
    "--out",
    join(folder, "json"),
  ]);
  expect(Result.parse(JSON.parse(stdout)).verdict).toBe("holds");
  expect(stderr).toContain(
    "holds     peers-identifiers  80 executions by random, pct3, pos, surw, sequentially consistent",
  );
  expect(code).toBe(0);
});

test("--time leaves a partial report, undecided, with exit code 3; --resume reports a missing state", async () => {
  const out = join(folder, "time");
  const { code, stdout, stderr } = await quiesce([
    "verify",
    "peers-three-creators",
    "--time",
    "50ms",
    "--resume",
    "--out",
    out,
  ]);
  expect(code).toBe(3);
  expect(stdout).toContain(
    "not finished: stopped by --time after 0.05 s; the report is partial, and --resume goes on from here",
  );
  expect(stderr).toMatch(
    /^quiesce: nothing to resume in .*campaign-state\.json: no run was stopped there; starting anew$/m,
  );
  expect(resultIn(out)).toMatchObject({ finished: false, verdict: "unknown" });
});

test("^C leaves a partial report and the state, without a stack; --resume continues to the same end", async () => {
  const out = join(folder, "interrupted");
  const { code, stdout, stderr } = await quiesce(["verify", SMALL, "peers", "--seed", "9", "--verbose", "--out", out], {
    // The first scenario is decided once its line is printed.
    meanwhile: (child) => {
      let text = "";
      const watch = (part: string): void => {
        text += part;
        if (!/^holds/m.test(text)) return;
        child.stdout.off("data", watch);
        child.kill("SIGINT");
      };
      child.stdout.on("data", watch);
    },
  });
  expect(code).toBe(3);
  expect(stderr).toBe("");
  expect(stdout).toContain("not finished: interrupted; the report is partial, and --resume goes on from here");
  expect(resultIn(out)).toMatchObject({ finished: false, verdict: "unknown" });
  expect(resultIn(out).scenarios.length).toBeGreaterThan(20);
  expect(readFileSync(join(out, "summary.md"), "utf8")).toContain("**Unfinished**");
  const state = join(out, "campaign-state.json");
  expect(existsSync(state)).toBe(true);

  const resumed = await quiesce(["verify", SMALL, "--resume", "--out", out]);
  expect(resumed.stderr).toMatch(/^quiesce: resuming; ([2-9]|\d\d+) searches are done already$/m);
  expect(resumed.code).toBe(0);
  const { scenarios, seed, finished } = resultIn(out);
  expect([seed, finished]).toEqual([9, true]);
  // Every schedule was run, so the seed does not change the counts.
  expect(scenarios[0]?.searches).toEqual(resultIn(join(folder, "holds")).scenarios[0]?.searches);
  expect(existsSync(state)).toBe(false);
});

test("several scenarios are a row per system; a GitHub Actions log has their lines in folded groups", async () => {
  const words = ["verify", SMALL, "time-wait", "lazy01_bad", "--out", join(folder, "several")];
  const [plain, inActions] = await Promise.all([quiesce(words), quiesce(words, { env: { GITHUB_ACTIONS: "true" } })]);
  expect([plain.code, inActions.code]).toEqual([1, 1]);
  expect(plain.stdout).not.toContain("::group::");
  expect(plain.stdout).toContain("VIOLATED assertion");
  expect(plain.stdout).toMatch(/^time-wait +\d+ hold/m);
  expect(inActions.stdout).toMatch(/^::group::scenarios of peers: 1\nholds +peers-identifiers .*\n::endgroup::$/m);
  expect(inActions.stdout).toMatch(/^::group::scenarios of programs: 1$/m);
});

test("a second ^C ends at once, without a report", async () => {
  const out = join(folder, "twice");
  const module = join(folder, "deaf.ts");
  // Its set-up never checks whether to stop.
  writeFileSync(
    module,
    `import { z } from ${JSON.stringify(import.meta.resolve("zod"))};
export default {
  name: "deaf", about: "", operationSchema: z.any(), limitsSchema: z.any(), properties: [],
  compile() { for (;;); },
  scenarios: [{ name: "deaf", system: "deaf", initial: [], threads: [{ name: "a", operations: [1] }] }],
};
`,
  );
  const { code, stdout, stderr } = await quiesce(["verify", module, "--workers", "1", "--out", out], {
    meanwhile: (child) =>
      void child.stdout.once("data", () => {
        child.kill("SIGINT");
        setTimeout(() => child.kill("SIGINT"), 300);
      }),
  });
  expect([code, stderr]).toEqual([3, ""]);
  expect(stdout).not.toContain("not finished");
  expect(existsSync(join(out, "result.json"))).toBe(false);
});

test("a closed output stops the run the same way", async () => {
  const out = join(folder, "pipe");
  const { code, stderr } = await quiesce(["verify", SMALL, "peers", "--verbose", "--out", out], {
    meanwhile: (child) => void once(child.stdout, "data").then(() => child.stdout.destroy()),
  });
  expect(code).toBe(3);
  expect(stderr).toBe("");
  expect(resultIn(out)).toMatchObject({ finished: false });
});

test("an unknown name is refused in one line that lists the known ones, with exit code 2", async () => {
  const refused: readonly (readonly [readonly string[], RegExp])[] = [
    [["verify", "nope"], /^quiesce: no scenario "nope"; there are peers-[^\n]*\n$/],
    [["fuzz", "nope\u001b[31m"], /^quiesce: no scenario "nope\\u\{1b\}\[31m"; there are peers-[^\n]*\n$/],
    [["verify", "--profile", "fast"], /^quiesce: no profile "fast"; there are quick, full, night\n$/],
    [["fuzz", SMALL, "--strategy", "random,luck"], /^quiesce: no strategy "luck"; there are random, [^\n]*\n$/],
    [["verify", "--frob"], /^quiesce: unknown option '--frob'\n$/],
    [
      ["verify", "--seed", "-1"],
      /^quiesce: option '--seed <n>' argument '-1' is invalid\. it must be a whole number from 0 to 4294967295\.\n$/,
    ],
    [["verify", "--workers", "0"], /it must be a whole number from 1 to 64\.\n$/],
    [["verify", "--time", "soon"], /it must be a duration such as 500ms, 10s, 2m or 1h\.\n$/],
    [
      ["verify", "./missing.ts"],
      /^quiesce: there is no module [^\n]*missing\.ts; name a file that exports a system\n$/,
    ],
    [["frob"], /^quiesce: unknown command 'frob'\n$/],
  ];
  const ended = await Promise.all(refused.map(([args]) => quiesce(args)));
  for (const [index, { code, stdout, stderr }] of ended.entries()) {
    expect(stderr).toMatch(refused[index]?.[1] ?? /^$/);
    expect([code, stdout]).toEqual([2, ""]);
  }
});

test("a folder that cannot be written is refused before anything runs", async () => {
  const file = join(folder, "file");
  writeFileSync(file, "");
  const { code, stderr, stdout } = await quiesce(["verify", SMALL, "--out", join(file, "out")]);
  expect(stderr).toMatch(/^quiesce: cannot write to [^\n]*\(E[A-Z]+\); name a place that can be written with --out\n$/);
  expect([code, stdout]).toEqual([2, ""]);
  const json = await quiesce(["verify", SMALL, "--out", join(folder, "json"), "--json", join(file, "result.json")]);
  expect(json.stderr).toMatch(/^quiesce: cannot write to [^\n]*; name a place that can be written with --json\n$/);
  expect([json.code, json.stdout]).toEqual([2, ""]);
});

test.skipIf(process.getuid?.() === 0)(
  "a folder without permission is refused (skipped for root, who may write anywhere)",
  async () => {
    const closed = join(folder, "closed");
    mkdirSync(closed);
    chmodSync(closed, 0o500);
    const { code, stderr } = await quiesce(["verify", SMALL, "--out", closed]);
    expect(stderr).toMatch(/^quiesce: cannot write to [^\n]*\(EACCES\)/);
    expect(code).toBe(2);
  },
);

test("every command has examples in its help", async () => {
  const commands = ["verify", "fuzz", "list"];
  const helps = await Promise.all(commands.map((command) => quiesce([command, "--help"])));
  for (const [index, { code, stdout }] of helps.entries()) {
    expect(code).toBe(0);
    expect(stdout).toContain(`Examples:\n  quiesce ${commands[index]}`);
  }
});

test("list prints systems with their counts, as text and as JSON", async () => {
  const [text, json] = await Promise.all([quiesce(["list"]), quiesce(["list", "--json", "-"])]);
  const listing = JSON.parse(json.stdout);
  const [peers] = listing.systems;
  expect(peers.counts).toEqual({
    scenarios: peers.scenarios.length,
    properties: peers.properties.length,
    bugs: peers.bugs.length,
    certificates: peers.certificates.length,
  });
  expect(peers.counts.bugs).toBe(
    readdirSync(new URL("../bugs", import.meta.url)).filter(
      (file) =>
        file.endsWith(".patch") &&
        /^system: peers$/m.test(readFileSync(new URL(`../bugs/${file}`, import.meta.url), "utf8")),
    ).length,
  );
  expect(text.stdout).toContain(
    `  ${peers.counts.scenarios} scenarios, ${peers.counts.properties} properties, ${peers.counts.bugs} bugs, certificates of 2x2x3, 3x1x3\n`,
  );
  expect([text.code, json.code]).toEqual([0, 0]);
});
