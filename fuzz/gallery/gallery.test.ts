import { globSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { exploreProgram } from "#fuzz/explore/explore-program.ts";
import { systemsOfModule } from "#fuzz/subjects/user-module.ts";

const files = globSync("*/{right,wrong*,plain-loads,ringbuf*}.ts", { cwd: import.meta.dirname }).toSorted();

const isWrong = (file: string): boolean => /wrong|two-producers/u.test(file);

test("there are at least twelve structures, each right and wrong, and a published package", () => {
  expect(files.filter((file) => file.endsWith("right.ts")).length).toBeGreaterThanOrEqual(12);
  expect(files.filter(isWrong).length).toBeGreaterThanOrEqual(12);
  expect(files).toContain("published/ringbuf.ts");
});

test.each(files)("%s is explored to its verdict", async (file) => {
  const [system] = await systemsOfModule(join(import.meta.dirname, file));
  const [scenario] = system?.scenarios ?? [];
  if (system === undefined || scenario === undefined) throw new Error("it exports no test");
  const found = exploreProgram(system.compile(scenario), { checks: {}, shouldStop: () => false });
  expect(found.notExplorable).toBeUndefined();
  if (isWrong(file)) expect(found.violation).toBeDefined();
  else expect([found.complete, found.violation?.violation.because]).toEqual([true, undefined]);
});
