import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, expect, test } from "vitest";
import type { BugResult } from "#reports/result.ts";
import { campaignFingerprint, isKept, readResumeState, removeResumeState, writeResumeState } from "./resume-state.ts";
import type { StressSoFar } from "./stress-job.ts";
import type { SearchOutcome } from "./task.ts";

const folder = mkdtempSync(join(tmpdir(), "quiesce-state-"));
afterAll(() => rmSync(folder, { recursive: true }));

const key = { seed: 1, profile: "quick", code: "abc" };
const searched: SearchOutcome = { kind: "searched", executions: 5, accesses: 50, milliseconds: 1.5 };
const violated: SearchOutcome = {
  ...searched,
  kind: "violated",
  violation: { property: "leak", because: "lost" },
  choices: [0, 1, 0],
};
const stress: StressSoFar = {
  milliseconds: 8.5,
  rounds: 3,
  operations: 300,
  violation: { property: "avl", because: "crooked" },
};
const bug: BugResult = { slug: "bug", system: "peers", outcome: "found", because: "leak" };

test("what is written is read again, without searches that were stopped or failed", () => {
  const path = join(folder, "state.json");
  const searches = new Map<string, SearchOutcome>([
    ["a", searched],
    ["b", violated],
    ["c", { ...searched, kind: "stopped" }],
    ["d", { ...searched, kind: "failed", because: "no" }],
  ]);
  writeResumeState(path, key, { searches, museum: new Map([["bug", bug]]), stress: new Map([["peers", stress]]) });
  expect(readResumeState(path)).toEqual({
    key,
    finished: {
      searches: new Map([
        ["a", searched],
        ["b", violated],
      ]),
      museum: new Map([["bug", bug]]),
      stress: new Map([["peers", stress]]),
    },
  });
  expect([...searches.values()].map(isKept)).toEqual([true, true, false, false]);
  removeResumeState(path);
  expect(existsSync(path)).toBe(false);
});

test("a missing file, one that is no JSON and one of another shape say why there is no state", () => {
  expect(readResumeState(join(folder, "missing"))).toEqual({ because: "no run was stopped there" });
  const path = join(folder, "broken");
  writeFileSync(path, "{");
  expect(readResumeState(path)).toEqual({ because: `${path} cannot be read` });
  writeFileSync(path, '{"format":"quiesce-campaign","version":2}');
  expect(readResumeState(path)).toEqual({ because: `${path} is no state of a campaign` });
});

test("the fingerprint depends on the user's modules as well as on our code", () => {
  const root = fileURLToPath(new URL("../..", import.meta.url));
  const path = join(folder, "mine.ts");
  writeFileSync(path, "1");
  const one = campaignFingerprint(root, [path]);
  expect(campaignFingerprint(root, [path])).toBe(one);
  expect(campaignFingerprint(root, [])).not.toBe(one);
  writeFileSync(path, "2");
  expect(campaignFingerprint(root, [path])).not.toBe(one);
});
