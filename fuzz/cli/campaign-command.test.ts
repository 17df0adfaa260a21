import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { quiesce } from "./cli-process.fixture.ts";

const folder = mkdtempSync(join(tmpdir(), "quiesce-campaign-"));
afterAll(() => rmSync(folder, { recursive: true }));
const files = (name: string): readonly string[] => ["--store", join(folder, `${name}.db`), "--out", join(folder, name)];

test("a campaign decides, certifies, and continues where it stopped", async () => {
  const args = ["campaign", "native-sync-lock-two", "--rounds", "1", ...files("holds"), "--json", "-"];
  const first = await quiesce(args);
  expect(first.stderr).toContain("holds     native-sync-lock-two  exhaustive");
  expect(first.code).toBe(0);
  expect(JSON.parse(first.stdout)).toMatchObject({ rounds: 1, decided: ["native-sync-lock-two"], finished: true });
  const again = await quiesce(args);
  expect([again.code, again.stdout]).toEqual([0, first.stdout]);
});

test("a violation is kept with its cause, and is found again on replay", async () => {
  const found = await quiesce(["campaign", "lazy01_bad", "--rounds", "1", ...files("violated")]);
  expect(found.code).toBe(1);
  expect(found.stdout).toMatch(/^still failing: assertion: .* \(lazy01_bad; .*:\d+.*first seen/m);
  const again = await quiesce(["campaign", "--recheck", ...files("violated")]);
  expect(again.code).toBe(1);
  expect(again.stdout).toMatch(/^still failing: assertion: /m);
});

test("a file that is not a store is refused in one line, with exit code 2", async () => {
  const path = join(folder, "text.db");
  writeFileSync(path, "no store ".repeat(200));
  const { code, stderr } = await quiesce(["campaign", "lazy01_bad", "--store", path]);
  expect([code, stderr.trim().split("\n")]).toEqual([
    2,
    [expect.stringMatching(/^quiesce: store .*text\.db: it is no store of a campaign; name another file$/)],
  ]);
});
