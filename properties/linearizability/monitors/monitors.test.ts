import { expect, test } from "vitest";
import { counter } from "#model/objects/counter.ts";
import type { CounterOperation } from "#model/objects/counter.ts";
import type { ContainerModel, ContainerOperation } from "#model/objects/containers.ts";
import type { Model } from "#model/model.ts";
import { priorityQueue } from "#model/objects/priority-queue.ts";
import { queue } from "#model/objects/queue.ts";
import { register } from "#model/objects/register.ts";
import type { RegisterOperation } from "#model/objects/register.ts";
import { set } from "#model/objects/set.ts";
import { stack } from "#model/objects/stack.ts";
import { check } from "../check.ts";
import type { HistoryOperation } from "../history.ts";
import { Random } from "#properties/random.ts";
import { decideByMonitor } from "./choose.ts";
import type { MonitorVerdict } from "./monitor.ts";

/**
 * `MONITOR_HISTORIES=100000 npx vitest run properties/linearizability/monitors` before changing a monitor; normal runs
 * use fewer.
 */
const HISTORIES = Number(process.env["MONITOR_HISTORIES"] ?? 10_000);

interface Invented<Operation, Response> {
  readonly operation: Operation;
  /** Chosen at the response, from the state at that time. */
  readonly answer: (random: Random) => Response;
}

/**
 * A history of up to 4 clients and `length` operations in which some are pending, with the given operations and
 * responses.
 */
function randomHistory<Operation, Response>(
  random: Random,
  length: number,
  invent: (random: Random) => Invented<Operation, Response>,
): HistoryOperation<Operation, Response>[] {
  const history: HistoryOperation<Operation, Response>[] = [];
  const clients = 2 + random.below(3);
  const open: ({ readonly index: number; readonly invented: Invented<Operation, Response> } | undefined)[] = Array.from(
    { length: clients },
  );
  let at = 0;
  while (history.length < length || open.some((each) => each !== undefined)) {
    const client = random.below(clients);
    const current = open[client];
    if (current === undefined) {
      if (history.length >= length) {
        if (random.below(2) === 0) continue;
        open[open.findIndex((each) => each !== undefined)] = undefined; // never returns
        continue;
      }
      const invented = invent(random);
      open[client] = { index: history.length, invented };
      history.push({
        client: `${client}`,
        operation: invented.operation,
        response: undefined,
        invokedAt: at,
        respondedAt: undefined,
      });
    } else {
      const item = history[current.index];
      if (item !== undefined && random.below(12) > 0)
        history[current.index] = { ...item, response: current.invented.answer(random), respondedAt: at };
      open[client] = undefined;
    }
    at += 1;
  }
  return history;
}

/** Compares the monitor with the search on every history, and counts the verdicts. */
function compare<State, Operation, Response>(
  model: Model<State, Operation, Response>,
  seed: number,
  historyOf: (random: Random) => HistoryOperation<Operation, Response>[],
): { holds: number; violated: number; notCovered: number } {
  const random = new Random(seed);
  const counts = { holds: 0, violated: 0, notCovered: 0 };
  const { shape } = model;
  if (shape === undefined) throw new Error(`${model.name} has no shape`);
  for (let i = 0; i < HISTORIES; i += 1) {
    const history = historyOf(random);
    const monitored: MonitorVerdict = decideByMonitor(history, shape);
    if (monitored.kind === "not-covered") {
      counts.notCovered += 1;
      continue;
    }
    counts[monitored.kind] += 1;
    const searched = check(history, model, { method: "search", keys: "whole" });
    if (searched.kind !== monitored.kind) {
      expect.fail(
        `${model.name}, seed ${seed}, history ${i}: the monitor says ${monitored.kind}, ` +
          `the search ${searched.kind}\n${JSON.stringify(history)}`,
      );
    }
    if (monitored.kind !== "violated" || monitored.operations.length === 0 || i % 10 !== 0) continue;
    // The operations that the monitor names are a violation by themselves.
    const accused: HistoryOperation<Operation, Response>[] = monitored.operations.flatMap(
      (index) => history[index] ?? [],
    );
    if (check(accused, model, { method: "search", keys: "whole" }).kind !== "violated") {
      expect.fail(
        `${model.name}, seed ${seed}, history ${i}: ${monitored.because}, ` +
          `but ${JSON.stringify(accused)} alone is explained\n${JSON.stringify(history)}`,
      );
    }
  }
  return counts;
}

function containerHistory(
  random: Random,
  priorities: boolean,
): HistoryOperation<ContainerOperation, string | number | boolean | null>[] {
  const length = 3 + random.below(6);
  const left = Array.from({ length }, (_, i) => i + 1);
  const inside: number[] = [];
  return randomHistory<ContainerOperation, number | null>(random, length, () => {
    if (random.below(2) === 0) {
      const value = left.splice(priorities ? random.below(left.length) : 0, 1)[0] ?? 0;
      inside.push(value);
      return { operation: { kind: "push", value }, answer: () => null };
    }
    const aim = random.below(4);
    return {
      operation: { kind: "pop" },
      answer() {
        if (aim === 0 && random.below(2) === 0) return null;
        if (inside.length === 0) return random.below(20) === 0 ? random.below(length) : null;
        if (priorities) inside.sort((one, other) => one - other);
        const at = aim === 1 ? random.below(inside.length) : aim === 2 ? inside.length - 1 : 0;
        return (random.below(30) === 0 ? inside[at] : inside.splice(at, 1)[0]) ?? null;
      },
    };
  });
}

function expectBothVerdicts(counts: { holds: number; violated: number; notCovered: number }): void {
  expect(counts.holds).toBeGreaterThan(HISTORIES / 10);
  expect(counts.violated).toBeGreaterThan(HISTORIES / 10);
  expect(counts.notCovered).toBeLessThan(HISTORIES / 2);
}

const containers: readonly [ContainerModel, boolean][] = [
  [queue(), false],
  [stack(), false],
  [priorityQueue(), true],
];

for (const [model, priorities] of containers) {
  test(`the monitor of the ${model.name} agrees with the search on ${HISTORIES} random histories`, () => {
    expectBothVerdicts(compare(model, 1, (random) => containerHistory(random, priorities)));
  });
}

test(`the monitor of the register agrees with the search on ${HISTORIES} random histories`, () => {
  expectBothVerdicts(
    compare(register(0), 2, (random) => {
      let written = 0;
      return randomHistory<RegisterOperation, number | null>(random, 3 + random.below(6), () => {
        if (random.below(2) === 0) {
          written += 1;
          return { operation: { kind: "write", value: written }, answer: () => null };
        }
        return {
          operation: { kind: "read" },
          answer: () => Math.max(0, written - random.below(3)) + (random.below(40) === 0 ? 1 : 0),
        };
      });
    }),
  );
});

test(`the monitor of the set agrees with the search on ${HISTORIES} random histories`, () => {
  const kinds = ["add", "remove", "has", "has"] as const;
  expectBothVerdicts(
    compare(set(), 3, (random) => {
      let present = false;
      return randomHistory(random, 2 + random.below(5), () => {
        const kind = kinds[random.below(4)] ?? "has";
        const lie = random.below(10) === 0;
        return {
          operation: { kind, key: 1 },
          answer() {
            const found = present;
            if (kind !== "has") present = kind === "add";
            return ((kind === "add") !== found) !== lie;
          },
        };
      });
    }),
  );
});

test(`the monitor of the counter agrees with the search on ${HISTORIES} random histories`, () => {
  expectBothVerdicts(
    compare(counter(), 4, (random) => {
      let value = 0;
      return randomHistory<CounterOperation, number | null>(random, 3 + random.below(6), () => {
        if (random.below(2) === 0) {
          value += 1;
          return { operation: { kind: "increment" }, answer: () => null };
        }
        return {
          operation: { kind: "read" },
          answer: () => Math.max(0, value - random.below(3)) + (random.below(40) === 0 ? 2 : 0),
        };
      });
    }),
  );
});
