import { expect, test } from "vitest";
import { Machine } from "#fuzz/machine/machine.ts";
import { randomWalk } from "#fuzz/strategies/random-walk.ts";
import { smallScenarios } from "../small-scenarios.ts";
import { parseScenario } from "../parse-scenario.ts";
import type { Scenario } from "../scenario.ts";
import { timeWait } from "./time-wait.ts";
import { identityOf, parseConnection, type TimeWaitScenarioOperation } from "./time-wait-table.ts";

type Operation = TimeWaitScenarioOperation;

const add: Operation = { kind: "add", connection: "lan4/80:1", sequence: 7, reuse: true };

function scenario(operations: readonly Operation[], changed: Partial<Scenario<Operation>> = {}): Scenario<Operation> {
  return { name: "good", system: "time-wait", initial: [], threads: [{ name: "only", operations }], ...changed };
}

test("a connection's text names its two ends", () => {
  expect(parseConnection("lan4/80:1")).toEqual({
    family: "v4",
    localAddress: [0x0a000001],
    foreignAddress: [0x0a000002],
    localPort: 80,
    foreignPort: 1,
  });
  expect(parseConnection("wan6/81:2")).toEqual({
    family: "v6",
    localAddress: [0xfd000000, 0, 0, 1],
    foreignAddress: [0x20010db8, 0, 0, 1],
    localPort: 81,
    foreignPort: 2,
  });
  expect(identityOf("lo6/0080:02")).toEqual({ name: "lo6/80:2", family: "v6", reach: "loopback", localPort: 80 });
  expect(() => parseConnection("van4/80:1")).toThrow(
    'connection "van4/80:1" must begin with one of lo4, lan4, wan4, lo6, lan6, far6, wan6',
  );
});

test("errors in a scenario are reported with their path", () => {
  const wrong = (operation: object) => () => parseScenario(timeWait, { ...scenario([]), initial: [operation] });
  expect(wrong({ ...add, connection: "van4/80:1" })).toThrow(
    'scenario of time-wait: initial.0.connection: must be "lo", "lan" or "wan" ' +
      'and "4" or "6", or "far6", and two ports, such as "lan4/80:1"',
  );
  expect(wrong({ ...add, sequence: 0 })).toThrow("scenario of time-wait: initial.0.sequence: ");
  const limited = (limits: Record<string, number>) => () => parseScenario(timeWait, scenario([add], { limits }));
  expect(limited({ slots: 6 })).toThrow("scenario of time-wait: limits.slots: must be a power of two");
  expect(limited({ lineBytes: 18 })).toThrow("scenario of time-wait: limits.lineBytes: must be a multiple of 4");
});

test("a response that nothing explains is reported with the operation", () => {
  const operations: readonly Operation[] = [
    add,
    { ...add, reuse: false },
    { kind: "lookup", connection: "lan4/80:1" },
    { kind: "restart", connection: "lan4/80:1" },
    { kind: "reopen", connection: "lan4/80:1", sequence: 9 },
    { kind: "bind", family: "v4", port: 80, reuse: true },
    { kind: "bind", family: "v6", port: 80, reuse: false },
    { kind: "set", knob: "truncation", on: true },
    { kind: "set", knob: "enable", on: false },
    { kind: "advance", ticks: 4 },
  ];
  const { history } = timeWait.compile(scenario(operations));
  const reasons = operations.map((_, operation) => {
    history?.reset();
    history?.invoke(0, operation);
    return history?.respond(0, 99);
  });
  const names = [
    "add lan4/80:1 sequence 7 reuse",
    "add lan4/80:1 sequence 7",
    "lookup lan4/80:1",
    "restart lan4/80:1",
    "reopen lan4/80:1 sequence 9",
    "bind v4 port 80 reuse",
    "bind v6 port 80",
    "set truncation on",
    "set enable off",
    "advance 4",
  ];
  expect(reasons).toEqual(names.map((name) => `${name} returns 99, and no order of the operations explains that`));
});

test("the history starts with the initial operations in every execution", () => {
  const program = timeWait.compile(scenario([{ kind: "lookup", connection: "lan4/80:1" }], { initial: [add] }));
  expect(new Machine(program).violation).toBeUndefined(); // sets up
  for (let execution = 0; execution < 2; execution++) {
    program.history?.reset();
    program.history?.invoke(0, 0);
    expect(program.history?.respond(0, 7_307_607)).toBeUndefined();
    program.history?.invoke(0, 0);
    expect(program.history?.respond(0, 0)).toBeDefined();
  }
});

test("every part of the system has a scenario in which each thread performs its operations", () => {
  const { scenarios } = timeWait;
  expect(scenarios.length).toBeGreaterThanOrEqual(8);
  const kinds = new Set(
    scenarios.flatMap(({ threads }) => threads.flatMap(({ operations }) => operations.map(({ kind }) => kind))),
  );
  expect([...kinds].toSorted()).toEqual(["add", "advance", "bind", "lookup", "reopen", "restart", "set"]);
});

test("a program has a timer thread, which runs only when due", () => {
  const program = timeWait.compile(scenario([add]));
  expect(program.threads.map(({ name, daemon }) => [name, daemon])).toEqual([
    ["only", undefined],
    ["timer", true],
  ]);
  const machine = new Machine(program);
  expect(machine.run(randomWalk(1))).toBeUndefined();
  const idle = machine.steps;
  const due = new Machine(timeWait.compile(scenario([add, { kind: "advance", ticks: 1 }])));
  expect(due.run(randomWalk(1))).toBeUndefined();
  expect(due.steps).toBeGreaterThan(idle + 20);
});

test("certificates distinguish the contents of a class of two slots", () => {
  const contents = timeWait.smallScope?.initialContents(2) ?? [];
  expect(contents).toHaveLength(3);
  expect(timeWait.smallScope?.initialContents(1)).toHaveLength(2);
  const scenarios = [...smallScenarios(timeWait, { threads: 2, operations: 1, keys: 2 })];
  expect(scenarios.length).toBeGreaterThan(50);
  for (const one of scenarios.slice(0, 20))
    expect(new Machine(timeWait.compile(parseScenario(timeWait, one))).run(randomWalk(1)), one.name).toBeUndefined();
});
