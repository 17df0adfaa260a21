import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { quiesce } from "./cli-process.fixture.ts";

const folder = mkdtempSync(join(tmpdir(), "quiesce-mutants-"));
afterAll(() => rmSync(folder, { recursive: true }));

const SMALL = ["mutants", "native-sync", "--file", "impl/native/lock.ts", "--executions", "10"];

interface Report {
  readonly files: Readonly<
    Record<
      string,
      { readonly mutants: readonly { id: string; status: string; statusReason?: string; duration: number }[] }
    >
  >;
}

/** What is to be equal in every run. */
function verdicts(text: string): unknown {
  const { files } = JSON.parse(text) as Report;
  return Object.values(files).flatMap(({ mutants }) => mutants.map((mutant) => ({ ...mutant, duration: 0 })));
}

// Under coverage, code with all mutants in it is slow.
test("mutants are killed or listed; verdicts of unchanged code are taken over", { timeout: 600_000 }, async () => {
  const out = join(folder, "lock");
  const some = [...SMALL, "--mutants", "0,1,7,8,24,25", "--out", out];
  const { code, stdout } = await quiesce([...some, "--workers", "1"]);
  expect(stdout).toMatch(/^impl\/native\/lock\.ts:\d+:\d+ {2}.* → .* {2}survived$/m);
  expect(stdout).toMatch(/^impl\/native +6( +\d){3} +\d+\.\d %$/m);
  expect(stdout).toContain("seed 1, --executions 10; mutants in ");
  expect(code).toBe(0);
  const before = verdicts(readFileSync(join(out, "mutants.json"), "utf8"));
  // A survivor's verdict stands only if the same checks reach it.
  const again = await quiesce([...some, "--workers", "2", "--incremental", "--json", "-"]);
  expect(again.stderr).toMatch(/\b4 verdicts taken over from an earlier run/);
  expect(verdicts(again.stdout)).toEqual(before);
});

test("unknown systems, files and mutants are refused in one line", async () => {
  for (const [args, message] of [
    [["nope"], 'quiesce: no system "nope"; there are peers, '],
    [
      ["dst", "--file", "impl/peers/avl.ts"],
      "quiesce: --file impl/peers/avl.ts: dst loads no such file; name one such as impl/dst/",
    ],
    [["--mutants", "1,x"], "it must be whole numbers with commas between them"],
    [["--file", "impl/sync/ticks.ts", "--mutants", "999"], "quiesce: --mutants 999: impl/sync/ticks.ts has "],
  ] as const) {
    const { code, stderr } = await quiesce(["mutants", ...args, "--out", join(folder, "bad")]);
    expect(stderr).toContain(message);
    expect(stderr.trimEnd().split("\n")).toHaveLength(1);
    expect(code).toBe(2);
  }
});

test("a stopped run leaves mutants undecided, and exits with 3", async () => {
  const out = join(folder, "stopped");
  const { code, stdout, stderr } = await quiesce([...SMALL, "--time", "1ms", "--out", out]);
  expect(stderr).toContain("quiesce: mutants: stopped by --time after 0.001 s; --resume goes on from here");
  expect(stdout).toMatch(/\d+ undecided when it was stopped/);
  expect(code).toBe(3);
});
