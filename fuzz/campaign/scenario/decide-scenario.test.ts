import * as fc from "fast-check";
import { expect, test } from "vitest";
import { type Job, jobName, type Perform, type Performed, type PerformOptions } from "../job.ts";
import { lanes } from "../lanes.ts";
import type { Profile } from "../profile.ts";
import { type Decision, decideScenario, decisionOf } from "./decide-scenario.ts";
import type { SearchOutcome, SearchTask } from "./search-task.ts";

const scenario = { name: "one", system: "test" };
const violation = { property: "leak", because: "peer#1 is lost" };

function profile(
  enumerationMax: number,
  ...executions: readonly number[]
): Pick<Profile, "enumerationMax" | "searches"> {
  const searches = executions.map((count, index) => ({
    strategy: ["random", "pos", "pct3"][index] ?? "surw",
    executions: count,
  }));
  return { enumerationMax, searches };
}

function outcome(kind: SearchOutcome["kind"], executions: number): SearchOutcome {
  return { kind, executions, accesses: executions * 10, ...(kind === "violated" && { violation, choices: [0, 1] }) };
}

/** Decides with `count` lanes; a task ends after as many turns of the event loop as `delays` says. */
async function decided(
  plan: Pick<Profile, "enumerationMax" | "searches">,
  run: (task: SearchTask, index: number) => SearchOutcome,
  {
    count = 2,
    delays = [],
    stopAfter = Infinity,
  }: { count?: number; delays?: readonly number[]; stopAfter?: number } = {},
): Promise<{ decision: Decision; ran: string[] }> {
  const ran: string[] = [];
  const some = lanes(count);
  const perform = (job: Job<"search">, options?: PerformOptions): Promise<Performed<SearchOutcome> | undefined> =>
    some.run(
      0,
      async () => {
        const index = ran.push(jobName(job)) - 1;
        if (ran.length >= stopAfter) some.stop();
        for (let turn = 0; turn < (delays[index] ?? 0); turn++) await new Promise((resolve) => setImmediate(resolve));
        return { outcome: run(job.task, index), milliseconds: 1 };
      },
      options,
    );
  const decision = await decideScenario(scenario, plan, 1, perform as Perform);
  return { decision, ran };
}

test("a scenario enumerated to the end holds, and nothing else runs", async () => {
  const { decision, ran } = await decided(profile(100, 50, 50), () => outcome("exhausted", 42));
  expect(decision.verdict).toBe("holds");
  expect(decision.searches).toEqual([{ strategy: "exhaustive", exhaustive: true, executions: 42, accesses: 420 }]);
  expect(ran).toHaveLength(1);
});

test("a scenario whose enumeration does not end is searched in full by every strategy", async () => {
  const { decision } = await decided(profile(100, 50, 120_000), (task) => outcome("searched", task.executionsMax));
  expect(decision.verdict).toBe("holds");
  expect(decision.searches.map(({ strategy, exhaustive, executions }) => [strategy, exhaustive, executions])).toEqual([
    ["exhaustive", false, 100],
    ["random", false, 50],
    ["pos", false, 120_000],
  ]);
});

test("a violation of the enumeration ends it", async () => {
  const { decision, ran } = await decided(profile(100, 50), () => outcome("violated", 7));
  expect(decision.verdict).toBe("violated");
  expect(decision.violated?.outcome.executions).toBe(7);
  expect(ran).toHaveLength(1);
});

test("without an enumeration the searches alone decide", async () => {
  const { decision } = await decided(profile(0, 50), (task) => outcome("searched", task.executionsMax));
  expect(decision.verdict).toBe("holds");
  expect(decision.searches.map(({ strategy }) => strategy)).toEqual(["random"]);
});

test("a stopped search leaves the scenario unknown", async () => {
  const { decision } = await decided(profile(0, 50, 50), (_task, index) =>
    outcome(index === 0 ? "searched" : "stopped", 5),
  );
  expect(decision.verdict).toBe("unknown");
  expect(decision.searches.map(({ executions }) => executions)).toEqual([5, 5]);
});

test("a campaign stopped before all tasks ran leaves the scenario unknown", async () => {
  const { decision } = await decided(profile(100, 50, 50), (task) => outcome("searched", task.executionsMax), {
    stopAfter: 2,
    count: 1,
  });
  expect(decision.verdict).toBe("unknown");
});

test("a scenario that cannot run is unknown, for the given reason", async () => {
  const { decision } = await decided(profile(100, 50), () => ({
    ...outcome("failed", 0),
    because: "its set-up violates leak",
  }));
  expect([decision.verdict, decision.because]).toEqual(["unknown", "its set-up violates leak"]);
});

test("a scenario without a task is unknown", () => {
  expect(decisionOf(scenario, 1, [], []).verdict).toBe("unknown");
});

test("delay bounding that finishes is not called exhaustive", async () => {
  const plan = { enumerationMax: 0, searches: [{ strategy: "delay", executions: 50 }] };
  const { decision } = await decided(plan, () => outcome("exhausted", 20));
  expect(decision.verdict).toBe("holds");
  expect(decision.searches[0]?.exhaustive).toBe(false);
});

test("the decision is the same for any number of lanes and any order in which tasks end", async () => {
  const plan = profile(10, 100_000, 100_000, 50_000);
  const kinds = fc.array(fc.constantFrom<SearchOutcome["kind"]>("searched", "searched", "violated"), {
    minLength: 5,
    maxLength: 5,
  });
  await fc.assert(
    fc.asyncProperty(
      kinds,
      fc.integer({ min: 1, max: 6 }),
      fc.array(fc.integer({ min: 0, max: 4 }), { maxLength: 6 }),
      async (outcomes, count, delays) => {
        const byName = new Map<string, SearchOutcome>();
        // The outcome belongs to the task, so it is selected by the task's place in the plan.
        const names = await decided(plan, (task) => outcome("searched", task.executionsMax), { count: 1 });
        for (const [index, name] of names.ran.entries())
          byName.set(
            name,
            index === 0 ? outcome("searched", 10) : outcome(outcomes[index - 1] ?? "searched", 100 + index),
          );
        const run = (task: SearchTask): SearchOutcome =>
          byName.get(jobName({ kind: "search", task })) ?? outcome("failed", 0);
        const alone = await decided(plan, run, { count: 1 });
        const several = await decided(plan, run, { count, delays });
        expect(several.decision).toEqual(alone.decision);
      },
    ),
    { seed: 1, numRuns: 60 },
  );
});
