import { expect, test } from "vitest";
import { CONSTANT_HOLD, LINEAR_HOLD } from "#properties/dst/lock-hold.ts";
import type { LockHold } from "#reports/lookup-costs.ts";
import { dstLockHolds } from "./dst-lock-hold.ts";

const LENGTHS = [1, 2, 3, 10, 100] as const;
const ACTIONS = ["runThatKeeps", "runThatDestroys", "deviceEvent"] as const;

const rows = dstLockHolds(LENGTHS);

const column = (collector: "softirq" | "workqueue", action: keyof LockHold): readonly number[] =>
  rows.map((row) => row[collector][action]);

test("with the soft interrupt, each entry of the list prolongs the lock hold by the same number of accesses", () => {
  for (const action of ACTIONS) {
    const holds = column("softirq", action);
    const slopes = LENGTHS.slice(1).map(
      (length, index) => ((holds[index + 1] ?? 0) - (holds[index] ?? 0)) / (length - (LENGTHS[index] ?? 0)),
    );
    expect(slopes[0], action).toBeGreaterThanOrEqual(2); // its count and its link, at the least
    expect(slopes, action).toEqual(slopes.map(() => slopes[0]));
  }
});

test("with the work queue, the lock is held as long for a hundred entries as for one", () => {
  for (const action of ACTIONS) {
    const holds = column("workqueue", action);
    expect(holds, action).toEqual(holds.map(() => holds[0]));
  }
});

test("both stay within the bounds of the property lock-hold", () => {
  for (const { listed, softirq, workqueue } of rows) {
    for (const action of ACTIONS) {
      expect(workqueue[action]).toBeLessThanOrEqual(CONSTANT_HOLD.accesses);
      expect(softirq[action]).toBeLessThanOrEqual(LINEAR_HOLD.accesses + LINEAR_HOLD.perListedEntry * listed);
    }
  }
});

test("with an empty list a run reads the list and goes back to sleep, and an event reads it", () => {
  const [empty] = dstLockHolds([0]);
  // Takes back the timer, finds no entry, none left, notes it.
  expect(empty?.softirq).toEqual({ runThatKeeps: 4, runThatDestroys: 4, deviceEvent: 1 });
  // No fresh entry, none busy, notes it.
  expect(empty?.workqueue).toEqual({ runThatKeeps: 3, runThatDestroys: 3, deviceEvent: 2 });
});

test("an invalid length is refused", () => {
  expect(() => dstLockHolds([1.5])).toThrow(
    "a list of 1.5 entries cannot be measured: its length must be a whole number of at least 0",
  );
  expect(() => dstLockHolds([-1])).toThrow("a list of -1 entries");
});
