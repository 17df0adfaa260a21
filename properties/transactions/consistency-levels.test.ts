import { expect, test } from "vitest";
import { CYCLES, impliedBy, meaningOf, OTHERS } from "./anomaly.ts";
import type { Anomaly } from "./anomaly.ts";
import {
  cyclesForbidden,
  isForbidden,
  LEVELS,
  levelNamed,
  levelsRuledOut,
  strongestOf,
  weakestOf,
  withWeaker,
} from "./consistency-levels.ts";

const ANOMALIES: readonly Anomaly[] = [
  ...OTHERS,
  ...CYCLES.flatMap((name): Anomaly[] => [name, `${name}-process`, `${name}-realtime`]),
];

test("a level comes after all that it implies, and forbids no less than they do", () => {
  for (const [i, level] of LEVELS.entries()) {
    for (const weaker of withWeaker(level)) {
      expect(LEVELS.indexOf(weaker)).toBeLessThanOrEqual(i);
      for (const anomaly of ANOMALIES)
        if (isForbidden(anomaly, weaker))
          expect([level, anomaly, isForbidden(anomaly, level)]).toEqual([level, anomaly, true]);
      const [kinds, weakerKinds] = [cyclesForbidden(level)?.kinds, cyclesForbidden(weaker)?.kinds];
      if (kinds !== undefined && weakerKinds !== undefined) expect(kinds & weakerKinds).toBe(weakerKinds);
    }
  }
});

test("strict serializability forbids everything", () => {
  for (const anomaly of ANOMALIES)
    expect([anomaly, isForbidden(anomaly, "strict-serializable")]).toEqual([anomaly, true]);
});

test("a level that forbids an implied anomaly forbids the anomaly too", () => {
  for (const anomaly of ANOMALIES)
    for (const implied of impliedBy(anomaly))
      for (const level of LEVELS) if (isForbidden(implied, level)) expect(isForbidden(anomaly, level)).toBe(true);
});

test.each([
  [["G0"], ["read-uncommitted"]],
  [["G1c"], ["read-committed"]],
  [["dirty-update"], ["read-committed"]],
  [["internal"], ["read-atomic"]],
  [["lost-update"], ["update-atomic", "cursor-stability"]],
  [["G-single-item"], ["consistent-view", "repeatable-read"]],
  [["G-nonadjacent-item"], ["repeatable-read", "snapshot-isolation"]],
  [["G2-item"], ["repeatable-read"]],
  [
    ["G2-item", "internal"],
    ["read-atomic", "repeatable-read"],
  ],
  [["G0-process"], ["strong-session-read-uncommitted"]],
  [["G-single-item-process"], ["strong-session-snapshot-isolation"]],
  [["G-single-item-realtime"], ["strong-snapshot-isolation"]],
  [["G2-item-realtime"], ["strict-serializable"]],
] as const)("%s rules out, at the weakest, %s", (anomalies, expected) => {
  expect(weakestOf(levelsRuledOut(anomalies))).toEqual(expected);
});

test("write skew is consistent with snapshot isolation", () => {
  const left = LEVELS.filter((level) => !isForbidden("G2-item", level));
  expect(strongestOf(left)).toEqual(["strong-snapshot-isolation"]);
});

test("levels have aliases", () => {
  expect(["PL-3", "strong-serializable", "PL-SI", "snapshot-isolation", "nothing"].map(levelNamed)).toEqual([
    "serializable",
    "strict-serializable",
    "snapshot-isolation",
    "snapshot-isolation",
    undefined,
  ]);
});

test("every anomaly has its own meaning", () => {
  expect(new Set(ANOMALIES.map(meaningOf)).size).toBe(ANOMALIES.length);
});
