import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { systems } from "#fuzz/systems/all-systems.ts";
import { quiesce } from "./cli-process.fixture.ts";

const folder = mkdtempSync(join(tmpdir(), "quiesce-costs-"));
afterAll(() => rmSync(folder, { recursive: true }));

test("costs prints its tables", async () => {
  const { code, stdout, stderr } = await quiesce(["costs"]);
  expect([code, stderr]).toEqual([0, ""]);
  expect(stdout).toMatch(
    /^what a peer's lookup writes\n {2}system +lookup +locks +atomics +lines written +accesses\n {2}peers-rwlock +a hit, the peer in use +2 +4 +3 +\d+\n/,
  );
  expect(stdout).toMatch(/^what records take and lookups touch$/m);
  expect(stdout).toMatch(
    /^accesses under the garbage lock of the destination cache: .*\n {2}entries .*\n( {2,}\d.*\n){5}$/m,
  );
});

test("--json writes them as JSON, to standard output or to a file, with sizes of every kernel structure", async () => {
  const { code, stdout } = await quiesce(["costs", "--json", "-"]);
  expect(code).toBe(0);
  const { format, version, sizes, lookups } = JSON.parse(stdout);
  expect([format, version, lookups.length]).toEqual(["quiesce-costs", 1, 16]);
  const known = new Set(systems.map(({ name }) => name));
  for (const { system } of sizes) expect(known).toContain(system);
  expect(new Set(sizes.map(({ system }: { system: string }) => system)).size).toBeGreaterThanOrEqual(7);
  const file = join(folder, "costs.json");
  expect((await quiesce(["costs", "--json", file])).code).toBe(0);
  expect(readFileSync(file, "utf8")).toBe(stdout);
});

test("an unwritable file gives one line and exit code 2", async () => {
  const { code, stderr } = await quiesce(["costs", "--json", join(folder, "costs.json", "below-a-file")]);
  expect(code).toBe(2);
  expect(stderr).toMatch(/^quiesce: .*\n$/);
});
