import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { afterAll, expect, test } from "vitest";
import { importPatched, noteImports } from "./patched-modules.ts";

const folder = mkdtempSync(join(tmpdir(), "quiesce-modules-"));
afterAll(() => rmSync(folder, { recursive: true }));

function moduleOf(name: string, text: string): string {
  const path = join(folder, name);
  writeFileSync(path, text);
  return pathToFileURL(path).href;
}

// entry → middle → leaf, and all three → shared, which counts how often each module is evaluated.
const shared = moduleOf("shared.ts", "export const evaluated: string[] = [];");
const other = moduleOf("other.ts", 'import { evaluated } from "./shared.ts"; evaluated.push("other");');
const leaf = moduleOf(
  "leaf.ts",
  'import { evaluated } from "./shared.ts"; evaluated.push("leaf"); export const value: number = 1;',
);
moduleOf("middle.ts", 'import { value } from "./leaf.ts"; export const twice = (): number => 2 * value;');
const entry = moduleOf(
  "entry.ts",
  'import { evaluated } from "./shared.ts"; import "./other.ts"; ' +
    'export { twice } from "./middle.ts"; export { evaluated };',
);

interface Entry {
  readonly evaluated: readonly string[];
  twice(): number;
}

const load = (sources: Readonly<Record<string, string>>, url: string = entry): Promise<Entry> =>
  importPatched(url, "bug", new Map(Object.entries(sources))) as Promise<Entry>;
const leafOf = (value: number): string =>
  `import { evaluated } from "./shared.ts"; evaluated.push("leaf ${value}"); export const value: number = ${value};`;

test("imports must be recorded from the start", async () => {
  await expect(load({ [leaf]: leafOf(3) })).rejects.toThrow("noteImports was not called");
});

test("a patch reaches the importers of its module, alongside the unpatched code", async () => {
  noteImports();
  const patched = await load({ [leaf]: leafOf(21) });
  const plain = await load({});
  expect([patched.twice(), plain.twice()]).toEqual([42, 2]);
});

test("modules that do not import the patched one are shared", async () => {
  const one = await load({ [leaf]: leafOf(5) });
  const two = await load({ [leaf]: leafOf(6) });
  expect(two.evaluated).toBe(one.evaluated);
  expect(one.evaluated.filter((name) => name === "other")).toHaveLength(1);
  expect([one.twice(), two.twice()]).toEqual([10, 12]);
});

test("equal sources are loaded once", async () => {
  const { evaluated } = await load({ [leaf]: leafOf(8) });
  await load({ [leaf]: leafOf(8) });
  expect(evaluated.filter((name) => name === "leaf 8")).toHaveLength(1);
});

test("a patch that a module does not import, directly or not, leaves it unpatched", async () => {
  expect(await load({ [pathToFileURL(join(folder, "absent.ts")).href]: "" })).toBe(await load({}));
  const [plain, patched] = [await load({}, other), await load({ [leaf]: leafOf(9) }, other)];
  expect(patched).toBe(plain);
});

test("a module that only the patch imports also sees the patched modules", async () => {
  moduleOf("added.ts", 'import { base } from "./leaf.ts"; export const more = (): number => base + 1;');
  const source =
    'import { more } from "./added.ts"; export const base: number = 30; ' +
    "export const value: { valueOf(): number } = { valueOf: () => more() };";
  expect((await load({ [leaf]: source })).twice()).toBe(62);
});

test("a patch of a module that all import copies them all", async () => {
  const patched = await load({ [shared]: 'export const evaluated: string[] = ["patched"];' });
  expect(patched.evaluated.slice(0, 1)).toEqual(["patched"]);
  expect((await load({})).evaluated).not.toContain("patched");
});

test("errors in the patched code are thrown, and the unpatched code is unaffected", async () => {
  await expect(load({ [leaf]: "export const value: number = 1; throw new Error('broken');" })).rejects.toThrow(
    "broken",
  );
  expect((await load({})).twice()).toBe(2);
});
