import { mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { InputError } from "./input-error.ts";
import { writeWholeFile } from "./write-file.ts";

const folder = mkdtempSync(join(tmpdir(), "quiesce-write-"));
afterAll(() => rmSync(folder, { recursive: true }));

test("missing folders are created for the file, and nothing else is left behind", () => {
  const path = join(folder, "a", "b", "result.json");
  writeWholeFile(path, "1");
  writeWholeFile(path, "2");
  expect(readFileSync(path, "utf8")).toBe("2");
  expect(readdirSync(join(folder, "a", "b"))).toEqual(["result.json"]);
});

test("a file where a folder should be is named in one line", () => {
  const blocked = join(folder, "blocked");
  writeFileSync(blocked, "");
  const write = () => writeWholeFile(join(blocked, "result.json"), "1");
  expect(write).toThrow(InputError);
  expect(write).toThrow(
    /^cannot write .*result\.json: a (file stands|part of its path is a file).*; name a folder that can be written$/,
  );
});

test("a folder where the file should be is left alone, and no temporary file stays", () => {
  const path = join(folder, "taken");
  writeWholeFile(join(path, "inside"), "kept");
  expect(() => writeWholeFile(path, "1")).toThrow(InputError);
  expect(readFileSync(join(path, "inside"), "utf8")).toBe("kept");
  expect(readdirSync(folder).filter((name) => name.endsWith(".tmp"))).toEqual([]);
});

test(
  "a file system that refuses folders, as /proc does, is named and does not hang",
  { skip: process.platform !== "linux" },
  () => {
    expect(() => writeWholeFile("/proc/quiesce-reports/deep/result.json", "1")).toThrow(
      /^cannot write \/proc\/quiesce-reports\/deep\/result\.json: .*; name a folder that can be written$/,
    );
  },
);
