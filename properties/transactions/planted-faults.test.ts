import * as fc from "fast-check";
import { expect, test } from "vitest";
import type { Anomaly } from "./anomaly.ts";
import { checkTransactions } from "./check-transactions.ts";
import type { TransactionsVerdict } from "./check-transactions.ts";
import type { TransactionModel } from "./transaction-model.ts";
import { historyOf } from "./plain-transactions.fixture.ts";
import { simulateTransactions } from "./simulate-transactions.ts";
import type { TransactionEvent } from "./transaction-event.ts";

/** A correct history of strictly serializable transactions, all of whose outcomes are known. */
function rightHistory(model: TransactionModel, seed: number, processes: number): TransactionEvent[] {
  return [
    ...simulateTransactions({
      model,
      level: "strict-serializable",
      seed,
      transactions: 150,
      processes,
      keys: 3,
      writesPerKey: 30,
      operationsMax: 4,
      failsOneIn: 20,
      unknownOneIn: 0,
    }),
  ];
}

function check(model: TransactionModel, events: readonly TransactionEvent[]): TransactionsVerdict {
  return checkTransactions(historyOf(model, events), {
    levels: ["strict-serializable"],
    assumptions: ["writes-follow-reads"],
  });
}

type Operation = readonly [string, number, unknown];

interface Place {
  readonly event: number;
  readonly at: number;
  readonly operation: Operation;
}

/** All micro-operations of committed transactions. */
function places(events: readonly TransactionEvent[]): Place[] {
  return events.flatMap((event, i) =>
    event.type === "ok" && Array.isArray(event.value)
      ? event.value.map((operation: Operation, at) => ({ event: i, at, operation }))
      : [],
  );
}

function listOf({ operation }: Place): number[] {
  return operation[0] === "r" && Array.isArray(operation[2]) ? (operation[2] as number[]) : [];
}

/** The events with one read changed. */
function withRead(
  events: readonly TransactionEvent[],
  { event, at, operation }: Place,
  value: unknown,
): TransactionEvent[] {
  return events.map((each, i) =>
    i === event && Array.isArray(each.value)
      ? { ...each, value: each.value.with(at, [operation[0], operation[1], value]) }
      : each,
  );
}

/** Plants a fault in a correct history: the events with it, for a choice of place; undefined if no place fits. */
interface Fault {
  readonly model: TransactionModel;
  /** Clients; with only one, real time orders all transactions. */
  readonly processes: number;
  /** At least one of them is found. */
  readonly expected: readonly Anomaly[];
  plant(events: readonly TransactionEvent[], choice: number): TransactionEvent[] | undefined;
}

function choose(candidates: readonly Place[], choice: number): Place | undefined {
  return candidates[choice % Math.max(1, candidates.length)];
}

/** A change of the value of some read. */
function readFault(
  isCandidate: (place: Place, events: readonly TransactionEvent[]) => boolean,
  change: (place: Place) => unknown,
): Fault["plant"] {
  return (events, choice) => {
    const place = choose(
      places(events).filter((each) => each.operation[0] === "r" && isCandidate(each, events)),
      choice,
    );
    return place === undefined ? undefined : withRead(events, place, change(place));
  };
}

/** Whether another operation of the transaction has the key. */
function isAlone({ event, at, operation }: Place, events: readonly TransactionEvent[]): boolean {
  const { value } = events[event] ?? {};
  return Array.isArray(value) && value.every((each: Operation, i) => i === at || each[1] !== operation[1]);
}

const FAULTS: Readonly<Record<string, Fault>> = {
  "an element that nobody appended": {
    model: "list-append",
    processes: 5,
    expected: ["garbage-read"],
    plant: readFault(isAlone, (place) => [...listOf(place), 9999]),
  },
  "an element twice": {
    model: "list-append",
    processes: 5,
    expected: ["duplicate-elements"],
    plant: readFault(
      (place, events) => listOf(place).length > 0 && isAlone(place, events),
      (place) => [...listOf(place), listOf(place)[0]],
    ),
  },
  "two elements in the wrong order": {
    model: "list-append",
    processes: 5,
    expected: ["incompatible-order", "G-single-item", "G1c"],
    plant: (events, choice) => {
      // Of a list that another transaction saw unchanged.
      const all = places(events);
      const place = choose(
        all.filter(
          (each) =>
            listOf(each).length > 1 &&
            isAlone(each, events) &&
            all.some(
              (other) =>
                other.event !== each.event &&
                other.operation[1] === each.operation[1] &&
                listOf(other).length >= listOf(each).length,
            ),
        ),
        choice,
      );
      if (place === undefined) return undefined;
      const list = listOf(place);
      return withRead(events, place, [...list.slice(0, -2), ...list.slice(-2).toReversed()]);
    },
  },
  "a stale list": {
    model: "list-append",
    processes: 1,
    expected: ["G-single-item", "G-single-item-realtime", "G1b"],
    plant: readFault(
      (place, events) => listOf(place).length > 0 && isAlone(place, events),
      (place) => listOf(place).slice(0, -1),
    ),
  },
  "an append that its transaction does not see": {
    model: "list-append",
    processes: 5,
    expected: ["internal"],
    plant: readFault(
      ({ event, at, operation }, events) => {
        const { value } = events[event] ?? {};
        return (
          Array.isArray(value) &&
          value.slice(0, at).some(([name, key]: Operation) => name === "append" && key === operation[1])
        );
      },
      (place) => listOf(place).slice(0, -1),
    ),
  },
  "an append that was seen, and failed": {
    model: "list-append",
    processes: 5,
    expected: ["G1a"],
    plant: (events, choice) => {
      const seen = new Set(
        places(events).flatMap((place) => listOf(place).map((element) => `${place.operation[1]} ${element}`)),
      );
      const writer = choose(
        places(events).filter(({ event, operation: [name, key, element] }) => {
          const { value } = events[event] ?? {};
          const isRead =
            Array.isArray(value) && value.some(([each, other]: Operation) => each === "r" && other === key);
          return name === "append" && !isRead && seen.has(`${key} ${String(element)}`);
        }),
        choice,
      );
      return writer === undefined
        ? undefined
        : events.map((each, i) => (i === writer.event ? { ...each, type: "fail" as const } : each));
    },
  },
  "a register that shows its value of long ago": {
    model: "rw-register",
    processes: 1,
    expected: ["G-single-item", "G-single-item-realtime", "G1b"],
    plant: readFault(
      (place, events) =>
        isAlone(place, events) &&
        places(events).some(
          ({ operation: [name, key, value] }) =>
            name === "w" && key === place.operation[1] && value === Number(place.operation[2]) - 2,
        ),
      ({ operation }) => Number(operation[2]) - 2,
    ),
  },
  "a register that is nil again": {
    model: "rw-register",
    processes: 1,
    expected: ["G-single-item", "G-single-item-realtime"],
    plant: readFault(
      (place, events) => place.operation[2] !== null && isAlone(place, events),
      () => null,
    ),
  },
};

for (const [title, { model, processes, expected, plant }] of Object.entries(FAULTS))
  test(`${model}: finds ${title}, wherever it is planted`, () => {
    let planted = 0;
    fc.assert(
      fc.property(fc.nat(10_000), fc.nat(10_000), (seed, choice) => {
        const events = rightHistory(model, seed, processes);
        expect(check(model, events).kind).toBe("holds");
        const faulty = plant(events, choice);
        if (faulty === undefined) return;
        planted += 1;
        const { kind, anomalies } = check(model, faulty);
        expect(kind).toBe("violated");
        expect(anomalies.map(({ anomaly }) => anomaly)).toEqual(
          expect.arrayContaining([expect.toSatisfy((found: Anomaly) => expected.includes(found))]),
        );
      }),
      { seed: 7, numRuns: 40 },
    );
    expect(planted).toBeGreaterThan(20);
  });
