import { join } from "node:path";
import { expect, test } from "vitest";
import { commandPath, shellWord } from "./command-path.ts";

test("a path below the working directory is shown relative to it, any other path in full", () => {
  expect(commandPath(join(process.cwd(), "reports", "out"))).toBe("reports/out");
  expect(commandPath("/somewhere/else")).toBe("/somewhere/else");
  expect(commandPath(process.cwd())).toBe(process.cwd());
});

test("a path that a shell would split is quoted", () => {
  expect(shellWord("reports/out/a-1.trace.json")).toBe("reports/out/a-1.trace.json");
  expect(shellWord("it's here")).toBe(`'it'\\''s here'`);
  expect(shellWord("a\u001bb")).toBe("'a\\u{1b}b'");
});
