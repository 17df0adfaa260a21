import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { readFolder } from "./read-folder.ts";

const folder = mkdtempSync(join(tmpdir(), "quiesce-folder-"));
afterAll(() => rmSync(folder, { recursive: true }));

test("results of mutation are read by their names, the gate's first, and what is none is a note", () => {
  const report = { schemaVersion: "2.0", files: {} };
  mkdirSync(join(folder, "mutation"));
  writeFileSync(join(folder, "mutants.json"), JSON.stringify(report));
  writeFileSync(join(folder, "mutation/mutation.json"), JSON.stringify(report));
  expect(readFolder(folder).mutation.map(({ name }) => name)).toEqual(["gate", "source"]);
  writeFileSync(join(folder, "mutants.json"), "[]");
  const { mutation, notes } = readFolder(folder);
  expect(mutation.map(({ name }) => name)).toEqual(["source"]);
  expect(notes).toEqual([expect.stringContaining("mutants.json is left out")]);
});
