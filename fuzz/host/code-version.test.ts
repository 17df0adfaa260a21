import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { codeVersion, compiledDigest, sourcesDigest } from "./code-version.ts";
import { projectRoot } from "./project-root.ts";

const folder = mkdtempSync(join(tmpdir(), "quiesce-code-"));
afterAll(() => rmSync(folder, { recursive: true }));

const copy = join(folder, "copy");
for (const part of [
  "impl/sync",
  "model/model.ts",
  "properties/violation.ts",
  "reports/result.ts",
  "fuzz/machine",
  "fuzz/systems",
  "reports/verdict-line.ts",
  "package.json",
])
  cpSync(join(projectRoot, part), join(copy, part), { recursive: true });

test("the version changes with the sources that an execution runs, and not with tests or commands", () => {
  const before = codeVersion(copy);
  expect(before).toMatch(/^\d+\.\d+\.\d+\+[0-9a-f]{12}$/);
  writeFileSync(join(copy, "impl/sync/added.test.ts"), "");
  writeFileSync(join(copy, "fuzz/command.ts"), "");
  expect(codeVersion(copy)).toBe(before);
  writeFileSync(join(copy, "impl/sync/added.ts"), "");
  expect(codeVersion(copy)).not.toBe(before);
});

test("the digest depends on all of fuzz/, on patches, and on the user's modules", () => {
  const path = join(folder, "mine.ts");
  writeFileSync(path, "1");
  const one = sourcesDigest(copy, [path]);
  expect(sourcesDigest(copy, [path])).toBe(one);
  expect(sourcesDigest(copy, [])).not.toBe(one);
  writeFileSync(path, "2");
  expect(sourcesDigest(copy, [path])).not.toBe(one);
  const before = sourcesDigest(copy, []);
  writeFileSync(join(copy, "fuzz/a.patch"), "");
  expect(sourcesDigest(copy, [])).not.toBe(before);
});

test("of the package, version and digest depend on the digest of its compiled code, which depends on each file", () => {
  const installed = join(folder, "installed");
  mkdirSync(join(installed, "dist"), { recursive: true });
  writeFileSync(join(installed, "package.json"), '{ "version": "1.2.3" }');
  const compile = (code: string) => {
    writeFileSync(join(installed, "dist/main.js"), code);
    writeFileSync(join(installed, "dist/digest.txt"), compiledDigest(installed));
    return [codeVersion(installed), sourcesDigest(installed, [])];
  };
  const [version, digest] = compile("1");
  expect(version).toMatch(/^1\.2\.3\+[0-9a-f]{12}$/);
  expect(compile("1")).toEqual([version, digest]);
  const [otherVersion, otherDigest] = compile("2");
  expect(otherVersion).not.toBe(version);
  expect(otherDigest).not.toBe(digest);
});
