import { spawnSync } from "node:child_process";
import { cpSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, expect, test } from "vitest";

const folder = mkdtempSync(join(tmpdir(), "quiesce-installed-"));
afterAll(() => rmSync(folder, { recursive: true }));

test("the command of an installed package says in one line that it is for a checkout", () => {
  const installed = join(folder, "node_modules/quiesce/fuzz/cli/quiesce.mjs");
  cpSync(fileURLToPath(new URL("./quiesce.mjs", import.meta.url)), installed);
  const { status, stdout, stderr } = spawnSync(process.execPath, [installed, "list"], { encoding: "utf8" });
  expect(stderr).toBe(
    'quiesce: the command runs in a checkout of the project, where npm ci has been run; the package offers the library, "quiesce/peers".\n',
  );
  expect([status, stdout]).toEqual([2, ""]);
});
