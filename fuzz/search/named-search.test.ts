import { expect, test } from "vitest";
import { InputError } from "#fuzz/host/input-error.ts";
import { Machine } from "#fuzz/machine/machine.ts";
import { lostUpdate } from "#fuzz/counterexample/example-programs.fixture.ts";
import { searchNamed } from "./named-search.ts";
import { EXECUTIONS_BETWEEN_QUESTIONS } from "./search.ts";

const program = () => lostUpdate({ threads: 3, additions: 2, locked: true });
const holding = { makeProgram: program, machine: () => new Machine(program()), checks: {} };

test.each(["random", "exhaustive"])("%s stops on request, after the first block of executions", (strategy) => {
  let calls = 0;
  const shouldStop = (): boolean => ++calls > 0;
  const { kind, executions } = searchNamed(strategy, holding, { seed: 1, executionsMax: 10_000, shouldStop });
  expect([kind, calls]).toEqual(["stopped", 1]);
  expect(executions).toBeLessThanOrEqual(EXECUTIONS_BETWEEN_QUESTIONS);
});

test.each(["pos", "exhaustive"])("%s finds an addition that is lost", (strategy) => {
  const torn = { ...holding, makeProgram: lostUpdate, machine: () => new Machine(lostUpdate()) };
  const { violation } = searchNamed(strategy, torn, { seed: 1, executionsMax: 1_000 });
  expect(violation?.property).toBe("assertion");
});

test("an unknown name is refused with the list of known names", () => {
  const search = () => searchNamed("luck", holding, { seed: 1, executionsMax: 1 });
  expect(search).toThrow(InputError);
  expect(search).toThrow(/^no strategy "luck"; there are random, /);
});
