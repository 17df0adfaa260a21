import fc from "fast-check";
import { expect, test } from "vitest";
import type { StoryExecution } from "../../counterexample-story.ts";
import { alignSchedules } from "./schedule-alignment.ts";

/** A schedule with one read per letter: thread `t` reads `t`. */
function scheduleOf(threads: string): StoryExecution {
  return {
    threads: ["a", "b"],
    memory: [],
    live: [],
    steps: [...threads].map((thread) => ({
      thread: "ab".indexOf(thread),
      access: "read",
      place: thread,
      effect: "",
      writes: false,
      holds: [],
      stack: [],
      changes: [],
      waiting: [],
    })),
    operations: [],
    sections: [],
    gracePeriods: [],
    conflicts: [],
  };
}

test("equal schedules are aligned row by row, and differ nowhere", () => {
  const { rows, firstDifference } = alignSchedules(scheduleOf("abab"), scheduleOf("abab"));
  expect(rows).toEqual([0, 1, 2, 3].map((step) => ({ failing: step, passing: step })));
  expect(firstDifference).toBeUndefined();
});

test("an access that only one schedule has is alone in its row", () => {
  const { rows, firstDifference } = alignSchedules(scheduleOf("aab"), scheduleOf("abb"));
  expect(firstDifference).toBe(1);
  expect(rows).toEqual([
    { failing: 0, passing: 0 },
    { failing: 1, passing: undefined },
    { failing: 2, passing: 1 },
    { failing: undefined, passing: 2 },
  ]);
});

test("every access of both is in one row, in order, beside an equal one or alone", () => {
  const schedule = fc.array(fc.constantFrom("a", "b"), { maxLength: 14 }).map((threads) => threads.join(""));
  fc.assert(
    fc.property(schedule, schedule, (one, other) => {
      const { rows } = alignSchedules(scheduleOf(one), scheduleOf(other));
      expect(rows.flatMap(({ failing }) => failing ?? [])).toEqual([...one].map((_, step) => step));
      expect(rows.flatMap(({ passing }) => passing ?? [])).toEqual([...other].map((_, step) => step));
      for (const { failing, passing } of rows)
        if (failing !== undefined && passing !== undefined) expect(one[failing]).toBe(other[passing]);
    }),
    { seed: 1 },
  );
});
