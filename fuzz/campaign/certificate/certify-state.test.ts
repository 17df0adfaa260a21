import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import type { CertifyOutcome } from "./certify.ts";
import { readCertifyState, removeCertifyState, writeCertifyState } from "./certify-state.ts";

const folder = mkdtempSync(join(tmpdir(), "quiesce-certify-"));
afterAll(() => rmSync(folder, { recursive: true }));

const explored: CertifyOutcome = {
  place: 3,
  scenario: "set-3",
  kind: "explored",
  executions: 5,
  blocked: 1,
  histories: 2,
};
const violated: CertifyOutcome = {
  ...explored,
  place: 4,
  kind: "violated",
  violation: { property: "avl", because: "unbalanced" },
  trace: "{}",
};
const unfinished: CertifyOutcome = { ...explored, place: 5, kind: "unfinished", because: "stopped" };

test("what was explored is taken over, what was not finished is not", () => {
  const path = join(folder, "state.json");
  writeCertifyState(path, "key", [explored, violated, unfinished]);
  expect(readCertifyState(path, "key")).toEqual(
    new Map([
      [3, explored],
      [4, violated],
    ]),
  );
});

test("a state of other code, a damaged one and a missing one say why they are not taken over", () => {
  const path = join(folder, "other.json");
  writeCertifyState(path, "key", [explored]);
  expect(readCertifyState(path, "another key")).toEqual({ because: "the code or the scope is another" });
  writeFileSync(path, "{}");
  expect(readCertifyState(path, "key")).toEqual({ because: `${path} is no state of a certificate` });
  writeFileSync(path, "{");
  expect(readCertifyState(path, "key")).toEqual({ because: `${path} cannot be read` });
  removeCertifyState(path);
  removeCertifyState(path);
  expect(readCertifyState(path, "key")).toEqual({ because: "no run was stopped there" });
});
