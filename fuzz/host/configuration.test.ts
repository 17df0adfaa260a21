import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { configuredModules, readConfiguration } from "./configuration.ts";

const folder = mkdtempSync(join(tmpdir(), "quiesce-configuration-"));
afterAll(() => rmSync(folder, { recursive: true }));

let projects = 0;
function projectWith(text: string): string {
  const root = join(folder, `project-${++projects}`);
  mkdirSync(join(root, "structures"), { recursive: true });
  writeFileSync(join(root, "quiesce.config.mjs"), text);
  return root;
}

test("a project without the file has no configuration, and one with it has what it exports", async () => {
  expect(await readConfiguration(folder)).toBeUndefined();
  const root = projectWith("export default { seed: 7, out: 'verified', reporters: ['junit'] };");
  expect(await readConfiguration(root)).toEqual({
    seed: 7,
    out: "verified",
    reporters: ["junit"],
    file: join(root, "quiesce.config.mjs"),
  });
});

test("what is wrong with it is said in one line, with the field", async () => {
  const refused: readonly (readonly [string, string])[] = [
    ["export default { module: [] };", 'quiesce.config.mjs: there is no field "module"; did you mean modules?'],
    ["export default { seed: -1 };", "quiesce.config.mjs: seed is -1, and must be a whole number from 0 to 4294967295"],
    ["export default { workers: 65 };", "workers is 65, and must be a whole number from 1 to 64"],
    ["export default { modules: 'a.ts' };", 'modules is "a.ts", and must be a list of paths'],
    ["export default { reporters: ['html'] };", 'reporters is ["html"], and must be a list of junit, sarif, markdown'],
    ["export default { memoryModels: [] };", "memoryModels is [], and must be a list of names"],
    ["export default { out: '' };", 'out is "", and must be a folder'],
    ["export const seed = 1;", "quiesce.config.mjs must export an object by default"],
    ["export default {", "quiesce.config.mjs cannot be loaded: "],
  ];
  for (const [text, message] of refused) await expect(readConfiguration(projectWith(text))).rejects.toThrow(message);
});

test("its patterns mean the modules that fit, tests left out, each once; one that none fits is an error", () => {
  const root = projectWith("");
  for (const name of ["stack.ts", "stack.test.ts", "queue.ts"]) writeFileSync(join(root, "structures", name), "");
  const paths = ["queue.ts", "stack.ts"].map((name) => join(root, "structures", name));
  expect(configuredModules({ modules: ["structures/*.ts", "structures/stack.ts"] }, root)).toEqual(paths);
  expect(configuredModules({}, root)).toEqual([]);
  expect(() => configuredModules({ modules: ["nowhere/*.ts"] }, root)).toThrow('there is no module "nowhere/*.ts"');
});
