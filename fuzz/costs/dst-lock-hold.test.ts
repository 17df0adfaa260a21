import { expect, test } from "vitest";
import { CONSTANT_HOLD, LINEAR_HOLD } from "#properties/dst/lock-hold.ts";
import type { LockHold } from "#reports/lookup-costs.ts";
import { dstLockHolds } from "./dst-lock-hold.ts";

const LENGTHS = [1, 2, 3, 10, 100] as const;
const DEEDS = ["runThatKeeps", "runThatDestroys", "deviceEvent"] as const;

const rows = dstLockHolds(LENGTHS);

const column = (collector: "softirq" | "workqueue", deed: keyof LockHold): readonly number[] =>
  rows.map((row) => row[collector][deed]);

test("before, the lock is held longer by the same for every entry of the list", () => {
  for (const deed of DEEDS) {
    const holds = column("softirq", deed);
    const slopes = LENGTHS.slice(1).map(
      (length, index) => ((holds[index + 1] ?? 0) - (holds[index] ?? 0)) / (length - (LENGTHS[index] ?? 0)),
    );
    expect(slopes[0], deed).toBeGreaterThanOrEqual(2); // its count and its link, at the least
    expect(slopes, deed).toEqual(slopes.map(() => slopes[0]));
  }
});

test("after, it is held as long for a hundred entries as for one", () => {
  for (const deed of DEEDS) {
    const holds = column("workqueue", deed);
    expect(holds, deed).toEqual(holds.map(() => holds[0]));
  }
});

test("both keep what the property lock-hold promises for them", () => {
  for (const { listed, softirq, workqueue } of rows) {
    for (const deed of DEEDS) {
      expect(workqueue[deed]).toBeLessThanOrEqual(CONSTANT_HOLD.accesses);
      expect(softirq[deed]).toBeLessThanOrEqual(LINEAR_HOLD.accesses + LINEAR_HOLD.perListedEntry * listed);
    }
  }
});

test("with nothing listed a run looks at the list and goes back to sleep, and an event looks at it", () => {
  const [empty] = dstLockHolds([0]);
  expect(empty?.softirq).toEqual({ runThatKeeps: 4, runThatDestroys: 4, deviceEvent: 1 }); // takes back the timer, finds no entry, none left, notes it
  expect(empty?.workqueue).toEqual({ runThatKeeps: 3, runThatDestroys: 3, deviceEvent: 2 }); // no fresh entry, none busy, notes it
});

test("a length that is none is refused", () => {
  expect(() => dstLockHolds([1.5])).toThrow(
    "a list of 1.5 entries cannot be measured: its length must be a whole number of at least 0",
  );
  expect(() => dstLockHolds([-1])).toThrow("a list of -1 entries");
});
