import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test, vi } from "vitest";
import { certifyScopes, worse } from "./certify-scopes.ts";
import { EXIT } from "#fuzz/host/exit-code.ts";

const folder = mkdtempSync(join(tmpdir(), "quiesce-scopes-"));
afterAll(() => rmSync(folder, { recursive: true }));

test("the scopes of the systems named are certified until the time is up", async () => {
  vi.spyOn(process.stdout, "write").mockReturnValue(true);
  const errors = vi.spyOn(process.stderr, "write").mockReturnValue(true);
  const code = await certifyScopes(new Set(["peers"]), { out: folder, workers: 1, resumes: false, time: 1 });
  expect(code).toBe(EXIT.unfinished);
  expect(errors.mock.calls.flat().join("")).toContain("certify: stopped by --time");
  expect(existsSync(join(folder, "certificates/peers-2x2x3.state.json"))).toBe(true);
  vi.restoreAllMocks();
});

test("no system, no certificate", async () => {
  expect(await certifyScopes(new Set(), { out: folder, workers: 1, resumes: false })).toBe(EXIT.verified);
});

test("a violation is worse than what is not finished, and that than what holds", () => {
  expect(worse(EXIT.unfinished, EXIT.violated)).toBe(EXIT.violated);
  expect(worse(EXIT.verified, EXIT.unfinished)).toBe(EXIT.unfinished);
  expect(worse(EXIT.verified, EXIT.verified)).toBe(EXIT.verified);
});
