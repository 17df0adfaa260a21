import { expect, test } from "vitest";
import { allScenarios } from "#fuzz/subjects/catalogue.ts";
import { certificateName } from "#reports/coverage-text.ts";
import { fuzzPlan, partsOf, verifyPlan } from "./campaign-plan.ts";
import { profileNamed } from "./profile.ts";

const peers = allScenarios().filter(({ system }) => system === "peers");

test("the gate of some systems has their bugs, certificates and stress, as far as the profile includes them", () => {
  const quick = verifyPlan(peers, profileNamed("quick"), 1, "gate");
  expect(new Set(quick.bugs.map(({ system }) => system))).toEqual(new Set(["peers"]));
  expect([quick.certificates, quick.filesMutated, quick.stressed]).toEqual([[], 0, []]);
  const full = verifyPlan(peers, profileNamed("full"), 1, "gate");
  expect(full.certificates.map(({ system, size }) => certificateName({ system, scope: size }))).toEqual([
    "peers-2x2x3",
    "peers-3x1x3",
  ]);
  expect(full.filesMutated).toBe(100_000);
  expect(full.stressed).toEqual(["peers"]);
});

test("scenarios requested by name come alone, and so do those of fuzz", () => {
  const some = peers.slice(0, 2);
  for (const plan of [
    verifyPlan(some, profileNamed("full"), 1, "scenarios"),
    fuzzPlan(some, ["pos", "random"], 1_000, 1),
  ])
    expect([plan.scenarios, plan.bugs, plan.certificates, plan.filesMutated, plan.stressed]).toEqual([
      some,
      [],
      [],
      0,
      [],
    ]);
});

test("the parts come in the order of the report, with the most work they may need", () => {
  const parts = partsOf(fuzzPlan(peers.slice(0, 2), ["pos", "random"], 1_000, 1));
  expect(parts.map(({ name, work }) => [name, work])).toEqual(
    peers.slice(0, 2).map(({ name }) => [name, { search: 2_000 }]),
  );
});
