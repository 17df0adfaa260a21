import { expect, test } from "vitest";
import { createNativeSyncModel, type NativeSyncOperation } from "./native-sync.ts";

const model = createNativeSyncModel({ count: 0, value: 7, requested: false });

/** The responses that each operation in turn may have, continuing with the first. */
function responses(...operations: readonly NativeSyncOperation[]): readonly (readonly number[])[] {
  let state = model.initial;
  return operations.map((operation) => {
    const outcomes = model.outcomes?.(state, operation) ?? [];
    state = outcomes.at(-1)?.next ?? state;
    return outcomes.map(({ response }) => response);
  });
}

test("increments count, a replacement returns the previous value, a read the value", () => {
  expect(
    responses(
      { kind: "increment" },
      { kind: "increment" },
      { kind: "replace", value: 9, waits: true },
      { kind: "read" },
    ),
  ).toEqual([[1], [2], [7], [9]]);
});

test("a work runs once for requests made before it begins", () => {
  expect(
    responses({ kind: "serve" }, { kind: "request" }, { kind: "request" }, { kind: "serve" }, { kind: "serve" }),
  ).toEqual([[0], [1], [0], [0, 1], [0]]);
});

test("reclaiming, dying and forgetting have no visible effect", () => {
  expect(responses({ kind: "reclaim" }, { kind: "die" }, { kind: "forget" }, { kind: "read" })).toEqual([
    [0],
    [0],
    [0],
    [7],
  ]);
});

test("a response that is impossible leaves no state, a pending operation every one", () => {
  expect(model.next(model.initial, { kind: "read" }, 8)).toEqual([]);
  expect(model.next({ ...model.initial, requested: true }, { kind: "serve" }, undefined)).toHaveLength(2);
  expect(model.key(model.initial)).not.toBe(model.key({ ...model.initial, requested: true }));
});
