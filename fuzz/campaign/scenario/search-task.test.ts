import { expect, test } from "vitest";
import { jobName } from "../job.ts";
import { profileNamed, profiles } from "../profile.ts";
import { tasksOf } from "./search-task.ts";

const scenario = { name: "peers-a", system: "peers" };

test("the enumeration comes first, then each strategy", () => {
  const tasks = tasksOf(
    scenario,
    {
      enumerationMax: 10,
      searches: [
        { strategy: "random", executions: 20 },
        { strategy: "pos", executions: 30 },
      ],
    },
    1,
  );
  expect(tasks.map(({ strategy, executionsMax }) => [strategy, executionsMax])).toEqual([
    ["exhaustive", 10],
    ["random", 20],
    ["pos", 30],
  ]);
});

test("a long search is split into pieces with their own seeds, a list of schedules is not", () => {
  const tasks = tasksOf(
    scenario,
    {
      enumerationMax: 0,
      searches: [
        { strategy: "random", executions: 120_000 },
        { strategy: "delay", executions: 120_000 },
      ],
    },
    1,
  );
  expect(tasks.map(({ strategy, executionsMax }) => [strategy, executionsMax])).toEqual([
    ["random", 50_000],
    ["random", 50_000],
    ["random", 20_000],
    ["delay", 120_000],
  ]);
  expect(new Set(tasks.map(({ seed }) => seed)).size).toBe(4);
});

test("a scenario's seeds come from the run's seed and its name, not from its place in the list", () => {
  const seeds = (seed: number, name: string): number[] =>
    tasksOf({ name, system: "peers" }, { enumerationMax: 1, searches: [] }, seed).map((task) => task.seed);
  expect(seeds(1, "peers-a")).toEqual(seeds(1, "peers-a"));
  expect(new Set([seeds(1, "peers-a"), seeds(2, "peers-a"), seeds(1, "peers-b")].flat()).size).toBe(3);
});

test("tasks that may end differently have different names", () => {
  const [task] = tasksOf(scenario, { enumerationMax: 0, searches: [{ strategy: "random", executions: 5 }] }, 1);
  if (task === undefined) throw new Error("there is a task");
  const others = [
    { ...task, seed: task.seed + 1 },
    { ...task, strategy: "pos" },
    { ...task, executionsMax: 6 },
    { ...task, scenario: { ...scenario, name: "peers-b" } },
    { ...task, scenario: { ...scenario, module: "/a.ts" } },
  ];
  const names = [task, ...others].map((one) => jobName({ kind: "search", task: one }));
  expect(new Set(names).size).toBe(6);
  expect(jobName({ kind: "search", task: { ...task } })).toBe(names[0]);
});

test("each profile searches more than the previous one", () => {
  expect(profiles.map(({ name }) => name)).toEqual(["quick", "full", "night"]);
  const work = profiles.map((profile) =>
    tasksOf(scenario, profile, 1).reduce((sum, task) => sum + task.executionsMax, 0),
  );
  expect(work).toEqual(work.toSorted((one, other) => one - other));
  expect(profileNamed("full").name).toBe("full");
});

test("an unknown profile is refused, and the known names are listed", () => {
  expect(() => profileNamed("fast\u001b")).toThrow('no profile "fast\\u{1b}"; there are quick, full, night');
});
