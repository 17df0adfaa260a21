import { expect, test } from "vitest";
import { Literal } from "../literal.ts";
import { bank } from "./bank.ts";
import type { Balances, BankOperation } from "./bank.ts";
import { casRegister } from "./cas-register.ts";
import { counter } from "./counter.ts";
import { deque } from "./deque.ts";
import { doubleEndedPriorityQueue } from "./double-ended-priority-queue.ts";
import { keyed } from "./keyed.ts";
import { kvMap } from "./kv-map.ts";
import type { KvOperation } from "./kv-map.ts";
import type { Model } from "../model.ts";
import { multiRegister } from "./multi-register.ts";
import { mutex } from "./mutex.ts";
import type { Scalar } from "../object-shape.ts";
import { ownerMutex } from "./owner-mutex.ts";
import { comparePriorities, priorityQueue } from "./priority-queue.ts";
import { queue } from "./queue.ts";
import { register, scalarKey } from "./register.ts";
import { set } from "./set.ts";
import { snapshotSet } from "./snapshot-set.ts";
import { stack } from "./stack.ts";

/** All states within `depth` steps, by key. */
function statesWithin<State, Operation, Response>(
  model: Model<State, Operation, Response>,
  operations: readonly Operation[],
  depth: number,
): State[] {
  const found = new Map<string | number, State>([[model.key(model.initial), model.initial]]);
  for (let step = 0; step < depth; step += 1) {
    for (const state of found.values().toArray())
      for (const operation of operations)
        for (const next of model.next(state, operation, undefined)) found.set(model.key(next), next);
  }
  return [...found.values()];
}

/** Checks a model's promises about itself in every state within four steps. */
function expectHonest<State, Operation, Response>(
  model: Model<State, Operation, Response>,
  operations: readonly Operation[],
  responses: readonly Response[],
): void {
  const states = statesWithin(model, operations, 4);
  expect(states.length).toBeGreaterThan(1);
  const keys = (list: readonly State[]): (string | number)[] => list.map((state) => model.key(state));
  for (const operation of operations) {
    for (const state of states) {
      const outcomes = model.outcomes?.(state, operation) ?? [];
      expect(keys(outcomes.map(({ next }) => next))).toEqual(keys(model.next(state, operation, undefined)));
      for (const { response, next } of outcomes)
        expect(keys(model.next(state, operation, response))).toContain(model.key(next));
      for (const response of [...responses, undefined]) {
        const next = model.next(state, operation, response);
        if (model.observes?.(operation, response) === true)
          for (const each of next) expect(model.key(each)).toBe(model.key(state));
        if (model.outgrown?.(state, operation, response) !== true) continue;
        const growing = operations.filter((other) => model.replaces?.(other) !== true);
        for (const later of statesWithin({ ...model, initial: state }, growing, 3))
          expect(model.next(later, operation, response)).toEqual([]);
      }
    }
    if (model.replaces?.(operation) === true)
      expect(new Set(states.flatMap((state) => keys(model.next(state, operation, undefined)))).size).toBe(1);
  }
}

test("the models keep their promises: outcomes, observations, replacements", () => {
  const read = { kind: "read" } as const;
  const writes = [1, "1", null].map((value) => ({ kind: "write", value }) as const);
  const scalars: Scalar[] = [null, 0, 1, "1", 2, true, false];
  expectHonest(register(0), [read, ...writes], scalars);
  expectHonest(
    casRegister(null),
    [read, ...writes, { kind: "cas", old: 1, new: 2 }, { kind: "cas", old: 1, new: 1 }],
    scalars,
  );
  const kvOperations: KvOperation[] = [
    { kind: "get", key: "a" },
    { kind: "put", key: "a", value: "x" },
    { kind: "append", key: "a", value: "y" },
    { kind: "append", key: "a", value: "x" },
  ];
  expectHonest(kvMap(""), kvOperations, ["", "x", "xy", "yx", "y", 3]);
  expectHonest(
    set(),
    (["add", "remove", "has"] as const).flatMap((kind) => [1, "1"].map((key) => ({ kind, key }))),
    [true, false],
  );
  const containerOperations = [{ kind: "pop" }, { kind: "push", value: 2 }, { kind: "push", value: 1 }] as const;
  for (const model of [queue(), stack(), priorityQueue()]) expectHonest(model, containerOperations, [null, 1, 2]);
  const lockAnswers: readonly (false | null)[] = [null, false];
  expectHonest(mutex(), [{ kind: "acquire" }, { kind: "release" }], lockAnswers);
  expectHonest(
    multiRegister(0),
    [
      [
        { kind: "read", key: "x" },
        { kind: "write", key: "y", value: 1 },
      ],
      [{ kind: "read", key: "y" }],
      [{ kind: "write", key: "x", value: 0 }],
    ],
    [[], [0], [1], [undefined]],
  );
  expectHonest(counter(), [{ kind: "increment" }, { kind: "read" }], [null, 0, 1, 2]);
  expectHonest(
    counter(-3n),
    [
      { kind: "increment", by: 5 },
      { kind: "add-and-get", by: -1 },
      { kind: "get-and-add", by: 2n ** 60n },
      { kind: "read" },
    ],
    [null, -4, 1, 2],
  );
  for (const model of [queue(2), stack(2), priorityQueue(2)])
    expectHonest(model, containerOperations, [null, false, 1, 2]);
  expectHonest(
    deque(2),
    [{ kind: "push-front", value: 1 }, { kind: "push-back", value: 2 }, { kind: "pop-front" }, { kind: "pop-back" }],
    [null, false, 1, 2],
  );
  expectHonest(
    doubleEndedPriorityQueue(3),
    [{ kind: "push", value: 1 }, { kind: "push", value: 2 }, { kind: "pop-min" }, { kind: "pop-max" }],
    [null, false, 1, 2],
  );
  expectHonest(
    ownerMutex(),
    (["acquire", "release"] as const).flatMap((kind) => ["a", "b"].map((owner) => ({ kind, owner }))),
    lockAnswers,
  );
  expectHonest(
    snapshotSet(),
    [
      ...(["add", "remove", "has"] as const).flatMap((kind) => [1, "1"].map((key) => ({ kind, key }))),
      { kind: "read" },
    ],
    [true, false, [], [1], ["1"], ["1", 1], [1, 1]],
  );
  for (const overdraft of ["allowed", "refused"] as const)
    expectHonest(
      bank({ initial: { a: 2, b: 1 }, overdraft }),
      [
        { kind: "transfer", from: "a", to: "b", amount: 2 },
        { kind: "transfer", from: "b", to: "c", amount: 1 },
        { kind: "read" },
      ],
      [null, { a: 2, b: 1 }, { b: 3 }, { c: 1, a: 2, b: 0 }],
    );
  for (const model of [keyed(queue()), keyed(queue(1))])
    expectHonest(
      model,
      ["a", 1].flatMap((key) => containerOperations.map((operation) => ({ key, operation }))),
      [null, false, 1, 2],
    );
  expectHonest(
    keyed(casRegister(null)),
    [
      { key: "a", operation: read },
      { key: "b", operation: { kind: "cas", old: null, new: 1 } },
      { key: "a", operation: { kind: "write", value: null } },
    ],
    scalars,
  );
});

test("a queue is first in first out, a stack last in first out, a priority queue smallest first", () => {
  const popped = (model: ReturnType<typeof queue>): unknown[] => {
    let state = model.initial;
    for (const value of [2, 3, 1]) state = model.next(state, { kind: "push", value }, null)[0] ?? [];
    const result: unknown[] = [];
    for (let i = 0; i < 4; i += 1) {
      const outcome = model.outcomes?.(state, { kind: "pop" })[0];
      result.push(outcome?.response);
      state = outcome?.next ?? [];
    }
    return result;
  };
  expect([popped(queue()), popped(stack()), popped(priorityQueue())]).toEqual([
    [2, 3, 1, null],
    [1, 3, 2, null],
    [1, 2, 3, null],
  ]);
});

test("priorities: numbers by size and first, the rest by text", () => {
  expect(["b", 10, "a", 9, "a", null].toSorted((left, right) => comparePriorities(left, right))).toEqual([
    9,
    10,
    "a",
    "a",
    "b",
    null,
  ]);
});

test("a container with a capacity refuses a push exactly when it is full", () => {
  for (const model of [queue(1), stack(1), priorityQueue(1)]) {
    const full = model.next([], { kind: "push", value: 1 }, null)[0] ?? [];
    expect(model.next([], { kind: "push", value: 1 }, false)).toEqual([]);
    expect(model.next(full, { kind: "push", value: 2 }, null)).toEqual([]);
    expect(model.next(full, { kind: "push", value: 2 }, false)).toEqual([[1]]);
    expect(model.shape).toBeUndefined(); // the monitors have no notion of capacity
  }
});

test("a deque takes from the requested end, and the rest keeps its order", () => {
  const model = deque();
  let state = model.initial;
  for (const kind of ["push-back", "push-front", "push-back"] as const)
    state = model.next(state, { kind, value: state.length }, null)[0] ?? [];
  expect(state).toEqual([1, 0, 2]);
  expect(model.next(state, { kind: "pop-front" }, 1)).toEqual([[0, 2]]);
  expect(model.next(state, { kind: "pop-back" }, 2)).toEqual([[1, 0]]);
  expect(model.next(state, { kind: "pop-back" }, 1)).toEqual([]);
});

test("a double-ended priority queue takes the smallest and the largest", () => {
  const model = doubleEndedPriorityQueue();
  let state = model.initial;
  for (const value of [10, 9, 11n]) state = model.next(state, { kind: "push", value }, null)[0] ?? [];
  expect(model.next(state, { kind: "pop-min" }, 9)).toEqual([[10, 11n]]);
  expect(model.next(state, { kind: "pop-max" }, 11n)).toEqual([[9, 10]]);
});

test("a lock with an owner is released only by it, and not acquired twice", () => {
  const model = ownerMutex();
  const held = model.next(model.initial, { kind: "acquire", owner: "a" }, null);
  expect(held).toEqual([{ owner: "a" }]);
  const [state] = held;
  expect(model.next(state, { kind: "acquire", owner: "a" }, null)).toEqual([]);
  expect(model.next(state, { kind: "release", owner: "b" }, null)).toEqual([]);
  expect(model.next(state, { kind: "release", owner: "b" }, false)).toEqual([state]);
  expect(model.next(state, { kind: "release", owner: "a" }, null)).toEqual([undefined]);
});

test("the first read of a bank determines the balances, and the total never changes", () => {
  const model = bank({ overdraft: "refused" });
  const after = (state: typeof model.initial, operations: readonly (readonly [BankOperation, Balances | null])[]) =>
    operations.reduce<readonly (typeof model.initial)[]>(
      (states, [operation, response]) => states.flatMap((each) => model.next(each, operation, response)),
      [state],
    );
  const move = (from: string, to: string, amount: number) => [{ kind: "transfer", from, to, amount }, null] as const;
  const read = (balances: Balances) => [{ kind: "read" }, balances] as const;
  const { initial } = model;
  expect(
    after(initial, [move("a", "b", 5), read({ a: 0, b: 5 }), move("b", "a", 2), read({ a: 2, b: 3 })]),
  ).toHaveLength(1);
  // The total changes.
  expect(after(initial, [read({ a: 5, b: 5 }), move("a", "b", 2), read({ a: 3, b: 6 })])).toEqual([]);
  expect(after(initial, [move("a", "b", 5), move("b", "a", 5), read({ a: 4, b: 6 })])).toEqual([]); // a was below 0
  expect(after(initial, [read({ a: 4 }), move("a", "b", 5)])).toEqual([]);
  expect(after(initial, [read({ a: -1, b: 1 })])).toEqual([]);
  const loose = bank({ overdraft: "allowed", initial: 10 });
  expect(loose.next(loose.initial, { kind: "read" }, { a: -1, b: 11 })).toHaveLength(1);
  expect(loose.next(loose.initial, { kind: "read" }, { a: -1, b: 12 })).toEqual([]);
  const small = bank({ overdraft: "refused", initial: 10 });
  expect(small.next(small.initial, { kind: "transfer", from: "a", to: "b", amount: 11 }, null)).toEqual([]);
});

test("a read of a set lists all of it, in any order", () => {
  const model = snapshotSet();
  const [one = model.initial] = model.next(model.initial, { kind: "add", key: 1 }, undefined);
  const [two = model.initial] = model.next(one, { kind: "add", key: "1" }, true);
  expect(model.next(two, { kind: "read" }, ["1", 1])).toEqual([two]);
  for (const wrong of [[1], [1, 1], [1, "1", 2], []]) expect(model.next(two, { kind: "read" }, wrong)).toEqual([]);
});

test("append to null starts a text", () => {
  const model = kvMap(null);
  const [state = []] = model.next([], { kind: "append", key: "a", value: "x" }, null);
  expect(model.next(state, { kind: "get", key: "a" }, "x")).toEqual([state]);
});

test("values of different types are different values", () => {
  const values = [1, "1", 1n << 70n, String(1n << 70n), true, "true", null, "null", Literal.of(":a"), ":a"];
  expect(new Set(values.map(scalarKey)).size).toBe(values.length);
});
