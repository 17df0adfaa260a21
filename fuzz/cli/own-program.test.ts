/** One file that declares a toy program is enough for explore, fuzz and replay. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, expect, test } from "vitest";
import { explore } from "#fuzz/explore/explore.ts";
import { exploredProgram } from "#fuzz/programs/explored-toy.ts";
import { program } from "#fuzz/programs/own-program.fixture.ts";
import { quiesce } from "./cli-process.fixture.ts";

const own = fileURLToPath(new URL("../programs/own-program.fixture.ts", import.meta.url));
const folder = mkdtempSync(join(tmpdir(), "quiesce-own-program-"));
afterAll(() => rmSync(folder, { recursive: true }));

test("explore finds the bug of a program in a file, with any parameters and under any model", async () => {
  const failed = await quiesce(["explore", own, "-p", "N=3", "--model", "tso"]);
  expect(failed.code).toBe(1);
  expect(failed.stdout).toMatch(
    /own-program\.fixture\.ts N=3 under tso: \d+ executions?\nFAILED thread runner \d: it has run/,
  );
  const refused = await quiesce(["explore", own, "-p", "M=3"]);
  expect(refused).toMatchObject({ code: 2, stderr: expect.stringContaining('has no parameter "M"; there is N') });
});

test("fuzz finds the same bug in the same file, and its trace is replayed", async () => {
  const found = await quiesce(["fuzz", own, "--executions", "200", "--seed", "1", "--workers", "1", "--out", folder]);
  expect(found.code).toBe(1);
  expect(found.stdout).toContain("violated  run-once  assertion: it has run 2 times");
  const replayed = await quiesce(["replay", join(folder, "traces/run-once.trace.json"), "--module", own]);
  expect(replayed.code).toBe(1);
  expect(replayed.stdout).toContain("VIOLATED assertion: it has run 2 times");
});

test("without its bug it has as many executions as the explorer counts, and none fails", () => {
  const { corrected } = program;
  if (corrected === undefined) throw new Error("it has a corrected form");
  // Either runner comes first: it runs, and the other does not.
  expect(explore(exploredProgram({ ...program, create: corrected }))).toEqual({
    executions: 2,
    blocked: 0,
    complete: true,
  });
});

test("a program that only the machine can judge is explored on the machine, under sc alone", async () => {
  const { code, stdout } = await quiesce(["explore", "deadlock01_bad", "--json", "-"]);
  expect(code).toBe(1);
  expect(JSON.parse(stdout)).toMatchObject({ program: "deadlock01_bad", violation: { property: "deadlock" } });
  const explored = await quiesce(["explore", "CVE-2009-3547"]);
  expect(explored.stdout).toContain(
    "VIOLATED memory-safety: readOnce through NIL\n  quiesce fuzz CVE-2009-3547 --strategy",
  );
  for (const options of [
    ["--model", "tso"],
    ["--strategy", "dfs"],
    ["--estimate", "10"],
  ]) {
    expect(await quiesce(["explore", "pbzip2", ...options])).toMatchObject({
      code: 2,
      stderr: "quiesce: explore: pbzip2 is judged by the machine: exhaustively, and under sc alone\n",
    });
  }
});

test("a program without a known bug can be fuzzed, and nothing is found", async () => {
  const { code, stdout } = await quiesce(["fuzz", "spin", "--executions", "50", "--seed", "1", "--out", folder]);
  expect(code).toBe(0);
  expect(stdout).toMatch(/^holds {5}spin {2}/m);
});
