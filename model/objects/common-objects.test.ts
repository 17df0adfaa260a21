import { expect, test } from "vitest";
import { casRegister } from "./cas-register.ts";
import { counter } from "./counter.ts";
import { kvMap } from "./kv-map.ts";
import type { KvOperation } from "./kv-map.ts";
import type { Model } from "../model.ts";
import { multiRegister } from "./multi-register.ts";
import { mutex } from "./mutex.ts";
import type { Scalar } from "../object-shape.ts";
import { comparePriorities, priorityQueue } from "./priority-queue.ts";
import { queue } from "./queue.ts";
import { register, scalarKey } from "./register.ts";
import { set } from "./set.ts";
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

/** What a model promises of itself is true in every state within four steps. */
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

test("the models keep what they promise: outcomes, observations, replacements", () => {
  const read = { kind: "read" } as const;
  const writes = [1, "1", null].map((value) => ({ kind: "write", value }) as const);
  const scalars: Scalar[] = [null, 0, 1, "1", 2, true, false];
  expectHonest(register(0), [read, ...writes], scalars);
  expectHonest(
    casRegister(null),
    [read, ...writes, { kind: "cas", old: 1, new: 2 }, { kind: "cas", old: 1, new: 1 }],
    scalars,
  );
  const keyed: KvOperation[] = [
    { kind: "get", key: "a" },
    { kind: "put", key: "a", value: "x" },
    { kind: "append", key: "a", value: "y" },
    { kind: "append", key: "a", value: "x" },
  ];
  expectHonest(kvMap(""), keyed, ["", "x", "xy", "yx", "y", 3]);
  expectHonest(
    set(),
    (["add", "remove", "has"] as const).flatMap((kind) => [1, "1"].map((key) => ({ kind, key }))),
    [true, false],
  );
  const containerOperations = [{ kind: "pop" }, { kind: "push", value: 2 }, { kind: "push", value: 1 }] as const;
  for (const model of [queue(), stack(), priorityQueue()]) expectHonest(model, containerOperations, [null, 1, 2]);
  expectHonest(mutex(), [{ kind: "acquire" }, { kind: "release" }], [null]);
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

test("values of different types are different values", () => {
  expect(new Set([1, "1", true, "true", null, "null"].map(scalarKey)).size).toBe(6);
});
