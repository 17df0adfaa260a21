import { expect, test } from "vitest";
import { Machine } from "#fuzz/machine/machine.ts";
import { randomWalk } from "#fuzz/strategies/random-walk.ts";
import { parseScenario } from "../parse-scenario.ts";
import type { Scenario } from "../scenario.ts";
import { neighbours } from "./neighbours.ts";
import { neighboursSmallScope } from "./neighbours-small-scope.ts";
import { type NeighboursScenarioOperation, parseNeighbourAddress } from "./neighbours-table.ts";

type Operation = NeighboursScenarioOperation;

function scenarioOf(change: Partial<Scenario<Operation>>): Scenario<Operation> {
  return { name: "odd", system: "neighbours", initial: [], threads: [{ name: "only", operations: [] }], ...change };
}

function run(change: Partial<Scenario<Operation>>): Machine {
  const machine = new Machine(neighbours.compile(parseScenario(neighbours, scenarioOf(change))));
  expect(machine.run(randomWalk(1))).toBeUndefined();
  return machine;
}

const transmit = (address: string): Operation => ({ kind: "transmit", address });
const get = (address: string): Operation => ({ kind: "get", address });

test("certificates enumerate contents that can be set up, and operations that may follow each", () => {
  const keys = [0, 1, 2, 3];
  expect(keys.map((count) => neighboursSmallScope.initialContents(count).length)).toEqual([1, 3, 4, 4]);
  const operations = [0, 1].flatMap((key) => neighboursSmallScope.operationsOn(key));
  const { limits = {}, otherOperations } = neighboursSmallScope;
  for (const initial of neighboursSmallScope.initialContents(2))
    run({ limits, initial, threads: [{ name: "all", operations: [...operations, ...otherOperations] }] });
});

test("a name denotes an address: a queue of a port, or a group in its partition", () => {
  expect(parseNeighbourAddress("2/7").words).toEqual([0x07000000, 0x000080fe, 0, 0, 0x02000000]);
  expect(parseNeighbourAddress("m3").words).toEqual([0xffffff00 | 0, 0x1b4012ff, 0x0180, 0, 0x03000000]);
});

test("an impossible scenario is refused", () => {
  const compile = (initial: Operation[]) => neighbours.compile(scenarioOf({ initial }));
  expect(() => compile([{ kind: "takeDown" }])).toThrow("odd: takeDown cannot be an initial operation");
  expect(() => compile(Array.from({ length: 31 }, () => get("1/1")))).toThrow(
    "odd: it gets neighbours 31 times, and the model can distinguish 30",
  );
  expect(compile(Array.from({ length: 30 }, () => get("1/1"))).threads).toHaveLength(1);
  const parse = (value: object) => () => parseScenario(neighbours, { ...scenarioOf({}), ...value });
  expect(parse({ initial: [get("1")] })).toThrow('must be "port/queue", such as "1/7", or a group such as "m1"');
  expect(parse({ initial: [{ kind: "connect", address: "m1" }] })).toThrow('must be "port/queue", such as "1/7"');
  expect(parse({ initial: [{ kind: "answer", gid: "1/1" }] })).toThrow(
    'must be a port such as "1", or a group such as "m1"',
  );
  expect(parse({ limits: { buckets: 3 } })).toThrow("limits.buckets: must be a power of two");
});

test("a thread does nothing more once it has taken the device down", () => {
  const down: Operation = { kind: "takeDown" };
  const alone = run({ threads: [{ name: "admin", operations: [down] }] });
  const { steps } = alone;
  expect(run({ threads: [{ name: "admin", operations: [down, transmit("1/1"), down] }] }).steps).toBe(steps);
});

test("after the set-up the model agrees with memory, even where it allows more than one outcome", () => {
  // There is memory for one neighbour: the model cannot know whether a path got its neighbour.
  const odd = run({
    limits: { neighboursMax: 1, buckets: 1, queueMax: 2 },
    initial: [transmit("1/1"), transmit("2/1"), transmit("1/2")],
    threads: [{ name: "reader", operations: [get("1/1"), get("2/1"), get("1/2")] }],
  });
  expect(odd.steps).toBeGreaterThan(0);
});
