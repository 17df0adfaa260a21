import { expect, test } from "vitest";
import { type LocalOutcomes, localEngine } from "../local-engine.fixture.ts";
import { stressPart } from "./stress-part.ts";
import type { StressTask } from "./stress-task.ts";

async function stress(milliseconds: number, run: LocalOutcomes["stress"]) {
  const tasks: StressTask[] = [];
  const saved = new Map<string, string>();
  const engine = localEngine(1, {
    stress: (task, own) => {
      tasks.push(task);
      return run?.(task, own);
    },
  });
  const result = await stressPart("peers", 1, milliseconds).run({
    perform: engine.part(0).perform,
    stopReason: engine.stopReason,
    pathOf: String,
    save: (file, content) => void saved.set(file, String(content)),
    saveTrace: () => undefined,
  });
  return { result, tasks, saved };
}

test("a long time is split into jobs, each with its own seed", async () => {
  const { result, tasks } = await stress(150_000, ({ milliseconds }) => ({ milliseconds, rounds: 5, operations: 10 }));
  expect(tasks.map(({ milliseconds }) => milliseconds)).toEqual([60_000, 60_000, 30_000]);
  expect(new Set(tasks.map(({ seed }) => seed)).size).toBe(3);
  expect(result).toMatchObject({
    kind: "stress",
    operations: 30,
    stress: { verdict: "holds", milliseconds: 150_000, threads: 4, seed: tasks[0]?.seed },
  });
});

test("a job that was cut short is followed by one for the remaining time", async () => {
  const { tasks, result } = await stress(10_000, ({ milliseconds }) => ({
    milliseconds: Math.min(milliseconds, 7_000),
    rounds: 5,
    operations: 10,
  }));
  expect(tasks.map(({ milliseconds }) => milliseconds)).toEqual([10_000, 3_000]);
  expect(result).toMatchObject({ stress: { verdict: "holds" } });
});

test("stress stopped before its time is used up decides nothing", async () => {
  const { result } = await stress(10_000, (_task, engine) => {
    engine.stop("interrupted");
    return { milliseconds: 100, rounds: 1, operations: 10 };
  });
  expect(result).toBeUndefined();
});

test("a violation ends stress, and its history is saved", async () => {
  const violation = { property: "avl", because: "crooked", history: "the history" };
  const { result, saved, tasks } = await stress(150_000, () => ({
    milliseconds: 9,
    rounds: 1,
    operations: 10,
    violation,
  }));
  expect(tasks).toHaveLength(1);
  expect(result).toMatchObject({
    stress: { verdict: "violated", property: "avl", because: "crooked", history: "stress/peers.history.json" },
  });
  expect(saved.get("stress/peers.history.json")).toBe("the history");
});
