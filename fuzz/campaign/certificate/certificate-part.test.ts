import * as fc from "fast-check";
import { expect, test } from "vitest";
import { type Certificate, certificateJson, mergeCertificates } from "#reports/certificate.ts";
import { systemNamed } from "#fuzz/systems/all-systems.ts";
import { scopeScenarios } from "#fuzz/subjects/scope-scenarios.ts";
import { type LocalOutcomes, localEngine } from "../local-engine.fixture.ts";
import { type CertificatePlan, certificateFrom, certificatePart } from "./certificate-part.ts";
import { type CertifyOutcome, certifyTasks } from "./certify-task.ts";
import { isInShard, type Shard, WHOLE } from "./shard.ts";

const SIZE = { threads: 2, operations: 1, keys: 2 };
const SCENARIOS = scopeScenarios(systemNamed("peers"), SIZE).length;

function planOf(shard: Shard = WHOLE): CertificatePlan {
  return { system: "peers", size: SIZE, shard, executionsMax: 100, folder: "" };
}

function explored(place: number): CertifyOutcome {
  return { place, scenario: `set-${place}`, kind: "explored", executions: place + 1, blocked: place % 2, histories: 1 };
}

const shrunk = {
  property: "avl",
  because: "unbalanced",
  strategy: "exhaustive",
  seed: 0,
  execution: 1,
  threads: 2,
  accesses: 4,
  preemptions: 1,
  orderings: [],
  story: [],
};

/** The certificate's file, and the requested jobs. */
async function certify(
  run: LocalOutcomes["certificate"] = ({ places }) => places.map(explored),
  { lanes = 1, shard = WHOLE }: { lanes?: number; shard?: Shard } = {},
): Promise<{ text: string; asked: number[]; verdict: string | undefined }> {
  const asked: number[] = [];
  const saved = new Map<string, string>();
  const engine = localEngine(lanes, {
    certificate: (task, own) => {
      asked.push(...task.places);
      return run?.(task, own);
    },
  });
  const result = await certificatePart(planOf(shard)).run({
    perform: engine.part(0).perform,
    stopReason: engine.stopReason,
    pathOf: String,
    save: (file, content) => void saved.set(file, String(content)),
    saveTrace: () => undefined,
  });
  const file = [...saved.keys()].find((one) => !one.startsWith("traces/") && !one.endsWith(".rows.json"));
  const text = saved.get(file ?? "") ?? "";
  return { text, asked, verdict: result?.kind === "certificate" ? result.certificate.verdict : undefined };
}

test("the certificate does not depend on the number of lanes, nor on the order in which jobs end", async () => {
  const { text: one } = await certify();
  await fc.assert(
    fc.asyncProperty(fc.scheduler(), fc.integer({ min: 1, max: 5 }), async (scheduler, lanes) => {
      const run = scheduler.scheduleFunction(async ({ places }: { places: readonly number[] }) => places.map(explored));
      const other = certify(run, { lanes });
      await scheduler.waitFor(other);
      expect((await other).text).toBe(one);
    }),
    { seed: 1, numRuns: 20 },
  );
  expect(JSON.parse(one)).toMatchObject({
    verdict: "holds",
    scenarios: SCENARIOS,
    explored: SCENARIOS,
    executions: (SCENARIOS * (SCENARIOS + 1)) / 2,
    blocked: SCENARIOS / 2,
    histories: SCENARIOS,
  });
});

test("the shards of a scope add up to its certificate", async () => {
  const { text: whole } = await certify();
  for (const count of [2, 3, 7]) {
    const shards = await Promise.all(
      Array.from({ length: count }, (_, index) => certify(undefined, { shard: { index: index + 1, count } })),
    );
    const merged = mergeCertificates(shards.map(({ text }) => JSON.parse(text) as Certificate));
    expect("misfit" in merged ? merged.misfit : certificateJson(merged)).toBe(whole);
  }
});

test("every scenario of the shard is requested once, a few at a time", async () => {
  const shard = { index: 2, count: 3 };
  const { asked } = await certify(undefined, { shard });
  const places = Array.from({ length: SCENARIOS }, (_, place) => place).filter((place) => isInShard(place, shard));
  expect(asked).toEqual(places);
  const tasks = certifyTasks(
    planOf(),
    Array.from({ length: 60 }, (_, place) => place),
  );
  expect(tasks.map((task) => task.places.length)).toEqual([25, 25, 10]);
});

test("a violation violates the certificate and names its trace; unexplored scenarios are not counted", () => {
  const outcomes = [0, 1, 2, 3, 4].map((place): CertifyOutcome =>
    place === 3 ? { ...explored(place), kind: "violated", counterexample: shrunk, trace: "{}" } : explored(place),
  );
  expect(certificateFrom(planOf(), 5, outcomes, undefined)).toMatchObject({
    verdict: "violated",
    explored: 4,
    executions: 1 + 2 + 3 + 5,
    violations: [{ scenario: "set-3", property: "avl", because: "unbalanced", trace: "traces/set-3.trace.json" }],
  });
});

test("unfinished scenarios leave the certificate unknown, with the reason of the first", () => {
  const outcomes = [0, 1, 2, 3, 4].map((place): CertifyOutcome =>
    place % 2 === 1
      ? { ...explored(place), kind: "unfinished", because: "stopped at 100 executions" }
      : explored(place),
  );
  const { verdict, because, explored: count } = certificateFrom(planOf(), 5, outcomes, undefined);
  expect([verdict, count, because]).toEqual([
    "unknown",
    3,
    "2 of them were not finished, the first one set-1: stopped at 100 executions",
  ]);
});

test("a stopped run gives its reason and counts finished jobs; a stopped job counts for nothing", async () => {
  let asked = 0;
  const { text } = await certify(({ places }, engine) => {
    if (++asked < 3) return places.map(explored);
    engine.stop("interrupted");
    return undefined;
  });
  expect(JSON.parse(text)).toMatchObject({ verdict: "unknown", because: "interrupted", scenarios: 88, explored: 50 });
});
