import { expect, test } from "vitest";
import { casRegister } from "#model/objects/cas-register.ts";
import type { CasRegisterOperation } from "#model/objects/cas-register.ts";
import { counter } from "#model/objects/counter.ts";
import { kvMap } from "#model/objects/kv-map.ts";
import type { Model } from "#model/model.ts";
import { priorityQueue } from "#model/objects/priority-queue.ts";
import { queue } from "#model/objects/queue.ts";
import { set } from "#model/objects/set.ts";
import { stack } from "#model/objects/stack.ts";
import { isLinearizableByDefinition } from "./definition.ts";
import { explain } from "./explain.ts";
import type { History, HistoryOperation } from "./history.ts";
import { randomHistory } from "./random-history.ts";
import type { RandomHistoryOptions } from "./random-history.ts";
import { Random } from "#properties/random.ts";
import { smallestSubset } from "./smallest.ts";

function done<Operation, Response>(
  client: number,
  operation: Operation,
  response: Response,
  invokedAt: number,
  respondedAt: number,
): HistoryOperation<Operation, Response> {
  return { client, operation, response, invokedAt, respondedAt };
}

test("a stale read is explained by the write it read and the write in between, however long the history", () => {
  const history: HistoryOperation<CasRegisterOperation, number | null>[] = [];
  for (let i = 0; i < 300; i += 1) history.push(done(i % 3, { kind: "write", value: i % 5 }, null, 2 * i, 2 * i + 1));
  history.push(done(4, { kind: "read" }, 3, 600, 601)); // the last write was 4
  const found = explain(history, casRegister(0), { method: "search" });
  expect(found).toMatchObject({
    kind: "violated",
    indices: [298, 299, 300],
    impossible: 2,
    reached: 300,
    key: undefined,
  });
  if (found.kind === "violated") {
    expect(found.orders).toEqual([
      { order: [0, 1], state: 4, blocked: [{ operation: 2, because: "returned 3, would return 4 here" }] },
    ]);
  }
});

test("a write whose value is still read is never left out: the reads it explains are no fault", () => {
  const history: History<CasRegisterOperation, number | boolean | null> = [
    done(0, { kind: "write", value: 1 }, null, 0, 1),
    done(1, { kind: "read" }, 1, 2, 3),
    done(0, { kind: "write", value: 2 }, null, 4, 5),
    done(1, { kind: "cas", old: 2, new: 3 }, true, 6, 7),
    done(2, { kind: "read" }, 2, 8, 9),
  ];
  const found = explain(history, casRegister(0));
  // The read of 1 is correct and not part of it; the last read saw the write of 2.
  expect(found).toMatchObject({ kind: "violated", indices: [2, 3, 4] });
});

test("pending operations that explain the middle are shown with it", () => {
  const history: History<CasRegisterOperation, number | null> = [
    { client: 9, operation: { kind: "write", value: 7 }, response: undefined, invokedAt: 0, respondedAt: undefined },
    done(0, { kind: "write", value: 1 }, null, 1, 2),
    done(1, { kind: "read" }, 7, 3, 4),
    done(2, { kind: "read" }, 1, 5, 6),
  ];
  expect(explain(history, casRegister(0))).toMatchObject({ kind: "violated", indices: [0, 1, 2, 3], impossible: 3 });
});

test("a history that holds, or is undecided, is returned as such", () => {
  const write = done(0, { kind: "write", value: 1 } as const, null, 0, 1);
  expect(explain([write], casRegister(0)).kind).toBe("holds");
  const overlapping = Array.from({ length: 12 }, (_, i) =>
    done(i, { kind: "push", value: i } as const, null, i, 100 + i),
  );
  const popped = Array.from({ length: 12 }, (_, i) =>
    done(0, { kind: "pop" } as const, 11 - i, 200 + 2 * i, 201 + 2 * i),
  );
  expect(explain([...overlapping, ...popped], queue(), { method: "search", configurationsMax: 100 }).kind).toBe(
    "unknown",
  );
});

test("monitors name few conflicting operations", () => {
  const queued = explain(
    [
      done(0, { kind: "push", value: 1 } as const, null, 0, 1),
      done(0, { kind: "push", value: 2 } as const, null, 2, 3),
      done(0, { kind: "push", value: 3 } as const, null, 4, 5),
      done(1, { kind: "pop" } as const, 1, 6, 7),
      done(1, { kind: "pop" } as const, 3, 8, 9),
    ],
    queue(),
  );
  expect(queued).toMatchObject({
    indices: [1, 2, 4],
    because: "2 is inserted before 3, and 3 is taken while the other stays",
  });
  const keyed = explain(
    [
      done(0, { kind: "put", key: "a", value: 1 } as const, null, 0, 1),
      done(0, { kind: "put", key: "b", value: 2 } as const, null, 2, 3),
      done(1, { kind: "get", key: "b" } as const, 0, 4, 5),
    ],
    kvMap(0),
  );
  expect(keyed).toMatchObject({
    key: "b",
    indices: [1, 2],
    because: "the register holds the initial 0 and 2 at one time",
  });
  const member = explain(
    [
      done(0, { kind: "add", key: 1 } as const, true, 0, 1),
      done(0, { kind: "has", key: 1 } as const, true, 2, 3),
      done(0, { kind: "has", key: 1 } as const, false, 4, 5),
    ],
    set(),
  );
  expect(member).toMatchObject({ indices: [0, 1, 2], because: "the key is found absent while it is present" });
  const counted = explain(
    [
      done(0, { kind: "increment" } as const, null, 0, 1),
      done(0, { kind: "increment" } as const, null, 2, 3),
      done(1, { kind: "read" } as const, 1, 4, 5),
    ],
    counter(),
  );
  expect(counted.kind === "violated" && counted.operations.length).toBe(3);
});

/**
 * The explanation is a violation by itself, is no larger than the history, and its core is minimal.
 */
function expectExplanations<State, Operation, Response>(
  model: Model<State, Operation, Response>,
  options: Omit<RandomHistoryOptions<Operation, Response>, "length" | "clients" | "wrongOneIn">,
): void {
  const random = new Random(9);
  let explained = 0;
  for (let i = 0; i < 600; i += 1) {
    const history = randomHistory(model, random, {
      ...options,
      length: 4 + random.below(6),
      clients: 2 + random.below(3),
      wrongOneIn: 8,
    });
    const found = explain(history, model);
    expect(found.kind === "violated").toBe(!isLinearizableByDefinition(history, model));
    if (found.kind !== "violated") continue;
    explained += 1;
    expect(isLinearizableByDefinition(found.operations, model)).toBe(false);
    expect(found.operations).toEqual(found.indices.map((index) => history[index]));
    expect(found.operations[found.impossible]?.respondedAt).toBeDefined();
    expect(found.orders.length).toBeGreaterThan(0);
  }
  expect(explained).toBeGreaterThan(60);
}

test("an explanation is a violation by itself", () => {
  const containerOperations = [
    { kind: "pop" },
    { kind: "pop" },
    { kind: "push", value: 1 },
    { kind: "push", value: 2 },
    { kind: "push", value: 3 },
  ] as const;
  for (const model of [queue(), stack(), priorityQueue()])
    expectExplanations(model, { operations: containerOperations, responses: [null, 1, 2, 3] });
  expectExplanations(casRegister(0), {
    operations: [{ kind: "read" }, { kind: "write", value: 1 }, { kind: "cas", old: 1, new: 2 }],
    responses: [null, 0, 1, 2, true, false],
  });
  expectExplanations(set(), {
    operations: (["add", "remove", "has"] as const).map((kind) => ({ kind, key: 1 })),
    responses: [true, false],
  });
});

test("the smallest subset is found among the first items when it lies there", () => {
  const asked: number[] = [];
  const needs = (wanted: readonly number[]) => (subset: readonly number[]) => {
    asked.push(subset.length);
    return wanted.every((item) => subset.includes(item));
  };
  const items = Array.from({ length: 1_000 }, (_, i) => i);
  expect(smallestSubset(items, needs([2, 5]))).toEqual([2, 5]);
  expect(Math.max(...asked)).toBe(8);
  expect(smallestSubset(items, needs([7, 400, 999]))?.toSorted((left, right) => left - right)).toEqual([7, 400, 999]);
  expect(smallestSubset(items, needs([]))).toEqual([]);
  expect(smallestSubset(items, needs([1_000]))).toBeUndefined();
});
