import { spawnSync } from "node:child_process";
import { cpSync, existsSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { projectRoot } from "./project-root.ts";

const folder = mkdtempSync(join(tmpdir(), "quiesce-lint-"));
afterAll(() => rmSync(folder, { recursive: true }));

/** A folder may import those before it. */
const ORDER = [
  "host",
  "machine",
  "strategies",
  "explore",
  "search",
  "systems",
  "programs",
  "javascript",
  "bugs",
  "subjects",
  "gallery",
  "counterexample",
  "runner",
  "native",
  "campaign",
  "costs",
  "bench",
  "cli",
  "package",
  "newcomer",
] as const;

function plant(file: string, text: string): void {
  mkdirSync(dirname(join(folder, file)), { recursive: true });
  writeFileSync(join(folder, file), text);
}

/** The planted files that the project's lint refuses, each once, with the rule. */
function refused(): readonly string[] {
  cpSync(join(projectRoot, ".oxlintrc.json"), join(folder, ".oxlintrc.json"));
  // The linter's plugins are looked up beside its configuration.
  if (!existsSync(join(folder, "node_modules")))
    symlinkSync(join(projectRoot, "node_modules"), join(folder, "node_modules"));
  const oxlint = join(projectRoot, "node_modules/.bin/oxlint");
  const { stdout } = spawnSync(process.execPath, [oxlint, "--format", "json"], { cwd: folder, encoding: "utf8" });
  const { diagnostics } = JSON.parse(stdout) as {
    readonly diagnostics: readonly { readonly code: string; readonly filename: string }[];
  };
  const wanted = diagnostics.filter(({ code }) => /no-restricted-imports|no-cycle/.test(code));
  return [...new Set(wanted.map(({ code, filename }) => `${filename} ${code}`))].toSorted();
}

const restricted = (file: string): string => `${file} eslint(no-restricted-imports)`;

test("lint refuses importing a value or a type from a folder further up, and allows it from those further down", () => {
  const up: string[] = [];
  for (const [place, name] of ORDER.entries()) {
    const below = ORDER.slice(0, place + 1).map((other) => `import "#fuzz/${other}/deep/down.ts";\n`);
    plant(`fuzz/${name}/fine.ts`, `${below.join("")}import "#reports/result.ts";\nimport "#model/model.ts";\n`);
    for (const other of ORDER.slice(place + 1)) {
      const file = `fuzz/${name}/to-${other}.ts`;
      plant(file, `import type { X } from "#fuzz/${other}/deep/up.ts";\nexport const x: X | undefined = undefined;\n`);
      plant(`fuzz/${name}/deep/to-${other}.ts`, `import { x } from "../../${other}/up.ts";\nexport const y = x;\n`);
      up.push(file, `fuzz/${name}/deep/to-${other}.ts`);
    }
  }
  for (const [file, source] of [
    ["model/a.ts", "#impl/memory/access.ts"],
    ["impl/a.ts", "#properties/peers/a/b.ts"],
    ["properties/a.ts", "#reports/result.ts"],
    ["reports/a.ts", "#fuzz/costs/sizes/peers-sizes.ts"],
    ["reports/deep/a.ts", "../../fuzz/costs/sizes/peers-sizes.ts"],
  ] as const) {
    plant(file, `import type { X } from "${source}";\nexport const x: X | undefined = undefined;\n`);
    up.push(file);
  }
  plant("fuzz/host/exempt.test.ts", 'import "#fuzz/cli/main.ts";\n');
  plant("fuzz/cli/one.ts", 'import type { Two } from "./two.ts";\nexport type One = Two | 1;\n');
  plant("fuzz/cli/two.ts", 'import type { One } from "./one.ts";\nexport type Two = { one: One };\n');
  const circle = ["fuzz/cli/one.ts import(no-cycle)", "fuzz/cli/two.ts import(no-cycle)"];
  expect(refused()).toEqual([...up.map(restricted), ...circle].toSorted());
});
