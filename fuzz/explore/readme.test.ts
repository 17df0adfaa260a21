/** Runs the example of this folder's README, and checks its table. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { toyPrograms } from "#fuzz/programs/toy-programs.ts";

const folder = fileURLToPath(new URL("./", import.meta.url));
const readme = readFileSync(join(folder, "README.md"), "utf8");

test("the example has the counts in its comments", async () => {
  const example = /^```ts\n([\s\S]*?)^```$/m.exec(readme)?.[1] ?? "";
  const stated = [...example.matchAll(/^explore\((.*)\)\.executions; \/\/ (\d+)$/gm)].map(([, call, count]) => ({
    call,
    count: Number(count),
  }));
  expect(stated).toHaveLength(2);
  const scratch = mkdtempSync(join(folder, "readme-"));
  try {
    const path = join(scratch, "example.ts");
    const counts = stated.map(({ call }) => `explore(${call}).executions`).join(", ");
    const silent = example
      .replace('"./explore.ts"', '"#fuzz/explore/explore.ts"')
      .replace("console.log", "((..._read: unknown[]) => {})");
    writeFileSync(path, `${silent}\nexport const counts = [${counts}];\n`);
    const { counts: found } = await import(path);
    expect(found).toEqual(stated.map(({ count }) => count));
  } finally {
    rmSync(scratch, { recursive: true });
  }
});

test("the table lists every toy program without a known bug, with its parameters", () => {
  const programs = toyPrograms.filter(({ bug }) => bug === undefined);
  const rows = [...readme.matchAll(/^\| +`(\w+)` +\| +([^|]*)\| +([^|]*)\|$/gm)]
    .filter(([, name]) => programs.some((program) => program.name === name))
    .map(([, name, parameters, about]) => [name, parameters?.trim(), about?.trim()]);
  const expected = programs.map(({ name, parameters, about }) => [
    name,
    Object.entries(parameters)
      .map(([key, value]) => `${key}=${value}`)
      .join(" "),
    about,
  ]);
  expect(rows.toSorted()).toEqual(expected.toSorted());
});
