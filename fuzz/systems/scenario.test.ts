import { expect, test } from "vitest";
import { Machine } from "#fuzz/machine/machine.ts";
import { randomWalk } from "#fuzz/strategies/random-walk.ts";
import { peers } from "./peers/peers.ts";
import { parseAddress, type PeersScenarioOperation } from "./peers/peers-table.ts";
import { scenarioNamed, scenarios, systemNamed } from "./all-systems.ts";
import { parseScenario } from "./parse-scenario.ts";
import type { Scenario } from "./scenario.ts";

const good: Scenario<PeersScenarioOperation> = {
  name: "good",
  system: "peers",
  about: "one thread creates",
  limits: { threshold: 3 },
  initial: [],
  threads: [{ name: "only", operations: [{ kind: "get", address: "v4/1", create: true }] }],
};

test("every scenario of the registry survives a round trip through JSON", () => {
  for (const scenario of scenarios) {
    expect(parseScenario(systemNamed(scenario.system), JSON.parse(JSON.stringify(scenario)))).toEqual(scenario);
  }
});

test("every scenario has a unique name and a description", () => {
  expect(new Set(scenarios.map(({ name }) => name)).size).toBe(scenarios.length);
  for (const { about } of scenarios) expect(about).toMatch(/\w/);
});

test("the registry finds by name, and lists the known names if it does not", () => {
  expect(systemNamed("peers").name).toBe("peers");
  expect(scenarioNamed("peers-two-creators").system).toBe("peers");
  expect(() => systemNamed("pears")).toThrow(/^no system "pears"; did you mean peers\?$/);
  expect(() => scenarioNamed("nope")).toThrow(/^no scenario "nope"; there are .*peers-rotate-right/);
});

test("a scenario may lack a description and limits", () => {
  const { about, limits, ...rest } = good;
  expect([about, limits]).toBeDefined();
  expect(parseScenario(peers, rest)).toEqual(rest);
});

test("errors in a scenario are reported with their path", () => {
  const wrong = (change: object) => () => parseScenario(peers, { ...good, ...change });
  expect(wrong({ system: "ports" })).toThrow("scenario of peers: system: ");
  expect(wrong({ name: 7 })).toThrow("scenario of peers: name: ");
  expect(wrong({ limits: { treshold: 3 } })).toThrow('scenario of peers: limits.: Unrecognized key: "treshold"');
  expect(wrong({ limits: { threshold: -1 } })).toThrow("scenario of peers: limits.threshold: ");
  expect(wrong({ limits: { gcDelayTicks: 0 } })).toThrow("scenario of peers: limits.gcDelayTicks: ");
  expect(wrong({ limits: { threshold: "3" } })).toThrow("scenario of peers: limits.threshold: ");
  expect(wrong({ threads: [] })).toThrow("scenario of peers: threads: ");
  expect(wrong({ initial: [{ kind: "get", address: "v5/1", create: true }] })).toThrow(
    'scenario of peers: initial.0.address: must be "v4/" or "v6/" and a number, such as "v4/20"',
  );
  expect(wrong({ initial: [{ kind: "steal" }] })).toThrow("scenario of peers: initial.0.kind: ");
  expect(wrong({ hidden: 1 })).toThrow("hidden");
  expect(() => parseScenario(peers, null)).toThrow("scenario of peers: ");
});

test("a timeout that a new peer's limiter does not cover six times is refused", () => {
  const allow = (timeout: number): Scenario<PeersScenarioOperation> => ({
    ...good,
    initial: [{ kind: "allow", address: "v4/1", timeout }],
  });
  expect(() => peers.compile(allow(10))).not.toThrow();
  expect(() => peers.compile(allow(11))).toThrow(
    "good: allow v4/1 timeout 11: the timeout must be at most 10 ticks, for which a new peer's limiter is full",
  );
});

test("operations on peers that the thread does not hold do nothing", () => {
  const idle: Scenario<PeersScenarioOperation> = {
    ...good,
    threads: [
      {
        name: "only",
        operations: [
          { kind: "put", address: "v4/1" },
          { kind: "allow", address: "v4/1", timeout: 3 },
          { kind: "nextIdentifier", address: "v4/1", more: 0 },
        ],
      },
    ],
  };
  const machine = new Machine(peers.compile(idle));
  expect(machine.run(randomWalk(1))).toBeUndefined();
  expect(machine.steps).toBe(0);
});

test("IPv6 addresses differ in the third word or only in the last", () => {
  expect(parseAddress("v4/4000000")).toEqual({ family: "v4", words: [4000000] });
  expect(parseAddress("v6/6")).toEqual({ family: "v6", words: [0xfd000000, 0, 3, 0] });
  expect(parseAddress("v6/7")).toEqual({ family: "v6", words: [0xfd000000, 0, 3, 1] });
});

test("the collector runs only if a scenario invalidates", () => {
  const names = (name: string) =>
    peers.compile(parseScenario(peers, scenarioNamed(name))).threads.map((thread) => thread.name);
  expect(names("peers-two-creators")).toEqual(["first", "second"]);
  expect(names("peers-invalidate-twice")).toEqual(["flusher", "user", "gc worker"]);
});
