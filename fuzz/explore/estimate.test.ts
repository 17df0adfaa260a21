import { expect, test } from "vitest";
import { estimateExecutions, estimateText, Spread } from "./estimate.ts";
import { explore } from "./explore.ts";
import { exploredProgram } from "#fuzz/programs/explored-toy.ts";
import { toyProgramNamed } from "#fuzz/programs/toy-programs.ts";

function programOf(name: string, parameters: Readonly<Record<string, number>>) {
  return exploredProgram(toyProgramNamed(name), parameters);
}

test.each([
  ["nw", { N: 6 }, 720],
  ["reorder", { N: 3 }, 576],
  ["nw1r", { N: 6 }, 5040],
])(
  "where every node of a depth has as many children, one descent of %s %j is exact",
  (name, parameters, executions) => {
    expect(estimateExecutions(programOf(name, parameters), { probes: 20, seed: 1 })).toEqual({
      mean: executions,
      deviation: 0,
      error: 0,
      probes: 20,
    });
  },
);

test.each([
  ["rinc", { N: 3, K: 1 }],
  ["fib", { K: 3 }],
  ["casrot", { N: 5 }],
  ["mcs", { N: 2 }],
  ["ainc", { N: 3, K: 1 }],
  ["mutex", { N: 3, K: 1 }],
  ["rw", { N: 3 }],
])("the mean over many descents of %s %j is off by no more than its error says", (name, parameters) => {
  const program = programOf(name, parameters);
  const { executions, blocked } = explore(program);
  const { mean, error } = estimateExecutions(program, { probes: 4_000, seed: 7 });
  expect(Math.abs(mean - executions - blocked)).toBeLessThanOrEqual(4 * error + 1e-9);
  expect(error).toBeLessThan(0.2 * (executions + blocked));
});

test("equal seeds give equal estimates", () => {
  const options = { probes: 10, seed: 3 };
  const program = programOf("rinc", { N: 4 });
  expect(estimateExecutions(program, options)).toEqual(estimateExecutions(program, options));
  expect(estimateExecutions(program, { ...options, seed: 4 })).not.toEqual(estimateExecutions(program, options));
});

test("mean and deviation of a series are those of the textbook", () => {
  const spread = new Spread();
  expect(spread.deviation).toBe(0);
  for (const value of [2, 4, 4, 4, 5, 5, 7, 9]) spread.add(value);
  expect(spread.mean).toBe(5);
  expect(spread.deviation).toBeCloseTo(Math.sqrt(32 / 7), 12);
});

test("an estimate is told to two digits, with what it may be off by", () => {
  expect(estimateText({ mean: 14_449, error: 2_345 })).toBe("about 14,000 ± 2,300");
  expect(estimateText({ mean: 720, error: 0 })).toBe("about 720");
});
