import { expect, test } from "vitest";
import { NIL } from "#impl/memory/access.ts";
import { createHeap } from "#impl/memory/heap.ts";
import { placeNeighbours } from "#impl/neighbours/place-neighbours.ts";
import { placeClock } from "#impl/sync/jiffies.ts";
import { hardwareAddress, portGid } from "#model/neighbours/hardware-address.ts";
import { createNeighboursModel, PACKET } from "#model/neighbours/neighbours.ts";
import { callName, createNeighboursHistory, type NeighboursCall, operationOf } from "./neighbours-history.ts";

const one = { name: "1/1", address: hardwareAddress(1, portGid(1)) };
const other = { name: "1/2", address: hardwareAddress(2, portGid(1)) };
const path = { gid: "1", words: portGid(1) };

const calls = [
  { kind: "get", ...one },
  { kind: "put", ...one },
  { kind: "remove", ...one },
  { kind: "transmit", via: "neighbour", ...one },
  { kind: "transmit", via: "path", ...one },
  { kind: "answer", granted: true, ...path },
  { kind: "forgetPath", ...path },
  { kind: "deleteByGid", ...path },
  { kind: "advance", ticks: 10 },
  { kind: "get", ...other },
] as const satisfies readonly NeighboursCall[];
/** The calls' numbers. */
const GET = 0;
const PUT = 1;
const REMOVE = 2;
const TRANSMIT = 3;
const BY_PATH = 4;
const ANSWER = 5;
const FORGET = 6;
const DELETE = 7;
const ADVANCE = 8;
const GET_OTHER = 9;

function setUp(initial: { readonly known?: boolean } = {}) {
  const heap = createHeap(500);
  const clock = placeClock(heap, 100);
  const limits = { buckets: 1, intervalTicks: 30, queueMax: 2, connected: false, partitionKey: 1, removable: false };
  const neighbours = placeNeighbours(heap, clock, limits, {
    neighboursMax: 3,
    pathsMax: 1,
    handlesMax: 1,
    connectionsMax: 1,
    packetsMax: 1,
  });
  const model = createNeighboursModel({
    now: 100,
    idleTicksMax: 60,
    queueMax: 2,
    connected: false,
    identitiesMax: 3,
    allocationMayFail: false,
  });
  const first = neighbours.firstNeighbour;
  let state = model.initial;
  if (initial.known === true) {
    for (const [operation, response] of [
      [{ kind: "transmit", address: "1/1", via: "neighbour" }, PACKET.waits],
      [{ kind: "get", address: "1/1" }, 1],
    ] as const) {
      state = model.next(state, operation, response)[0] ?? state;
    }
  }
  const history = createNeighboursHistory(neighbours, {
    model: { ...model, initial: state },
    identitiesMax: 3,
    calls,
    threadCount: 2,
    initialNeighbours: initial.known === true ? [{ neighbour: first, identity: 1 }] : [],
    identitiesUsed: initial.known === true ? 1 : 0,
  });
  history.begin?.(heap.words);
  history.reset();
  const step = (thread: number, call: number, response: number) => {
    history.invoke(thread, call);
    return history.respond(thread, response);
  };
  return { heap, neighbours, history, step, first, second: first + neighbours.neighbourStride };
}

test("quiet on a history that the model explains", () => {
  const { step, first } = setUp();
  expect(step(0, GET, NIL)).toBeUndefined();
  expect(step(0, TRANSMIT, PACKET.waits)).toBeUndefined();
  expect(step(1, GET, first)).toBeUndefined();
  expect(step(0, GET, first)).toBeUndefined();
  expect(step(0, ANSWER, 1)).toBeUndefined();
  expect(step(0, BY_PATH, PACKET.sent)).toBeUndefined();
  expect(step(1, PUT, 0)).toBeUndefined();
  expect(step(0, REMOVE, 0)).toBeUndefined();
  expect(step(0, ADVANCE, 110)).toBeUndefined();
  expect(step(1, GET, NIL)).toBeUndefined();
  expect(step(0, FORGET, 1)).toBeUndefined();
  expect(step(0, DELETE, 0)).toBeUndefined();
  expect(step(0, PUT, 0)).toBeUndefined();
});

test("fires on a packet sent though the path is unknown", () => {
  const { step } = setUp();
  expect(step(0, TRANSMIT, PACKET.sent)).toBe("transmit 1/1 answers 1, and no order of the operations explains that");
});

test("fires on a neighbour that is found after it was removed, and on one that is not found though it is there", () => {
  const { step, first, second } = setUp({ known: true });
  expect(step(0, GET, first)).toBeUndefined();
  expect(step(0, REMOVE, 0)).toBeUndefined();
  expect(step(1, GET, first)).toBe("get 1/1 answers neighbour#1, and no order of the operations explains that");
  const lost = setUp({ known: true });
  expect(lost.step(0, GET, NIL)).toBe("get 1/1 answers nothing, and no order of the operations explains that");
  const mistaken = setUp({ known: true });
  expect(mistaken.step(0, GET, second)).toBe(
    "get 1/1 answers neighbour#2, and no order of the operations explains that",
  );
});

test("an answer that is no neighbour is said to be none", () => {
  const { step, first } = setUp();
  expect(step(0, GET, first + 1)).toBe(`get 1/1 answers word ${first + 1}, which is no neighbour`);
  expect(step(1, GET, 3)).toBe("get 1/1 answers word 3, which is no neighbour");
});

test("memory that was freed and used again is a neighbour of its own", () => {
  const { step, first, history, neighbours, heap } = setUp({ known: true });
  expect(step(0, GET, first)).toBeUndefined();
  expect(step(0, REMOVE, 0)).toBeUndefined();
  expect(step(0, PUT, 0)).toBeUndefined();
  history.freed?.(heap.words, neighbours.paths, first); // another slab's
  history.freed?.(heap.words, neighbours.neighbours, first + 1); // no neighbour
  history.freed?.(heap.words, neighbours.neighbours, first);
  expect(step(1, TRANSMIT, PACKET.waits)).toBeUndefined();
  expect(step(1, GET, first)).toBeUndefined();
});

test("put and remove concern the reference obtained last of those to the address still held", () => {
  const { step, first, second, history, neighbours, heap } = setUp({ known: true });
  step(0, GET, first);
  step(0, REMOVE, 0);
  step(0, TRANSMIT, PACKET.waits);
  expect(step(0, GET, second)).toBeUndefined();
  expect(step(0, PUT, 0)).toBeUndefined();
  expect(step(0, REMOVE, 0)).toBeUndefined(); // of the first, which is out already
  expect(step(1, GET, second)).toBeUndefined();
  history.freed?.(heap.words, neighbours.neighbours, first);
});

test("a reset starts where the set-up left off", () => {
  const { step, first, history, heap } = setUp({ known: true });
  step(0, GET, first);
  step(0, REMOVE, 0);
  history.begin?.(heap.words);
  history.reset();
  expect(step(0, GET, first)).toBeUndefined();
});

test("the last use of an address is the clock when an operation that used it had answered", () => {
  const { step, first, history, heap, neighbours } = setUp();
  expect(history.lastUseOf(one.address)).toBeUndefined();
  step(0, TRANSMIT, PACKET.waits);
  expect(history.lastUseOf(one.address)).toBe(100);
  heap.words[neighbours.jiffies] = 110;
  step(1, TRANSMIT, PACKET.waits);
  heap.words[neighbours.jiffies] = 120;
  step(0, TRANSMIT, PACKET.dropped);
  step(0, BY_PATH, PACKET.waits);
  step(0, GET_OTHER, NIL);
  expect(history.lastUseOf(one.address)).toBe(110);
  step(0, GET, first);
  expect(history.lastUseOf(one.address)).toBe(120);
  expect(history.lastUseOf(other.address)).toBeUndefined();
  history.reset();
  expect(history.lastUseOf(one.address)).toBeUndefined();
});

test("an operation that the scenario does not have is refused", () => {
  expect(() => setUp().step(0, 99, 0)).toThrow("operation 99 is none of the scenario's 10");
});

test("calls have the names that people read, and the operations that the model knows", () => {
  const named: readonly (readonly [NeighboursCall, string, object])[] = [
    [{ kind: "get", ...one }, "get 1/1", { kind: "get", address: "1/1" }],
    [{ kind: "put", ...one }, "put 1/1", { kind: "put" }],
    [{ kind: "remove", ...one }, "remove 1/1", { kind: "remove", identity: 2 }],
    [
      { kind: "transmit", via: "neighbour", ...one },
      "transmit 1/1",
      { kind: "transmit", address: "1/1", via: "neighbour" },
    ],
    [
      { kind: "transmit", via: "path", ...one },
      "transmit 1/1 via path",
      { kind: "transmit", address: "1/1", via: "path" },
    ],
    [{ kind: "connect", ...one }, "connect 1/1", { kind: "connect", address: "1/1" }],
    [{ kind: "disconnect", ...one }, "disconnect 1/1", { kind: "disconnect", address: "1/1" }],
    [{ kind: "answer", granted: true, ...path }, "answer 1", { kind: "answer", gid: "1", granted: true }],
    [{ kind: "answer", granted: false, ...path }, "refuse 1", { kind: "answer", gid: "1", granted: false }],
    [{ kind: "forgetPath", ...path }, "forgetPath 1", { kind: "forgetPath", gid: "1" }],
    [{ kind: "deleteByGid", ...path }, "deleteByGid 1", { kind: "deleteByGid", gid: "1" }],
    [{ kind: "advance", ticks: 3 }, "advance 3", { kind: "advance", ticks: 3 }],
    [{ kind: "stop" }, "stop", { kind: "stop" }],
    [{ kind: "freeCookie" }, "freeCookie", { kind: "freeCookie" }],
  ];
  for (const [call, name, operation] of named) {
    expect(callName(call)).toBe(name);
    expect(operationOf(call, 2)).toEqual(operation);
  }
});
