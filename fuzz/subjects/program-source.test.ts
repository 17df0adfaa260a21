import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { explore } from "#fuzz/explore/explore.ts";
import { loadProgram, programSource } from "./program-source.ts";

const folder = mkdtempSync(join(tmpdir(), "quiesce-programs-"));
afterAll(() => rmSync(folder, { recursive: true }));

function moduleWith(name: string, text: string): string {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
}

test("a toy program takes its defaults where no parameter is given", async () => {
  const source = await programSource("rinc", { K: 2 });
  expect(source).toEqual({ program: "rinc", parameters: { N: 2, K: 2 } });
  expect((await loadProgram(source)).threads).toHaveLength(2);
});

test("a module exports create, and parameters if it has any", async () => {
  const path = moduleWith(
    "own.ts",
    `import { writeOnce } from ${JSON.stringify(new URL("../../impl/memory/access.ts", import.meta.url).href)};
     export const parameters = { writers: 2 };
     export function create({ writers }: { writers: number }) {
       return { threads: Array.from({ length: writers }, (_, me) => function* () { yield writeOnce(1, me); }) };
     }`,
  );
  expect(explore(await loadProgram(await programSource(path, { writers: 3 }))).executions).toBe(6);
  expect(explore(await loadProgram(await programSource(path, {}))).executions).toBe(2);
});

test("a module exports a toy program by default, or by name", async () => {
  for (const way of ["default", "const program ="]) {
    const path = moduleWith(
      `${way.slice(0, 7)}.ts`,
      `import { share, thread, toyProgram } from ${JSON.stringify(new URL("../programs/toy-program.ts", import.meta.url).href)};
       import { writeOnce } from ${JSON.stringify(new URL("../../impl/memory/access.ts", import.meta.url).href)};
       export ${way} toyProgram({ name: "two", about: "two writes", parameters: {}, build: (heap) => {
         const { word } = share(heap, "shared", { word: 1 });
         const write = function* () { yield writeOnce(word, 1); };
         return { threads: [thread("one", write), thread("other", write)] };
       } });`,
    );
    expect(explore(await loadProgram(await programSource(path, {}))).executions).toBe(2);
  }
});

test.each([
  ["nope", {}, 'no program "nope"; there are 1wnr, 2p2w'],
  ["sb", { M: 1 }, 'sb has no parameter "M"; there is N'],
  ["mp", { N: 1 }, 'mp has no parameter "N"; it has none'],
  ["./none.ts", {}, "there is no module"],
])("%s %j is refused with a message", async (word, parameters, message) => {
  await expect(programSource(word, parameters)).rejects.toThrow(message);
});

test("an unusable module is refused with a message", async () => {
  await expect(programSource(moduleWith("broken.ts", "throw new Error('no luck')"), {})).rejects.toThrow(
    "cannot be loaded: Error: no luck",
  );
  await expect(programSource(moduleWith("empty.ts", "export {}"), {})).rejects.toThrow('exports no "create"');
  const refusing = moduleWith("refusing.ts", "export function create() { throw new RangeError('too few'); }");
  await expect(loadProgram({ program: refusing, parameters: {} })).rejects.toThrow(
    "cannot be made with {}: RangeError: too few",
  );
});
