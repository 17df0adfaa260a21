import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { quiesce } from "./cli-process.fixture.ts";

const folder = mkdtempSync(join(tmpdir(), "quiesce-bugs-"));
afterAll(() => rmSync(folder, { recursive: true }));

test("a bug that is found is one line, with the executions of each strategy, and exit code 0", async () => {
  const { code, stdout } = await quiesce(["bugs", "inetpeer-ipid-range-overlap"]);
  expect(stdout).toMatch(
    /^found {3}inetpeer-ipid-range-overlap {2}linearizability in peers-identifiers with 0 preemptions; executions: exhaustive 1, random 1, pct3 1, pos 1, surw 1$/m,
  );
  expect(stdout).toMatch(/^1 of 1 found, seed 1$/m);
  expect(code).toBe(0);
});

test("a bug that only one strategy finds is missed, and the exit code is 1", async () => {
  const { code, stdout } = await quiesce([
    "bugs",
    "--executions",
    "50",
    "--strategies",
    "random,surw",
    "inetpeer-miss-trusted-during-writer",
  ]);
  expect(stdout).toMatch(
    /^missed {2}inetpeer-miss-trusted-during-writer .*but only 1 of the strategies found it from every seed; executions: random –, surw \d+$/m,
  );
  expect(code).toBe(1);
});

test("a bug that nobody finds is missed, with the property that stays quiet", async () => {
  const { code, stdout } = await quiesce([
    "bugs",
    "--executions",
    "5",
    "--strategies",
    "random",
    "inetpeer-miss-needs-locked-retry-2010",
  ]);
  expect(stdout).toContain("linearizability is not violated in peers-rcu-list-rotate");
  expect(code).toBe(1);
});

test("several seeds give median and worst, in JSON and in the text", async () => {
  const file = join(folder, "bugs.json");
  const { stdout } = await quiesce([
    "bugs",
    "--seeds",
    "3",
    "--strategies",
    "pos,pct3",
    "--json",
    file,
    "inetpeer-dtime-tearing",
  ]);
  expect(stdout).toMatch(/executions: pos \d+ \(worst \d+\), pct3 \d+ \(worst \d+\)/);
  expect(stdout).toMatch(/^1 of 1 found, seed 1 to 3$/m);
  expect(JSON.parse(readFileSync(file, "utf8"))).toMatchObject({
    seeds: [1, 2, 3],
    bugs: [
      {
        slug: "inetpeer-dtime-tearing",
        outcome: "found",
        strategies: [
          { strategy: "pos", searches: 3, catches: 3 },
          { strategy: "pct3", searches: 3, catches: 3 },
        ],
      },
    ],
  });
});

test("JSON on standard output stands there alone", async () => {
  const { stdout } = await quiesce(["bugs", "--json", "-", "--strategies", "pos", "inetpeer-ipid-range-overlap"]);
  expect(JSON.parse(stdout)).toMatchObject({ bugs: [{ outcome: "found" }] });
});

test("the story of a bug is told in at most 25 rows, and ends where it went wrong", async () => {
  const { stdout } = await quiesce(["bugs", "--story", "--strategies", "pct3", "inetpeer-gc-worker-no-grace-period"]);
  expect(stdout).toMatch(/ data-race in peers-collector-against-old-root, shrunk to 0 preemptions and \d+ accesses; /);
  const story = stdout.slice(stdout.indexOf("VIOLATED data-race"));
  // The line above names the threads.
  const rows = story.slice(story.indexOf("gc worker\n"), story.indexOf("\nmatters")).trimEnd().split("\n").slice(1);
  expect(rows.length).toBeLessThanOrEqual(25);
  expect(rows.at(-1)).toContain("← here");
});

test("an unknown bug, an unknown strategy, a number out of range and a file that cannot be written are refused in one line", async () => {
  for (const [args, message] of [
    [["bugs", "nope"], 'quiesce: no bug "nope"; there are '],
    [["bugs", "--strategies", "luck"], 'quiesce: no strategy "luck"; there are '],
    [["bugs", "--seeds", "0"], "it must be a whole number of at least 1"],
    [["bugs", "--bogus"], "unknown option"],
    [["bugs", "--json", folder, "--strategies", "pos", "inetpeer-ipid-range-overlap"], "quiesce: cannot write"],
  ] as const) {
    const { code, stderr } = await quiesce([...args]);
    expect(stderr).toContain(message);
    expect(stderr.trimEnd().split("\n")).toHaveLength(1);
    expect(code).toBe(2);
  }
});

test("a hunt that is interrupted says how far it came, and the exit code is 3", async () => {
  const bugs = ["inetpeer-ipid-range-overlap", "inetpeer-miss-needs-locked-retry-2010"];
  const { code, stderr } = await quiesce(["bugs", "--executions", "100000000", "--strategies", "random", ...bugs], {
    // The first bug's line says that the hunt is on; the second is not found this way.
    meanwhile: (child) => void child.stdout.once("data", () => child.kill("SIGINT")),
  });
  expect(stderr.trimEnd()).toBe("quiesce: bugs: interrupted after 1 of 2 bugs");
  expect(code).toBe(3);
});
