import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import type { HuntReport } from "./hunt/hunt-task.ts";
import type { Job } from "./job.ts";
import { freshState, readState, resumedState } from "./resume-state.ts";
import type { SearchOutcome } from "./scenario/search-task.ts";

const folder = mkdtempSync(join(tmpdir(), "quiesce-state-"));
afterAll(() => rmSync(folder, { recursive: true }));

const key = { seed: 1, profile: "quick", code: "abc" };

function search(seed: number): Job<"search"> {
  const scenario = { name: "peers-a", system: "peers" };
  return { kind: "search", task: { scenario, strategy: "random", seed, executionsMax: 5 } };
}

const hunt: Job<"bug"> = {
  kind: "bug",
  task: {
    bug: { slug: "bug", scenario: "peers-a", caughtBy: ["leak"], preemptionsMax: 0, patch: "" },
    bounds: { searches: [], executionsMax: 5 },
  },
};
const searched: SearchOutcome = { kind: "searched", executions: 5, accesses: 50 };
const violated: SearchOutcome = {
  ...searched,
  kind: "violated",
  violation: { property: "leak", because: "lost" },
  choices: [0, 1, 0],
};
const report: HuntReport = { slug: "bug", outcomes: [], failed: "it does not compile" };

/** Resumes, with the notes. */
function resumed(path: string, other: Partial<typeof key> = {}) {
  const notes: string[] = [];
  const state = resumedState(path, { ...key, ...other }, (line) => notes.push(line));
  return { state, notes };
}

test("a run with an equal key takes over all outcomes, except stopped or failed ones", () => {
  const path = join(folder, "state.json");
  const state = freshState(path, key);
  state.keep(search(1), { outcome: searched, milliseconds: 1.5 });
  state.keep(search(2), { outcome: violated, milliseconds: 2 });
  state.keep(search(3), { outcome: { ...searched, kind: "stopped" }, milliseconds: 3 });
  state.keep(search(4), { outcome: { ...searched, kind: "failed", because: "no" }, milliseconds: 4 });
  state.keep(hunt, { outcome: report, milliseconds: 5 });
  state.write();
  const { state: next, notes } = resumed(path);
  expect(notes).toEqual(["resuming; 2 searches and 1 hunt are done already"]);
  expect([1, 2, 3, 4].map((seed) => next.outcomeOf(search(seed)))).toEqual([
    { outcome: searched, milliseconds: 1.5 },
    { outcome: violated, milliseconds: 2 },
    undefined,
    undefined,
  ]);
  expect(next.outcomeOf(hunt)).toEqual({ outcome: report, milliseconds: 5 });
  next.remove();
  expect(existsSync(path)).toBe(false);
});

test("a run with another key starts over, and reports the difference", () => {
  const path = join(folder, "other.json");
  freshState(path, key).write();
  expect(resumed(path, { seed: 2 }).notes[0]).toMatch(/^nothing to resume in .*: its seed is 1; starting anew$/);
  expect(resumed(path, { code: "def", profile: "full" }).notes[0]).toMatch(
    /: its profile is quick, the code is another; starting anew$/,
  );
  expect(resumed(path).notes).toEqual(["resuming; nothing is done already"]);
});

test("a missing file, one that is not JSON and one of another shape each give the reason for no state", () => {
  expect(readState(join(folder, "missing"))).toEqual({ because: "no run was stopped there" });
  const path = join(folder, "broken");
  writeFileSync(path, "{");
  expect(readState(path)).toEqual({ because: `${path} cannot be read` });
  writeFileSync(path, '{"format":"quiesce-campaign","version":1}');
  expect(readState(path)).toEqual({ because: `${path} is no state of a run` });
});

test("an invalid outcome in the file is not taken over", () => {
  const path = join(folder, "damaged.json");
  const state = freshState(path, key);
  state.keep(search(1), { outcome: searched, milliseconds: 1 });
  state.write();
  writeFileSync(path, readFileSync(path, "utf8").replace('"executions":5', '"executions":"five"'));
  expect(resumed(path).state.outcomeOf(search(1))).toBeUndefined();
});
