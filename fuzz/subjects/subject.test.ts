import { expect, test } from "vitest";
import { scenarios, systemNamed } from "#fuzz/systems/all-systems.ts";
import { ScenarioError } from "#fuzz/systems/scenario-error.ts";
import { parseScenario } from "#fuzz/systems/parse-scenario.ts";
import type { Scenario } from "#fuzz/systems/scenario.ts";
import { scenarioSubject } from "./subject.ts";

const scenario: Scenario = {
  name: "pair",
  system: "test",
  initial: [],
  threads: ["a", "b"].map((name) => ({ name, operations: [1, 2] })),
};

/** The threads' operations of every smaller scenario that compiles, when `refuse` throws for some. */
function smallerOf(refuse: (scenario: Scenario) => void): string[] {
  const { makeProgram: _, ...program } = scenarioSubject(scenario, (one) => {
    refuse(one);
    return { name: one.name } as never;
  });
  return [...program.smaller()].map(({ subject }) =>
    JSON.stringify((subject.scenario["threads"] as Scenario["threads"]).map(({ operations }) => operations)),
  );
}

test("a smaller scenario that its system refuses is left out", () => {
  const all = smallerOf(() => {});
  const alone = all.filter((threads) => JSON.parse(threads).length === 1);
  const kept = smallerOf(({ threads }) => {
    if (threads.length < 2) throw new ScenarioError("one thread alone is no scenario");
  });
  expect(alone.length).toBeGreaterThan(0);
  expect(kept).toEqual(all.filter((threads) => !alone.includes(threads)));
});

test.each([new RangeError("Maximum call stack size exceeded"), new TypeError("x is not a function")])(
  "a fault in compiling is not a refused scenario: %s",
  (fault) => {
    expect(() =>
      smallerOf(({ threads }) => {
        if (threads.length < 2) throw fault;
      }),
    ).toThrow(fault);
  },
);

test("whatever is taken out of a registered scenario, its system compiles or refuses the rest", () => {
  let count = 0;
  // One in three, because it is slow.
  for (const one of scenarios.filter((_, index) => index % 3 === 0)) {
    const system = systemNamed(one.system);
    const subject = scenarioSubject(one, (smaller) => system.compile(parseScenario(system, smaller)));
    for (const { subject: smaller } of subject.smaller()) count += smaller.size > 0 ? 1 : 0;
  }
  expect(count).toBeGreaterThan(500);
});
