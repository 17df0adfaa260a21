import { expect, test } from "vitest";
import { createPeerRecordModel, type PeerRecordOperation } from "./peer-record.ts";

type Step = readonly [operation: PeerRecordOperation, response: number];

const get = (response: number, create = true): Step => [{ kind: "get", address: 1, create }, response];
const put = (reference: number): Step => [{ kind: "put", address: 1, reference }, 0];
const nextId = (reference: number, response: number, more = 0): Step => [
  { kind: "nextId", address: 1, reference, more },
  response,
];

/** The number of states that the model may be in after these steps. */
function statesAfter(collects: boolean, ...steps: readonly Step[]): number {
  const model = createPeerRecordModel({ collects, firstIdentifier: 0xffff });
  let states = [model.initial];
  for (const [operation, response] of steps) states = states.flatMap((state) => model.next(state, operation, response));
  return new Map(states.map((state) => [model.key(state), state])).size;
}

test("every caller gets the same record while it is held, collecting or not", () => {
  for (const collects of [false, true]) {
    expect(statesAfter(collects, get(5), get(5), put(5), get(5, false))).toBe(1);
    expect(statesAfter(collects, get(5), get(6))).toBe(0);
    expect(statesAfter(collects, get(5), get(0, false))).toBe(0);
    expect(statesAfter(collects, get(5), put(6))).toBe(0);
    expect(statesAfter(collects, put(5))).toBe(0);
    expect(statesAfter(collects, get(5, false))).toBe(0);
    expect(statesAfter(collects, get(0, false))).toBe(1);
  }
});

test("a record that nobody holds may be gone, or created anew with the same number, only if the pool collects", () => {
  expect(statesAfter(false, get(5), put(5), get(0, false))).toBe(0);
  expect(statesAfter(true, get(5), put(5), get(0, false))).toBe(1);
  expect(statesAfter(false, get(5), put(5), get(7))).toBe(0);
  expect(statesAfter(true, get(5), put(5), get(7))).toBe(1);
  expect(statesAfter(true, get(5), nextId(5, 0xffff), put(5), get(5))).toBe(2);
  expect(statesAfter(false, get(0))).toBe(0);
  expect(statesAfter(true, get(0))).toBe(1);
});

test("identifiers are consecutive, wrap, and start afresh with a new record", () => {
  expect(statesAfter(false, get(5), nextId(5, 0xffff), nextId(5, 0, 3), nextId(5, 4))).toBe(1);
  expect(statesAfter(false, get(5), nextId(5, 0xffff), nextId(5, 0xffff))).toBe(0);
  expect(statesAfter(true, get(5), nextId(5, 0xffff), put(5), get(6), nextId(6, 0xffff))).toBe(1);
  expect(statesAfter(false, nextId(5, 0xffff))).toBe(0);
});

test("addresses do not affect one another, and unobserved responses are skipped", () => {
  const model = createPeerRecordModel({ collects: true, firstIdentifier: 1 });
  expect(model.partition?.({ kind: "get", address: 9, create: true })).toBe(9);
  expect(model.next(model.initial, { kind: "get", address: 9, create: true }, undefined)).toEqual([]);
});
