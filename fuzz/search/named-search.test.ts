import { expect, test } from "vitest";
import { InputError } from "#fuzz/host/input-error.ts";
import { Machine } from "#fuzz/machine/machine.ts";
import { lostUpdate } from "#fuzz/counterexample/example-programs.fixture.ts";
import { searchNamed } from "./named-search.ts";
import { EXECUTIONS_BETWEEN_QUESTIONS } from "./search.ts";

const program = () => lostUpdate({ threads: 3, additions: 2, locked: true });
const holding = { makeProgram: program, machine: () => new Machine(program()), checks: {} };

test.each(["random", "exhaustive"])("%s stops when it is told to, after the first block of executions", (strategy) => {
  let asked = 0;
  const shouldStop = (): boolean => ++asked > 0;
  const { kind, executions } = searchNamed(strategy, holding, { seed: 1, executionsMax: 10_000, shouldStop });
  expect([kind, asked]).toEqual(["stopped", 1]);
  expect(executions).toBeLessThanOrEqual(EXECUTIONS_BETWEEN_QUESTIONS);
});

test.each(["pos", "exhaustive"])("%s finds an addition that is lost", (strategy) => {
  const torn = { ...holding, makeProgram: lostUpdate, machine: () => new Machine(lostUpdate()) };
  const { violation } = searchNamed(strategy, torn, { seed: 1, executionsMax: 1_000 });
  expect(violation?.property).toBe("assertion");
});

test("a name that no search has is refused with those there are", () => {
  const search = () => searchNamed("luck", holding, { seed: 1, executionsMax: 1 });
  expect(search).toThrow(InputError);
  expect(search).toThrow(/^no strategy "luck"; there are random, /);
});
