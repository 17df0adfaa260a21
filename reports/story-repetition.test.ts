import { expect, test } from "vitest";
import type { AccessRow, Row } from "./recorded-execution.ts";
import { storyOf } from "./story.ts";
import { repetitionOf } from "./story-repetition.ts";

function rowOf(step: number, access: string, thread = 0): AccessRow {
  return {
    kind: "access",
    step,
    thread,
    access,
    place: "lock.word",
    object: "lock",
    writes: false,
    effect: "",
    holds: [],
  };
}

const names = ["write", ...Array.from({ length: 30 }, (_, index) => (index % 3 === 2 ? "cmpxchg" : "readOnce"))];
const rows: readonly Row[] = names.map((access, step) => rowOf(step, access));

test("the final repeated round of an execution is found, from its first occurrence", () => {
  expect(repetitionOf(rows)).toEqual({ rows: rows.slice(0, 4), round: 3, again: 9 });
  expect(repetitionOf(rows.slice(0, 7))).toBeUndefined();
  expect(repetitionOf([])).toBeUndefined();
});

test("a story lists the operations before its threads started", () => {
  const story = storyOf(
    { scenario: "spin", threads: ["spinner"], rows: rows.slice(0, 2) },
    { initial: ["push 1", "pop"] },
  );
  expect(story).toContain("initial  push 1, pop");
});

test("an endless story shows its round once, with the number of repetitions", () => {
  const violation = { property: "progress", because: "31 accesses were made" };
  const story = storyOf({ scenario: "spin", threads: ["spinner"], rows: [...rows], violation });
  expect(story.filter((line) => line.includes("cmpxchg"))).toHaveLength(1);
  expect(story.join("\n")).toContain("… the last 3 rows again and again: 9 times more");
});
