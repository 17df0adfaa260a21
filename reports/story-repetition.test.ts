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

test("the round in which an execution ends is found, from where it first begins", () => {
  expect(repetitionOf(rows)).toEqual({ rows: rows.slice(0, 4), round: 3, again: 9 });
  expect(repetitionOf(rows.slice(0, 7))).toBeUndefined();
  expect(repetitionOf([])).toBeUndefined();
});

test("a story says what was there before its threads started", () => {
  const story = storyOf(
    { scenario: "spin", threads: ["spinner"], rows: rows.slice(0, 2) },
    { initial: ["push 1", "pop"] },
  );
  expect(story).toContain("initial  push 1, pop");
});

test("a story without end tells its round once, and how often it is gone round", () => {
  const violation = { property: "progress", because: "31 accesses were made" };
  const story = storyOf({ scenario: "spin", threads: ["spinner"], rows: [...rows], violation });
  expect(story.filter((line) => line.includes("cmpxchg"))).toHaveLength(1);
  expect(story.join("\n")).toContain("… the last 3 rows again and again: 9 times more");
});
