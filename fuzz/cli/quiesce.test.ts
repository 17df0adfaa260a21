import { spawnSync } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, expect, test } from "vitest";

const folder = mkdtempSync(join(tmpdir(), "quiesce-installed-"));
afterAll(() => rmSync(folder, { recursive: true }));

/** Plants a package whose compiled commands only say whose they are; returns the file that starts them. */
function plant(place: string, says: string): string {
  const root = join(folder, place, "node_modules/quiesce");
  mkdirSync(join(root, "dist"), { recursive: true });
  cpSync(fileURLToPath(new URL("./quiesce.mjs", import.meta.url)), join(root, "fuzz/cli/quiesce.mjs"));
  writeFileSync(join(root, "package.json"), '{ "name": "quiesce", "type": "module" }');
  writeFileSync(join(root, "dist/main.js"), `process.stdout.write("${says}");`);
  return join(root, "fuzz/cli/quiesce.mjs");
}

test("the command of a package runs what the project in the present folder has installed, else its own", () => {
  const everywhere = plant("everywhere", "everywhere");
  plant("project", "the project's");
  mkdirSync(join(folder, "project/deep"));
  mkdirSync(join(folder, "elsewhere"));
  const saidIn = (cwd: string) =>
    spawnSync(process.execPath, [everywhere], { cwd: join(folder, cwd), encoding: "utf8" }).stdout;
  expect([saidIn("project"), saidIn("project/deep"), saidIn("elsewhere")]).toEqual([
    "the project's",
    "the project's",
    "everywhere",
  ]);
});
