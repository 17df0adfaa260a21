import { expect, test } from "vitest";
import { NIL } from "#impl/memory/access.ts";
import { createHeap } from "#impl/memory/heap.ts";
import { defaultLimits } from "#impl/peers/limits.ts";
import { createPeerPool } from "#impl/peers/create-pool.ts";
import { placeClock } from "#impl/sync/jiffies.ts";
import { peerAddress } from "#model/peers/peer-address.ts";
import { createPeersModel } from "#model/peers/peers.ts";
import { createPeersHistory, type PeersCall } from "./peers-history.ts";

const calls: readonly PeersCall[] = [
  { kind: "get", name: "v4/1", address: peerAddress("v4", [1]), create: true },
  { kind: "get", name: "v4/1", address: peerAddress("v4", [1]), create: false },
  { kind: "put", name: "v4/1" },
  { kind: "allow", name: "v4/1", timeout: 100 },
  { kind: "nextIdentifier", name: "v4/1", more: 3 },
  { kind: "invalidate", family: "v4" },
  { kind: "advance", ticks: 10 },
  { kind: "get", name: "v4/2", address: peerAddress("v4", [2]), create: true },
];
/** The calls' numbers. */
const CREATE = 0;
const FIND = 1;
const PUT = 2;
const ALLOW = 3;
const NEXT = 4;
const INVALIDATE = 5;
const ADVANCE = 6;
const CREATE_OTHER = 7;

function setUp() {
  const heap = createHeap(200);
  const limits = defaultLimits(2 ** 30, 100);
  const pool = createPeerPool(heap, placeClock(heap, 0), { limits, peersMax: 3, firstIdentifier: () => 7 });
  const identitiesMax = 3;
  const model = createPeersModel({
    ...limits,
    now: 0,
    identitiesMax,
    allocationMayFail: false,
    firstIdentifier: () => 7,
  });
  const history = createPeersHistory(pool, {
    model,
    identitiesMax,
    calls,
    threadCount: 2,
    initialPeers: [],
    identitiesUsed: 0,
    initialHeld: [],
  });
  history.reset();
  const [first, second] = [pool.firstPeer, pool.firstPeer + pool.peerStride];
  const step = (thread: number, call: number, response: number) => {
    history.invoke(thread, call);
    return history.respond(thread, response);
  };
  return { heap, pool, history, step, first, second };
}

test("quiet on a history that the model explains, with every kind of call", () => {
  const { step, first } = setUp();
  expect(step(0, CREATE, first)).toBeUndefined();
  expect(step(1, FIND, first)).toBeUndefined();
  expect(step(0, NEXT, 7)).toBeUndefined();
  expect(step(1, NEXT, 11)).toBeUndefined();
  expect(step(1, ALLOW, 1)).toBeUndefined();
  expect(step(0, ADVANCE, 10)).toBeUndefined();
  expect(step(0, PUT, 10)).toBeUndefined();
  expect(step(0, INVALIDATE, 0)).toBeUndefined();
  expect(step(0, FIND, NIL)).toBeUndefined();
  expect(step(1, PUT, 0)).toBeUndefined();
});

test("fires at a lost peer, at a second peer of one address, and at an answer that is no peer", () => {
  const lost = setUp();
  lost.step(0, CREATE, lost.first);
  expect(lost.step(1, FIND, NIL)).toBe("get v4/1 answers nothing, and no order of the operations explains that");
  const twice = setUp();
  twice.step(0, CREATE, twice.first);
  expect(twice.step(1, CREATE, twice.second)).toBe(
    "get v4/1 create answers peer#2, and no order of the operations explains that",
  );
  const wild = setUp();
  expect(wild.step(0, CREATE, 1)).toBe("get v4/1 create answers word 1, which is no peer");
});

test("fires at a wrong value, and names the call", () => {
  const answers = (call: number, response: number) => {
    const { step, first } = setUp();
    step(0, CREATE, first);
    return step(0, call, response);
  };
  expect(answers(PUT, 5)).toBe("put v4/1 answers 5, and no order of the operations explains that");
  expect(answers(ALLOW, 0)).toBe("allow v4/1 timeout 100 answers 0, and no order of the operations explains that");
  expect(answers(NEXT, 8)).toBe("nextIdentifier v4/1 more 3 answers 8, and no order of the operations explains that");
  expect(answers(INVALIDATE, 1)).toBe("invalidate v4 answers 1, and no order of the operations explains that");
  expect(answers(ADVANCE, 9)).toBe("advance 10 answers 9, and no order of the operations explains that");
});

test("operations that overlap may take effect in either order", () => {
  const { history, first } = setUp();
  history.invoke(0, CREATE);
  history.invoke(1, FIND);
  expect(history.respond(1, first)).toBeUndefined();
  expect(history.respond(0, first)).toBeUndefined();
  history.invoke(0, FIND);
  expect(history.respond(0, NIL)).toBeDefined();
});

test("an operation concerns the reference that its thread obtained last", () => {
  const { step, history, first, second } = setUp();
  step(0, CREATE, first);
  step(0, INVALIDATE, 0);
  step(0, CREATE, second);
  expect([history.countOf(first), history.countOf(second), history.total]).toEqual([1, 1, 2]);
  expect(step(0, NEXT, 7)).toBeUndefined(); // of the second peer, which is new
  step(0, PUT, 0);
  expect([history.countOf(first), history.countOf(second), history.total]).toEqual([1, 0, 1]);
  expect(step(0, NEXT, 7)).toBeUndefined(); // of the first, from which nobody has drawn
  step(0, PUT, 0);
  expect(history.total).toBe(0);
});

test("memory that was freed and used again is another record", () => {
  const { step, history, pool, heap, first } = setUp();
  step(0, CREATE, first);
  step(0, INVALIDATE, 0);
  step(0, PUT, 0);
  expect(history.freed?.(heap.words, pool.peers, first)).toBeUndefined();
  expect(step(0, CREATE_OTHER, first)).toBeUndefined();
  expect(step(0, CREATE, first)).toBe("get v4/1 create answers peer#1, and no order of the operations explains that");
});

test("what another slab frees changes no identity", () => {
  const { step, history, pool, heap, first } = setUp();
  step(0, CREATE, first);
  history.freed?.(heap.words, pool.gcQueue, first);
  expect(step(1, FIND, first)).toBeUndefined();
});

test("a reset forgets the history and keeps what the set-up left", () => {
  const heap = createHeap(200);
  const limits = defaultLimits(2 ** 30, 100);
  const pool = createPeerPool(heap, placeClock(heap, 0), { limits, peersMax: 3, firstIdentifier: () => 7 });
  const model = createPeersModel({
    ...limits,
    now: 0,
    identitiesMax: 3,
    allocationMayFail: false,
    firstIdentifier: () => 7,
  });
  const left =
    model.next(model.initial, { kind: "get", address: peerAddress("v4", [1]), create: true }, 1)[0] ?? model.initial;
  const peer = pool.firstPeer;
  const history = createPeersHistory(pool, {
    model: { ...model, initial: left },
    identitiesMax: 3,
    calls,
    threadCount: 1,
    initialPeers: [{ peer, identity: 1 }],
    identitiesUsed: 1,
    initialHeld: [peer],
  });
  for (let execution = 0; execution < 3; execution++) {
    history.reset();
    expect([history.countOf(peer), history.total]).toEqual([1, 1]);
    history.invoke(0, FIND);
    expect(history.respond(0, peer)).toBeUndefined();
    expect([history.countOf(peer), history.total]).toEqual([2, 2]);
    history.invoke(0, CREATE_OTHER);
    expect(history.respond(0, peer + pool.peerStride)).toBeUndefined();
  }
});

test("a call that the scenario does not have is a mistake of the program", () => {
  const { history } = setUp();
  expect(() => history.invoke(0, 99)).toThrow("operation 99 is none of the scenario's 8");
});

test("a reference is found by the address it was taken for, whatever was taken since", () => {
  const { step, history, first, second } = setUp();
  step(0, CREATE, first);
  step(0, CREATE_OTHER, second);
  expect(step(0, NEXT, 7)).toBeUndefined();
  expect(step(0, PUT, 0)).toBeUndefined();
  expect([history.countOf(first), history.countOf(second)]).toEqual([0, 1]);
  expect(history.property).toBe("linearizability");
});

test("after a reset nothing of the last execution is known: no record, no identity", () => {
  const { step, history, first, second } = setUp();
  step(0, CREATE, first);
  step(0, CREATE_OTHER, second);
  history.reset();
  expect(step(0, FIND, NIL)).toBeUndefined();
  expect(step(0, CREATE_OTHER, second)).toBeUndefined();
  expect(step(0, CREATE, first)).toBeUndefined();
  expect(step(1, FIND, first)).toBeUndefined();
});

test("memory that was freed is another record even while the model may still have the old one", () => {
  const { step, history, pool, heap, first } = setUp();
  step(0, CREATE, first);
  step(0, PUT, 0);
  history.freed?.(heap.words, pool.peers, first);
  expect(step(0, CREATE_OTHER, first)).toBeUndefined();
});

test("references that the set-up left are counted peer by peer", () => {
  const heap = createHeap(200);
  const limits = defaultLimits(2 ** 30, 100);
  const pool = createPeerPool(heap, placeClock(heap, 0), { limits, peersMax: 3, firstIdentifier: () => 7 });
  const model = createPeersModel({
    ...limits,
    now: 0,
    identitiesMax: 3,
    allocationMayFail: false,
    firstIdentifier: () => 7,
  });
  const [one, two] = [pool.firstPeer, pool.firstPeer + pool.peerStride];
  const history = createPeersHistory(pool, {
    model,
    identitiesMax: 3,
    calls,
    threadCount: 1,
    initialPeers: [],
    identitiesUsed: 0,
    initialHeld: [one, two, two],
  });
  history.reset();
  expect([history.countOf(one), history.countOf(two), history.total]).toEqual([1, 2, 3]);
});

test("references that the set-up leaves are held from its end on, not while it is under way", () => {
  const heap = createHeap(200);
  const limits = defaultLimits(2 ** 30, 100);
  const pool = createPeerPool(heap, placeClock(heap, 0), { limits, peersMax: 3, firstIdentifier: () => 7 });
  const model = createPeersModel({
    ...limits,
    now: 0,
    identitiesMax: 3,
    allocationMayFail: false,
    firstIdentifier: () => 7,
  });
  const left = [pool.firstPeer, pool.firstPeer];
  const history = createPeersHistory(pool, {
    model,
    identitiesMax: 3,
    calls,
    threadCount: 1,
    initialPeers: [],
    identitiesUsed: 0,
    initialHeld: left,
  });
  expect([history.countOf(pool.firstPeer), history.total]).toEqual([0, 0]);
  history.reset();
  expect([history.countOf(pool.firstPeer), history.total]).toEqual([2, 2]);
});
