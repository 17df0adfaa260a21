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
  const said = [...example.matchAll(/^explore\((.*)\)\.executions; \/\/ (\d+)$/gm)].map(([, call, count]) => ({
    call,
    count: Number(count),
  }));
  expect(said).toHaveLength(2);
  const scratch = mkdtempSync(join(folder, "readme-"));
  try {
    const path = join(scratch, "example.ts");
    const counts = said.map(({ call }) => `explore(${call}).executions`).join(", ");
    writeFileSync(
      path,
      `${example.replace('"./explore.ts"', '"#fuzz/explore/explore.ts"').replace("console.log", "((..._read: unknown[]) => {})")}\nexport const counts = [${counts}];\n`,
    );
    const { counts: found } = await import(path);
    expect(found).toEqual(said.map(({ count }) => count));
  } finally {
    rmSync(scratch, { recursive: true });
  }
});

test("the table lists every toy program without a known bug, with its parameters", () => {
  const programs = toyPrograms.filter(({ bug }) => bug === undefined);
  const rows = [...readme.matchAll(/^\| `(\w+)` \| ([^|]*) \| ([^|]*) \|$/gm)]
    .filter(([, name]) => programs.some((program) => program.name === name))
    .map(([, name, parameters, about]) => [name, parameters?.trim(), about]);
  const expected = programs.map(({ name, parameters, about }) => [
    name,
    Object.entries(parameters)
      .map(([key, value]) => `${key}=${value}`)
      .join(" "),
    about,
  ]);
  expect(rows.toSorted()).toEqual(expected.toSorted());
});
