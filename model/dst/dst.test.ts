import { expect, test } from "vitest";
import { createDstModel, type DstOperation, type DstState } from "./dst.ts";

const ETH0 = 1;
const IB0 = 2;
const model = createDstModel({ now: 100, deviceCount: 2, identitiesMax: 3, creationMayFail: false });

type Step = readonly [operation: DstOperation, response: number];

/** The one state after the steps. */
function after(...steps: Step[]): DstState {
  return steps.reduce((state, [operation, response]) => {
    const next = model.next(state, operation, response);
    expect(next, `${operation.kind} returning ${response}`).toHaveLength(1);
    return next[0] ?? state;
  }, model.initial);
}

const responses = (state: DstState, operation: DstOperation): number[] =>
  (model.outcomes?.(state, operation) ?? []).map(({ response }) => response);

const find = (destination: number): DstOperation => ({ kind: "find", destination });
const get = (destination: number, device = ETH0): DstOperation => ({
  kind: "get",
  destination,
  device,
  child: { kind: "none" },
});
const getBundle = (destination: number, device = ETH0): DstOperation => ({
  kind: "get",
  destination,
  device,
  child: { kind: "private" },
});
const getOver = (destination: number, identity: number, device = ETH0): DstOperation => ({
  kind: "get",
  destination,
  device,
  child: { kind: "shared", identity },
});
const getUncached = (destination: number, device = ETH0): DstOperation => ({
  kind: "getUncached",
  destination,
  device,
});
const release = (identity: number): DstOperation => ({ kind: "release", identity });
const send = (identity: number): DstOperation => ({ kind: "send", identity });
const pop = (identity: number): DstOperation => ({ kind: "pop", identity });
const drop = (destination: number): DstOperation => ({ kind: "drop", destination });
const down = (device = ETH0): DstOperation => ({ kind: "down", device });
const up = (device = ETH0): DstOperation => ({ kind: "up", device });
const unregister = (device = ETH0): DstOperation => ({ kind: "unregister", device });

test("a destination never requested is not found; once requested, its record is", () => {
  expect(responses(model.initial, find(7))).toEqual([0]);
  expect(responses(model.initial, get(7))).toEqual([1, 2, 3]);
  const state = after([get(7), 2]);
  expect([responses(state, find(7)), responses(state, get(7)), responses(state, find(8))]).toEqual([[2], [2], [0]]);
  expect(responses(state, get(8))).toEqual([1, 3]);
});

test("a record stays findable when nobody holds it, until it is dropped", () => {
  const state = after([get(7), 1], [release(1), 0], [find(7), 1], [release(1), 0]);
  expect(responses(state, drop(7))).toEqual([1]);
  const dropped = after([get(7), 1], [release(1), 0], [drop(7), 1]);
  expect([responses(dropped, find(7)), responses(dropped, drop(7))]).toEqual([[0], [0]]);
  expect(dropped.records).toEqual([]);
});

test("a holder of a dropped record keeps it, and the destination may have another", () => {
  const state = after([get(7), 1], [drop(7), 1], [get(7), 2]);
  expect([responses(state, send(1)), responses(state, send(2)), responses(state, find(7))]).toEqual([
    [ETH0],
    [ETH0],
    [2],
  ]);
  expect(responses(after([get(7), 1], [drop(7), 1], [release(1), 0]), send(1))).toEqual([]);
});

test("no operation is possible on a record that nobody holds", () => {
  const state = after([get(7), 1], [release(1), 0]);
  expect([release(1), send(1), pop(1), send(3)].map((operation) => responses(state, operation))).toEqual([
    [],
    [],
    [],
    [],
  ]);
});

test("a record in the cache sends through its device even when that is down", () => {
  expect(responses(after([get(7, IB0), 1], [down(IB0), 1]), send(1))).toEqual([IB0]);
});

test("a dropped record may discard once its device is down, and then discards forever", () => {
  const state = after([get(7), 1], [drop(7), 1], [down(), 1]);
  expect(responses(state, send(1))).toEqual([ETH0, 0]);
  expect(responses(after([get(7), 1], [drop(7), 1], [down(), 1], [up(), 1]), send(1))).toEqual([ETH0, 0]);
  expect(responses(after([get(7), 1], [drop(7), 1], [down(), 1], [send(1), 0], [up(), 1]), send(1))).toEqual([0]);
  expect(responses(after([get(7), 1], [drop(7), 1], [down(), 1], [send(1), ETH0]), send(1))).toEqual([ETH0, 0]);
});

test("a record that is dropped while its device is down may discard, and one of another device does not", () => {
  expect(responses(after([get(7), 1], [down(), 1], [drop(7), 1]), send(1))).toEqual([ETH0, 0]);
  expect(responses(after([get(7), 1], [down(), 1], [up(), 1], [drop(7), 1]), send(1))).toEqual([ETH0]);
  expect(responses(after([get(7, IB0), 1], [drop(7), 1], [unregister(), 1]), send(1))).toEqual([IB0]);
});

test("a record without a device discards from the start", () => {
  expect(responses(after([get(7, 0), 1]), send(1))).toEqual([0]);
  expect(responses(after([getBundle(7, 0), 1], [pop(1), 2]), send(2))).toEqual([0]);
});

test("devices go down and up, and away for good", () => {
  expect([down(), up(), unregister()].map((operation) => responses(model.initial, operation))).toEqual([[1], [0], [1]]);
  const isDown = after([down(), 1]);
  expect([down(), up(), unregister()].map((operation) => responses(isDown, operation))).toEqual([[0], [1], [1]]);
  const isGone = after([unregister(), 1]);
  expect([down(), up(), unregister()].map((operation) => responses(isGone, operation))).toEqual([[0], [0], [0]]);
  expect(responses(isGone, down(IB0))).toEqual([1]);
});

test("a record may be refused if its device is not up, or if there is no room", () => {
  expect(responses(after([down(), 1]), get(7))).toEqual([1, 2, 3, 0]);
  expect(responses(after([down(), 1]), getUncached(7, IB0))).toEqual([1, 2, 3]);
  expect(responses(after([down(), 1]), get(7, 0))).toEqual([1, 2, 3]);
  expect(responses(after([get(7), 1], [down(), 1]), get(7))).toEqual([1]);
  const full = createDstModel({ now: 0, deviceCount: 1, identitiesMax: 1, creationMayFail: true });
  expect(full.outcomes?.(full.initial, get(7)).map(({ response }) => response)).toEqual([1, 0]);
});

test("an uncached record is never found, never discards, and is gone when it is released", () => {
  const state = after([getUncached(7), 1], [unregister(), 1]);
  expect([responses(state, find(7)), responses(state, send(1)), responses(state, drop(7))]).toEqual([[0], [ETH0], [0]]);
  expect(after([getUncached(7), 1], [release(1), 0]).records).toEqual([]);
});

test("a private child gets an identity at its first use, and outlives its parent", () => {
  const state = after([getBundle(7), 1], [find(7), 1], [pop(1), 2]);
  expect(responses(state, pop(1))).toEqual([2]);
  expect(responses(after([getBundle(7), 1]), pop(1))).toEqual([2, 3]);
  const orphan = after([getBundle(7), 1], [pop(1), 2], [drop(7), 1]);
  expect(orphan.records.map(({ identity }) => identity)).toEqual([2]);
  expect([responses(orphan, send(2)), responses(orphan, pop(2))]).toEqual([[ETH0], [0]]);
});

test("a private child may discard once its parent is dropped, not before", () => {
  expect(responses(after([getBundle(7), 1], [pop(1), 2], [down(), 1]), send(2))).toEqual([ETH0]);
  expect(responses(after([getBundle(7), 1], [pop(1), 2], [down(), 1], [drop(7), 1]), send(2))).toEqual([ETH0, 0]);
  expect(responses(after([getBundle(7), 1], [drop(7), 1], [down(), 1], [up(), 1], [pop(1), 2]), send(2))).toEqual([
    ETH0,
    0,
  ]);
  expect(responses(after([getBundle(7), 1], [find(7), 1], [pop(1), 2], [drop(7), 1]), send(2))).toEqual([ETH0]);
});

test("popping releases the parent: with the last reference, the parent is gone", () => {
  const state = after([getBundle(7), 1], [drop(7), 1], [pop(1), 3]);
  expect(state.records.map(({ identity, references }) => [identity, references])).toEqual([[3, 1]]);
  expect(responses(after([get(7), 1]), pop(1))).toEqual([0]);
  expect(after([get(7), 1], [pop(1), 0]).records[0]?.references).toBe(1);
});

test("a shared child is the record itself, kept by its parent while the parent lives", () => {
  const state = after([get(7), 1], [getOver(8, 1, IB0), 2], [release(1), 0], [drop(7), 1]);
  expect(state.records.map(({ identity }) => identity)).toEqual([1, 2]);
  expect(responses(state, pop(2))).toEqual([1]);
  expect(
    after([get(7), 1], [getOver(8, 1), 2], [release(1), 0], [drop(7), 1], [release(2), 0], [drop(8), 1]).records,
  ).toEqual([]);
});

test("the clock moves and wraps", () => {
  const state = after([{ kind: "advance", ticks: 5 }, 105]);
  expect(responses(state, { kind: "advance", ticks: 0x7fffffff })).toEqual([(105 + 0x7fffffff) | 0]);
  expect(model.next(state, { kind: "advance", ticks: 1 }, undefined).map(({ now }) => now)).toEqual([106]);
});

test("distinguishable states have different keys, and equal ones have one key", () => {
  const states = [
    model.initial,
    after([{ kind: "advance", ticks: 5 }, 105]),
    after([down(), 1]),
    after([get(7), 1]),
    after([get(7), 2]),
    after([get(8), 1]),
    after([get(7, IB0), 1]),
    after([get(7, 0), 1]),
    after([getUncached(7), 1]),
    after([getBundle(7), 1]),
    after([getBundle(7), 1], [find(7), 1], [pop(1), 2]),
    after([getBundle(7), 1], [find(7), 1], [pop(1), 3]),
    after([get(7), 1], [find(7), 1]),
    after([get(7), 1], [drop(7), 1]),
    after([get(7), 1], [drop(7), 1], [down(), 1], [up(), 1]),
    after([get(7), 1], [drop(7), 1], [down(), 1], [send(1), 0], [up(), 1]),
    after([get(7), 1], [getOver(8, 1), 2]),
    after([get(7), 1], [get(8), 2]),
  ];
  expect(new Set(states.map((state) => model.key(state))).size).toBe(states.length);
  expect(model.key(after([get(7), 1], [get(8), 2]))).toBe(model.key(after([get(8), 2], [get(7), 1])));
});
