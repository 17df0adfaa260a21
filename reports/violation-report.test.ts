import { expect, test } from "vitest";
import { type ReportedViolation, violationReport } from "./violation-report.ts";

const leak: ReportedViolation = {
  property: "leak",
  because: "peer#1 is lost",
  scenario: "peers-one",
  lines: "impl/a.ts:1 impl/b.ts:2",
  firstSeen: "2026-11-02T10:20:30.400Z",
  lastSeen: "2026-11-03T11:21:31.401Z",
  lastCode: "new",
  isFailing: false,
};

test("failing violations come first, then those not looked for, then fixed ones", () => {
  const race = { ...leak, property: "data-race", isFailing: true };
  const old = { ...race, property: "deadlock", lastCode: "old" };
  expect(violationReport([leak, old, race], "new")).toEqual([
    "still failing: data-race: peer#1 is lost " +
      "(peers-one; impl/a.ts:1 impl/b.ts:2; first seen 2026-11-02T10:20, last seen 2026-11-03T11:21)",
    "not looked for with this code: deadlock: peer#1 is lost " +
      "(peers-one; impl/a.ts:1 impl/b.ts:2; first seen 2026-11-02T10:20, last seen 2026-11-03T11:21)",
    "fixed: leak: peer#1 is lost " +
      "(peers-one; impl/a.ts:1 impl/b.ts:2; first seen 2026-11-02T10:20, last seen 2026-11-03T11:21)",
  ]);
});
