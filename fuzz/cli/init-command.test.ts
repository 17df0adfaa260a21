import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { PassThrough } from "node:stream";
import { text } from "node:stream/consumers";
import { afterAll, expect, test } from "vitest";
import { init } from "./init-command.ts";

const folder = mkdtempSync(join(tmpdir(), "quiesce-init-"));
afterAll(() => rmSync(folder, { recursive: true }));

/** Runs `init` in a folder below, with these files in it; returns what it says. */
async function initIn(name: string, files: Readonly<Record<string, string>> = {}): Promise<string> {
  mkdirSync(join(folder, name), { recursive: true });
  for (const [file, content] of Object.entries(files)) writeFileSync(join(folder, name, file), content);
  const stdout = new PassThrough();
  await init(join(folder, name), { stdout });
  stdout.end();
  return text(stdout);
}

const textOf = (file: string): string => readFileSync(join(folder, file), "utf8");

test("an empty folder becomes a project of modules, with an example, its test, a configuration and a workflow", async () => {
  const said = await initIn("empty");
  for (const file of [
    "quiesce.config.ts",
    "structures/tickets.ts",
    "structures/tickets.test.ts",
    ".github/workflows/quiesce.yml",
  ])
    expect(said).toContain(`wrote  ${file}\n`);
  expect(JSON.parse(textOf("empty/package.json"))).toEqual({
    private: true,
    type: "module",
    scripts: { verify: "quiesce verify", test: "node --test" },
  });
  expect(textOf("empty/structures/tickets.test.ts")).toContain('from "node:test"');
  expect(textOf("empty/.gitignore")).toBe("reports/out/\nquiesce-out/\n");
});

test("what is there stays, the second time as the first", async () => {
  await initIn("kept", {
    "quiesce.config.ts": "mine",
    ".gitignore": "node_modules",
    "package.json": '{\n\t"type": "module",\n\t"scripts": { "verify": "mine" }\n}\n',
  });
  expect(textOf("kept/quiesce.config.ts")).toBe("mine");
  expect(textOf("kept/package.json")).toBe(
    '{\n\t"type": "module",\n\t"scripts": {\n\t\t"verify": "mine",\n\t\t"test": "node --test"\n\t}\n}\n',
  );
  expect(textOf("kept/.gitignore")).toBe("node_modules\nreports/out/\nquiesce-out/\n");
  const [manifest, ignored] = [textOf("kept/package.json"), textOf("kept/.gitignore")];
  expect(await initIn("kept")).toContain("kept   structures/tickets.ts\n");
  expect([textOf("kept/package.json"), textOf("kept/.gitignore")]).toEqual([manifest, ignored]);
});

test("where files are no modules they end in .mts, and the test is for vitest where the project has it", async () => {
  await initIn("common", { "package.json": '{ "devDependencies": { "vitest": "5.0.0" } }' });
  expect(textOf("common/structures/tickets.test.mts")).toContain('from "vitest"');
  expect(textOf("common/structures/tickets.test.mts")).toContain('from "./tickets.mts"');
  expect(textOf("common/quiesce.config.mts")).toContain('"structures/*.mts"');
  expect(JSON.parse(textOf("common/package.json"))).toMatchObject({ scripts: { test: "vitest run" } });
});

test("a package.json that is none is refused before anything is written", async () => {
  await expect(initIn("broken", { "package.json": "{" })).rejects.toThrow("init: package.json is no JSON object");
  expect(() => textOf("broken/quiesce.config.ts")).toThrow("ENOENT");
});
