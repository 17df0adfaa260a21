import * as fc from "fast-check";
import { expect, test } from "vitest";
import { certificateJson, mergeCertificates } from "#reports/certificate.ts";
import {
  type CertifyEnvironment,
  type CertifyOutcome,
  type CertifyPlan,
  type CertifyTask,
  certify,
} from "./certify.ts";
import { isInShard, type Shard, WHOLE } from "./shard.ts";

const SIZE = { threads: 2, operations: 1, keys: 1 };

function planOf(scenarios: number, shard: Shard = WHOLE): CertifyPlan {
  const places = Array.from({ length: scenarios }, (_, place) => place).filter((place) => isInShard(place, shard));
  return { system: "set", size: SIZE, shard, places, executionsMax: 100, code: "0.1.0+abc" };
}

function explored(place: number): CertifyOutcome {
  return { place, scenario: `set-${place}`, kind: "explored", executions: place + 1, blocked: place % 2, histories: 1 };
}

function environmentOf(
  outcomeOf: (place: number) => CertifyOutcome,
  parts: Partial<CertifyEnvironment> = {},
): CertifyEnvironment {
  return {
    run: async ({ places }) => places.map(outcomeOf),
    lanes: 1,
    finished: new Map(),
    onOutcomes: () => {},
    stopReason: () => undefined,
    saveTrace: ({ scenario }) => `traces/${scenario}.trace.json`,
    ...parts,
  };
}

test("the certificate does not depend on the number of lanes, nor on the order in which tasks end", async () => {
  const plan = planOf(137);
  const one = certificateJson(await certify(plan, environmentOf(explored)));
  await fc.assert(
    fc.asyncProperty(fc.scheduler(), fc.integer({ min: 1, max: 5 }), async (scheduler, lanes) => {
      const run = scheduler.scheduleFunction(async ({ places }: CertifyTask) => places.map(explored));
      const other = certify(plan, environmentOf(explored, { run, lanes }));
      await scheduler.waitFor(other);
      expect(certificateJson(await other)).toBe(one);
    }),
    { seed: 1, numRuns: 20 },
  );
  expect(JSON.parse(one)).toMatchObject({
    verdict: "holds",
    scenarios: 137,
    explored: 137,
    executions: (137 * 138) / 2,
    blocked: 68,
    histories: 137,
  });
});

test("the shards of a scope add up to its certificate", async () => {
  const whole = await certify(planOf(100), environmentOf(explored));
  for (const count of [2, 3, 7]) {
    const shards = await Promise.all(
      Array.from({ length: count }, (_, index) =>
        certify(planOf(100, { index: index + 1, count }), environmentOf(explored)),
      ),
    );
    expect(certificateJson(mergeCertificates(shards))).toBe(certificateJson(whole));
  }
});

test("a run that goes on from what another has done ends with the same certificate, and explores only the rest", async () => {
  const asked: number[] = [];
  const run = async ({ places }: CertifyTask): Promise<readonly CertifyOutcome[]> => {
    asked.push(...places);
    return places.map(explored);
  };
  const finished = new Map([0, 1, 2, 3, 50].map((place) => [place, explored(place)]));
  const resumed = await certify(planOf(60), environmentOf(explored, { run, finished }));
  expect(certificateJson(resumed)).toBe(certificateJson(await certify(planOf(60), environmentOf(explored))));
  expect(asked.length).toBe(55);
});

test("a violation violates the certificate and carries its trace; what was not explored is not counted", async () => {
  const violation = { property: "avl", because: "unbalanced" };
  const outcomeOf = (place: number): CertifyOutcome =>
    place === 3 ? { ...explored(place), kind: "violated", violation, trace: "{}" } : explored(place);
  expect(await certify(planOf(5), environmentOf(outcomeOf))).toMatchObject({
    verdict: "violated",
    explored: 4,
    executions: 1 + 2 + 3 + 5,
    violations: [{ scenario: "set-3", ...violation, trace: "traces/set-3.trace.json" }],
  });
});

test("a scenario that was not finished leaves the certificate unknown, with the reason of the first", async () => {
  const outcomeOf = (place: number): CertifyOutcome =>
    place % 2 === 1
      ? { ...explored(place), kind: "unfinished", because: "stopped at 100 executions" }
      : explored(place);
  const { verdict, because, explored: count } = await certify(planOf(5), environmentOf(outcomeOf));
  expect([verdict, count, because]).toEqual([
    "unknown",
    3,
    "2 of them were not finished, the first one set-1: stopped at 100 executions",
  ]);
});

test("a run that is stopped says why, and counts what it has", async () => {
  let done = 0;
  const certificate = await certify(
    planOf(200),
    environmentOf(explored, {
      onOutcomes: (outcomes) => void (done += outcomes.length),
      stopReason: () => (done >= 50 ? "interrupted" : undefined),
    }),
  );
  expect(certificate).toMatchObject({ verdict: "unknown", because: "interrupted", scenarios: 200, explored: 50 });
});

test("a task that was told to stop counts for nothing", async () => {
  let asked = 0;
  const certificate = await certify(
    planOf(40),
    environmentOf(explored, {
      run: async () => void asked++,
      stopReason: () => (asked > 0 ? "interrupted" : undefined),
    }),
  );
  expect(certificate).toMatchObject({ verdict: "unknown", because: "interrupted", explored: 0, executions: 0 });
});
