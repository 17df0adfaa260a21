import * as fc from "fast-check";
import { expect, test } from "vitest";
import { search } from "#fuzz/search/search.ts";
import { Machine } from "#fuzz/machine/machine.ts";
import { pct } from "#fuzz/strategies/pct.ts";
import { randomWalk } from "#fuzz/strategies/random-walk.ts";
import { neighbours, type NeighboursScenarioOperation } from "./neighbours.ts";
import { parseNeighbourAddress } from "./neighbours-names.ts";
import { neighboursScenarios } from "./neighbours-scenarios.ts";
import { neighboursSmallScope } from "./neighbours-small-scope.ts";
import { parseScenario, type Scenario } from "../scenario.ts";

type Operation = NeighboursScenarioOperation;

function holds(scenario: Scenario<Operation>, seed: number, executions: number): void {
  const machine = new Machine(neighbours.compile(parseScenario(neighbours, scenario)));
  for (const strategy of [randomWalk(seed), pct(seed, 3)]) {
    const { violation } = search(machine, strategy, { executionsMax: executions });
    expect(
      violation,
      `${scenario.name} under ${strategy.name} with seed ${seed}: ${JSON.stringify(scenario)}`,
    ).toBeUndefined();
  }
}

for (const scenario of neighboursScenarios) {
  test(`${scenario.name} holds: ${scenario.about}`, () => {
    holds(scenario, 1, 100);
  });
}

/** Small limits, so that chains form, queues fill up and memory runs out within a few operations. */
const limits = fc.record(
  {
    now: fc.constantFrom(-1, -50, 2147483640),
    buckets: fc.constantFrom(1),
    queueMax: fc.constantFrom(1, 2),
    connected: fc.constantFrom(1),
    neighboursMax: fc.constantFrom(1, 2),
    pathsMax: fc.constantFrom(1),
  },
  { requiredKeys: [] },
);

const operations = (maxLength: number) => fc.array(neighbours.operations, { maxLength });
const initially = (maxLength: number) =>
  operations(maxLength).map((all) => all.filter(({ kind }) => kind !== "takeDown"));

test("what the table answers to operations one after the other, the model allows, and all properties hold", () => {
  fc.assert(
    fc.property(limits, initially(12), operations(30), (limits, initial, then) => {
      holds(
        { name: "sequential", system: "neighbours", limits, initial, threads: [{ name: "only", operations: then }] },
        1,
        1,
      );
    }),
    { seed: 2, numRuns: 200 },
  );
});

test("whatever two or three threads do at once, all properties hold", () => {
  fc.assert(
    fc.property(
      limits,
      initially(6),
      fc.array(operations(5), { minLength: 2, maxLength: 3 }),
      fc.integer(),
      (limits, initial, threads, seed) => {
        const named = threads.map((operations, index) => ({ name: `thread ${index + 1}`, operations }));
        holds({ name: "generated", system: "neighbours", limits, initial, threads: named }, seed, 20);
      },
    ),
    { seed: 4, numRuns: 150 },
  );
});

test("what certificates enumerate can be compiled: every initial content with every operation", () => {
  const threads = [0, 1]
    .flatMap((key) => neighboursSmallScope.operationsOn(key))
    .concat(neighboursSmallScope.otherOperations);
  const contents = neighboursSmallScope.initialContents(2);
  expect([0, 1, 2, 3].map((keys) => neighboursSmallScope.initialContents(keys).length)).toEqual([1, 3, 4, 4]);
  for (const initial of contents) {
    holds(
      {
        name: "small",
        system: "neighbours",
        ...(neighboursSmallScope.limits === undefined ? {} : { limits: neighboursSmallScope.limits }),
        initial,
        threads: [{ name: "all", operations: threads }],
      },
      1,
      2,
    );
  }
});

test("a name stands for an address: a queue of a port, or a group in its partition", () => {
  expect(parseNeighbourAddress("2/7").words).toEqual([0x07000000, 0x000080fe, 0, 0, 0x02000000]);
  expect(parseNeighbourAddress("m3").words).toEqual([0xffffff00 | 0, 0x1b4012ff, 0x0180, 0, 0x03000000]);
});

test("what a scenario of the table cannot be is refused", () => {
  const scenario = (initial: Operation[]): Scenario<Operation> => ({
    name: "odd",
    system: "neighbours",
    initial,
    threads: [{ name: "only", operations: [] }],
  });
  expect(() => neighbours.compile(scenario([{ kind: "takeDown" }]))).toThrow(
    "odd: takeDown cannot be an initial operation",
  );
  expect(() =>
    neighbours.compile(scenario(Array.from({ length: 31 }, () => ({ kind: "get", address: "1/1" })))),
  ).toThrow("odd: it gets neighbours 31 times, and may 30 times, by which the model tells them apart");
  expect(
    neighbours.compile(scenario(Array.from({ length: 30 }, () => ({ kind: "get", address: "1/1" })))).threads,
  ).toHaveLength(1);
  const parse = (value: object) => () => parseScenario(neighbours, { ...scenario([]), ...value });
  expect(parse({ initial: [{ kind: "get", address: "1" }] })).toThrow(
    'must be "port/queue", such as "1/7", or a group such as "m1"',
  );
  expect(parse({ initial: [{ kind: "connect", address: "m1" }] })).toThrow('must be "port/queue", such as "1/7"');
  expect(parse({ initial: [{ kind: "answer", gid: "1/1" }] })).toThrow(
    'must be a port such as "1", or a group such as "m1"',
  );
  expect(parse({ limits: { buckets: 3 } })).toThrow("limits.buckets: must be a power of two");
});

test("a thread does nothing more once it has taken the device down", () => {
  holds(
    {
      name: "after",
      system: "neighbours",
      initial: [],
      threads: [
        {
          name: "admin",
          operations: [
            { kind: "get", address: "1/1" },
            { kind: "takeDown" },
            { kind: "transmit", address: "1/1" },
            { kind: "takeDown" },
          ],
        },
      ],
    },
    1,
    2,
  );
});
