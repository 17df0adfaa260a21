import { expect, test } from "vitest";
import type { BugResult, Counterexample, StressResult, TraceResult } from "#reports/result.ts";
import { type CampaignEnvironment, type CampaignEvent, type CampaignPlan, runCampaign } from "./campaign.ts";
import type { SearchOutcome, SearchTask } from "./task.ts";

const plan: CampaignPlan = {
  profile: {
    name: "test",
    description: "",
    enumerationMax: 10,
    searches: [{ strategy: "random", executions: 20 }],
    museumMax: 5,
    stressMs: 0,
    certifies: false,
  },
  seed: 1,
  scenarios: ["a", "b", "c"].map((name) => ({ name, system: "test" })),
  traces: ["one.trace.json"],
  bugs: ["bug-a", "bug-b"],
  stressed: ["test"],
};

const counterexample: Counterexample = {
  property: "leak",
  because: "lost",
  strategy: "random",
  seed: 1,
  execution: 3,
  threads: 2,
  accesses: 4,
  preemptions: 1,
  orderings: [],
  story: [],
  trace: "traces/b.trace.json",
};

const stress: StressResult = {
  system: "test",
  source: "test.ts",
  verdict: "holds",
  because: "no violation",
  seed: 1,
  threads: 2,
  milliseconds: 5,
};

function searched(task: SearchTask): SearchOutcome {
  return { kind: "searched", executions: task.executionsMax, accesses: task.executionsMax, milliseconds: 2 };
}

function environment(changes: Partial<CampaignEnvironment> = {}): {
  readonly environment: CampaignEnvironment;
  readonly events: CampaignEvent[];
} {
  const events: CampaignEvent[] = [];
  const trace: TraceResult = { trace: "one.trace.json", scenario: "a", verdict: "holds", because: "mended" };
  return {
    events,
    environment: {
      run: async (task) => searched(task),
      explain: async () => counterexample,
      replayTrace: async () => trace,
      huntBug: async (slug): Promise<BugResult> => ({ slug, system: "test", outcome: "found", because: "leak" }),
      stress: async () => stress,
      lanes: 2,
      stopReason: () => undefined,
      onResult: (event) => events.push(event),
      ...changes,
    },
  };
}

function nameOf(event: CampaignEvent): string {
  if (event.kind === "scenario") return `${event.scenario.verdict} ${event.scenario.name}`;
  if (event.kind === "stress") return `${event.stress.verdict} stress on ${event.stress.system}`;
  return event.kind === "trace"
    ? `${event.trace.verdict} ${event.trace.trace}`
    : `${event.bug.outcome} ${event.bug.slug}`;
}

test("results come in the order of the plan, whichever ends first", async () => {
  const slow = environment({
    run: async (task) => {
      if (task.scenario.name === "a")
        for (let turn = 0; turn < 50; turn++) await new Promise((resolve) => setImmediate(resolve));
      return searched(task);
    },
  });
  const result = await runCampaign(plan, slow.environment);
  expect(slow.events.map(nameOf)).toEqual([
    "holds a",
    "holds b",
    "holds c",
    "holds one.trace.json",
    "found bug-a",
    "found bug-b",
    "holds stress on test",
  ]);
  expect(result.finished).toBe(true);
  expect(result.scenarios.map(({ name }) => name)).toEqual(["a", "b", "c"]);
  expect(result.parts).toMatchObject({ a: 4, b: 4, c: 4 });
});

test("a violation is explained, and its counterexample is part of the result", async () => {
  const { environment: violating } = environment({
    run: async (task) =>
      task.scenario.name === "b"
        ? { ...searched(task), kind: "violated", violation: { property: "leak", because: "lost" }, choices: [0] }
        : searched(task),
  });
  const { scenarios, finished } = await runCampaign(plan, violating);
  expect(scenarios.map(({ verdict }) => verdict)).toEqual(["holds", "violated", "holds"]);
  expect(scenarios[1]?.counterexample).toEqual(counterexample);
  expect(finished).toBe(true);
});

test("a campaign that is stopped says of each scenario what is known, and why no more", async () => {
  let reason: string | undefined;
  const stopping = environment({
    lanes: 1,
    stopReason: () => reason,
    run: async (task) => {
      if (task.scenario.name !== "b") return searched(task);
      reason = "interrupted";
      return { ...searched(task), kind: "stopped", executions: 3 };
    },
  });
  const { finished, scenarios, traces, museum, stress: stressed } = await runCampaign(plan, stopping.environment);
  expect(finished).toBe(false);
  expect(scenarios.map(({ verdict, because, searches }) => [verdict, because, searches.length])).toEqual([
    ["holds", undefined, 2],
    ["unknown", "interrupted", 1],
    ["unknown", "interrupted", 0],
  ]);
  expect([traces, museum, stressed]).toEqual([[], [], []]);
});

test("a violation found just before the stop is still explained", async () => {
  let reason: string | undefined;
  const { environment: stopping } = environment({
    lanes: 1,
    stopReason: () => reason,
    run: async (task) => {
      reason = "interrupted";
      return { ...searched(task), kind: "violated", violation: { property: "leak", because: "lost" }, choices: [0] };
    },
  });
  const { scenarios, finished } = await runCampaign(plan, stopping);
  expect(scenarios.map(({ verdict }) => verdict)).toEqual(["violated", "unknown", "unknown"]);
  expect(scenarios[0]?.counterexample).toEqual(counterexample);
  expect(finished).toBe(false);
});

test("real threads are let loose when everything else is done, and a stress that was stopped leaves the campaign unfinished", async () => {
  const order: string[] = [];
  const { environment: stressing } = environment({
    huntBug: async (slug) => {
      for (let turn = 0; turn < 20; turn++) await new Promise((resolve) => setImmediate(resolve));
      order.push(slug);
      return { slug, system: "test", outcome: "found", because: "leak" };
    },
    stress: async (system, seed) => {
      order.push(`stress ${system} ${seed}`);
      return undefined;
    },
  });
  const { finished, stress: stressed, museum } = await runCampaign(plan, stressing);
  expect(order.at(-1)).toBe("stress test 1");
  expect([finished, stressed.length, museum.length]).toEqual([false, 0, 2]);
});

test("a hunt that was stopped leaves the campaign unfinished", async () => {
  const { environment: hunting } = environment({ huntBug: async () => undefined });
  const { finished, museum } = await runCampaign(plan, hunting);
  expect([finished, museum]).toEqual([false, []]);
});

test("a scenario that cannot be run is unknown with its own reason, and the campaign goes on", async () => {
  const { environment: failing } = environment({
    run: async (task) =>
      task.scenario.name === "a"
        ? { kind: "failed", because: "its set-up violates leak", executions: 0, accesses: 0, milliseconds: 0 }
        : searched(task),
  });
  const { scenarios } = await runCampaign(plan, failing);
  expect(scenarios.map(({ verdict, because }) => [verdict, because])).toEqual([
    ["unknown", "its set-up violates leak"],
    ["holds", undefined],
    ["holds", undefined],
  ]);
});

test("an error of the environment ends the campaign", async () => {
  const { environment: broken } = environment({ replayTrace: () => Promise.reject(new Error("no trace")) });
  await expect(runCampaign(plan, broken)).rejects.toThrow("no trace");
});
