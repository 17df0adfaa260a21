import { expect, test } from "vitest";
import { estimateExecutions, type Estimate, Spread } from "./estimate.ts";
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
])("if all nodes of a level have as many children, %s %j is estimated exactly", (name, parameters, executions) => {
  expect(estimateExecutions(programOf(name, parameters), { nodesMax: 100, seed: 1 })).toMatchObject({
    executions,
    low: executions,
    high: executions,
  });
});

test("a tree no wider than a walk is counted exactly", () => {
  const program = programOf("rinc", { N: 2, K: 1 });
  const { executions, blocked } = explore(program);
  const truth = executions + blocked;
  expect(estimateExecutions(program, { nodesMax: 1, seed: 1 })).toMatchObject({
    executions: truth,
    low: truth,
    high: truth,
  });
});

const SEEDS = 50;
const uneven: readonly (readonly [string, Readonly<Record<string, number>>, number])[] = [
  ["rinc", { N: 4, K: 1 }, 2_000],
  ["casrot", { N: 6 }, 1_000],
  ["ainc", { N: 3, K: 2 }, 1_500],
];

function estimatesOf(name: string, parameters: Readonly<Record<string, number>>, nodesMax: number): Estimate[] {
  const program = programOf(name, parameters);
  return Array.from({ length: SEEDS }, (_, seed) => estimateExecutions(program, { nodesMax, seed }));
}

test.each(uneven)(
  "for nine seeds of ten the interval contains the number of executions of %s %j",
  (name, parameters, nodes) => {
    const { executions, blocked } = explore(programOf(name, parameters));
    const truth = executions + blocked;
    const estimates = estimatesOf(name, parameters, nodes);
    const within = estimates.filter(({ low, high }) => low <= truth && truth <= high);
    expect(within.length).toBeGreaterThanOrEqual(0.9 * SEEDS);
    // An interval that contains everything would contain the true number as well.
    const ratios = estimates.map(({ low, high }) => high / low).toSorted((one, other) => one - other);
    expect(ratios[SEEDS / 2]).toBeLessThan(4);
    expect(ratios[0]).toBeGreaterThan(1);
  },
);

test("a third of the interval contains it less often", () => {
  const { executions, blocked } = explore(programOf("rinc", { N: 4, K: 1 }));
  const truth = executions + blocked;
  const within = estimatesOf("rinc", { N: 4, K: 1 }, 2_000).filter(
    ({ executions: middle, low, high }) =>
      middle * (low / middle) ** (1 / 3) <= truth && truth <= middle * (high / middle) ** (1 / 3),
  );
  expect(within.length).toBeLessThan(0.9 * SEEDS);
});

test("a larger budget leads to a narrower interval", () => {
  const program = programOf("fib", { K: 4 });
  const few = estimateExecutions(program, { nodesMax: 500, seed: 1 });
  const many = estimateExecutions(program, { nodesMax: 5_000, seed: 1 });
  expect(many.nodes).toBeGreaterThan(few.nodes);
  expect(many.high / many.low).toBeLessThan(few.high / few.low);
});

test("equal seeds give equal estimates", () => {
  const options = { nodesMax: 500, seed: 3 };
  const program = programOf("rinc", { N: 4 });
  expect(estimateExecutions(program, options)).toEqual(estimateExecutions(program, options));
  expect(estimateExecutions(program, { ...options, seed: 4 })).not.toEqual(estimateExecutions(program, options));
});

test("mean and deviation of a series match the textbook definitions", () => {
  const spread = new Spread();
  expect(spread.deviation).toBe(0);
  for (const value of [2, 4, 4, 4, 5, 5, 7, 9]) spread.add(value);
  expect(spread.mean).toBe(5);
  expect(spread.deviation).toBeCloseTo(Math.sqrt(32 / 7), 12);
});
