import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import type { CheckTask } from "./check-task.ts";
import { decideAtOnce } from "./decide-at-once.ts";
import { decideFile } from "./decide-file.fixture.ts";

const scratch = mkdtempSync(join(tmpdir(), "at-once-"));
afterAll(() => rmSync(scratch, { recursive: true }));

function taskOf(name: string, lines: readonly string[], model: string): CheckTask {
  const file = join(scratch, name);
  writeFileSync(file, lines.join("\n"));
  return {
    file,
    model,
    initial: undefined,
    condition: "linearizability",
    timeMs: undefined,
    keys: "split",
    method: "search",
  };
}

test("a small file gets the verdict of a worker", async () => {
  for (const read of [1, 2]) {
    const task = taskOf("small", ['["a","w",1,null,0,1]', `["b","r",null,${read},2,3]`], "register");
    const [found, expected] = [await decideAtOnce(task), await decideFile(task)];
    expect(found).toMatchObject({ ...expected, seconds: expect.any(Number) as number });
  }
  const nowhere = { ...taskOf("small", [], "register"), file: "nope" };
  expect(await decideAtOnce(nowhere)).toEqual({ kind: "fault", fault: "nope: there is no such file" });
});

test("a slow check, a long file, or a user's code is left to a worker", async () => {
  // All writes overlap, and nothing explains the read: each set of writes must be tried.
  const writes = Array.from({ length: 18 }, (_, i) => `["${i}","w",${i + 1},null,${i},${100 + i}]`);
  const reads = Array.from(
    { length: 9 },
    (_, i) => `["r${i}","r",null,${i % 2 === 0 ? 1 : 2},${20 + 2 * i},${21 + 2 * i}]`,
  );
  expect(await decideAtOnce(taskOf("hard", [...writes, ...reads], "register"))).toBeUndefined();
  const long = Array.from({ length: 60_000 }, (_, i) => `["a","w",${i},null,${2 * i},${2 * i + 1}]`);
  expect(await decideAtOnce(taskOf("long", long, "register"))).toBeUndefined();
  expect(await decideAtOnce(taskOf("own", ['["a","w",1,null,0,1]'], "./endless.ts"))).toBeUndefined();
});
