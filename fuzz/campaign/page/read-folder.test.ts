import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { readFolder, readRun, textBeside } from "./read-folder.ts";

const root = mkdtempSync(join(tmpdir(), "quiesce-folder-"));
afterAll(() => rmSync(root, { recursive: true }));

/** A folder of reports with these files. */
function folderOf(name: string, files: Readonly<Record<string, unknown>>): string {
  const folder = join(root, name);
  for (const [file, contents] of Object.entries({ "keep.txt": "", ...files })) {
    mkdirSync(dirname(join(folder, file)), { recursive: true });
    writeFileSync(join(folder, file), typeof contents === "string" ? contents : JSON.stringify(contents));
  }
  return folder;
}

test("a folder without reports, or that does not exist, has nothing to show", () => {
  const nothing = {
    bugs: [],
    certificates: [],
    litmus: [],
    histories: [],
    saturation: [],
    coverage: [],
    benches: [],
    mutation: [],
    notes: [],
  };
  expect(readFolder(folderOf("empty", {}))).toEqual(nothing);
  expect(readFolder(join(root, "missing"))).toEqual(nothing);
});

test("each file is read by its name and its format", () => {
  const folder = folderOf("whole", {
    "litmus.json": { format: "quiesce-litmus", tests: ["a test"] },
    "histories.json": { format: "quiesce-histories", histories: ["a history"] },
    "saturation.json": { format: "quiesce-saturation", searches: ["a search"] },
    "schedule-coverage.json": { format: "quiesce-schedule-coverage", systems: ["a system"] },
    "bench.json": { format: "quiesce-bench", benches: ["a bench"] },
    "costs.json": { format: "quiesce-costs" },
    "mutants.json": { schemaVersion: "2", files: {} },
    "mutation/mutation.json": { schemaVersion: "2", files: {} },
  });
  expect(readFolder(folder)).toEqual({
    bugs: [],
    certificates: [],
    litmus: ["a test"],
    histories: ["a history"],
    saturation: ["a search"],
    coverage: ["a system"],
    benches: ["a bench"],
    costs: { format: "quiesce-costs" },
    mutation: [
      { name: "gate", report: { schemaVersion: "2", files: {} } },
      { name: "source", report: { schemaVersion: "2", files: {} } },
    ],
    notes: [],
  });
});

test("a file of another format, or that is cut off, is left out with a note", () => {
  const folder = folderOf("damaged", {
    "litmus.json": { format: "quiesce-histories", tests: [] },
    "bench.json": '{"format": "quiesce-ben',
    "mutants.json": { files: {} },
    "certificates/peers-2x1x1.json": { format: "quiesce-certificate" },
  });
  const { litmus, benches, mutation, certificates, notes } = readFolder(folder);
  expect([litmus, benches, mutation, certificates]).toEqual([[], [], [], []]);
  expect(notes).toHaveLength(4);
  expect(notes.filter((note) => note.includes("is left out: "))).toHaveLength(3);
  expect(notes.join("\n")).toContain("is no JSON; was it cut off, or edited?");
});

test("a run that is missing, or is no result, is refused with its path", () => {
  const folder = folderOf("runs", { "result.json": { format: "quiesce-list" } });
  expect(() => readRun(join(folder, "none.json"))).toThrow(/^cannot read .*none\.json; name a result such as/);
  expect(() => readRun(join(folder, "result.json"))).toThrow(/result\.json is no result of this version of quiesce: /);
});

test("a result's files are read beside it, and nowhere else", () => {
  const folder = folderOf("beside", { "traces/a.trace.json": "a trace", "../secret.txt": "no" });
  expect(textBeside(folder, "traces/a.trace.json")).toBe("a trace");
  expect(textBeside(folder, "traces/none.trace.json")).toBeUndefined();
  expect(textBeside(folder, "../secret.txt")).toBeUndefined();
});
