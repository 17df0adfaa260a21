import { expect, test } from "vitest";
import { Machine } from "#fuzz/machine/machine.ts";
import { lostUpdate } from "#fuzz/counterexample/example-programs.fixture.ts";
import { depthFirst } from "#fuzz/strategies/depth-first.ts";
import { randomWalk } from "#fuzz/strategies/random-walk.ts";
import { EXECUTIONS_BETWEEN_QUESTIONS, search } from "./search.ts";

test("a violation ends the search, with the choices that lead to it", () => {
  const machine = new Machine(lostUpdate());
  const found = search(machine, randomWalk(1), { executionsMax: 1000 });
  expect(found.kind).toBe("violated");
  expect(found.violation?.property).toBe("assertion");
  expect(found.choices).toHaveLength(machine.steps);
});

test("a correct program is searched to the bound, or to its last schedule", () => {
  const correct = new Machine(lostUpdate({ locked: true }));
  expect(search(correct, randomWalk(1), { executionsMax: 300 })).toMatchObject({ kind: "searched", executions: 300 });
  const all = search(correct, depthFirst(), { executionsMax: 100_000 });
  expect(all.kind).toBe("exhausted");
  expect(search(correct, depthFirst(), { executionsMax: all.executions - 1 }).kind).toBe("searched");
});

test("on a request to stop, the search ends at the next check, undecided", () => {
  let questions = 0;
  const stopped = search(new Machine(lostUpdate({ locked: true })), randomWalk(1), {
    executionsMax: 10_000,
    shouldStop: () => ++questions === 3,
  });
  expect(stopped).toMatchObject({ kind: "stopped", executions: 3 * EXECUTIONS_BETWEEN_QUESTIONS });
});

test("accesses and choice points of all executions are counted", () => {
  const one = search(new Machine(lostUpdate({ locked: true })), randomWalk(1), { executionsMax: 1 });
  const ten = search(new Machine(lostUpdate({ locked: true })), randomWalk(1), { executionsMax: 10 });
  expect(one.steps).toBeGreaterThan(one.choicePoints);
  expect(one.choicePoints).toBeGreaterThan(0);
  expect(ten.steps).toBe(10 * one.steps);
});
