import { expect, test } from "vitest";
import { NIL } from "#impl/memory/access.ts";
import { createHeap } from "#impl/memory/heap.ts";
import { createDst, dstWords } from "#impl/dst/create-dst.ts";
import { workQueueCollector } from "#impl/dst/workqueue.ts";
import { placeClock } from "#impl/sync/jiffies.ts";
import { createDstModel } from "#model/dst/dst.ts";
import { callName, createDstHistory, type DstCall, referenceName } from "./dst-history.ts";

const calls: readonly DstCall[] = [
  { kind: "find", name: "eth0/1", key: 1 },
  { kind: "get", name: "eth0/1", key: 1, device: 1, over: "nothing" },
  { kind: "get", name: "eth0/2", key: 2, device: 1, over: "private" },
  { kind: "get", name: "eth0/3", key: 3, device: 1, over: { name: "eth0/1" } },
  { kind: "getUncached", name: "eth0/4", key: 4, device: 1 },
  { kind: "pop", name: "eth0/2" },
  { kind: "release", name: "eth0/1" },
  { kind: "send", name: "eth0/1" },
  { kind: "drop", name: "eth0/1", key: 1 },
  { kind: "down", name: "eth0", device: 1 },
  { kind: "advance", ticks: 10 },
  { kind: "pop", name: "eth0/1" },
  { kind: "send", name: "eth0/2>" },
  { kind: "pop", name: "eth0/3" },
  { kind: "up", name: "eth0", device: 1 },
  { kind: "unregister", name: "eth0", device: 1 },
];
const [
  FIND,
  GET,
  BUNDLE,
  OVER,
  UNCACHED,
  POP,
  RELEASE,
  SEND,
  DROP,
  DOWN,
  ADVANCE,
  POP_PLAIN,
  SEND_CHILD,
  POP_OVER,
  UP,
  UNREGISTER,
] = calls.map((_, index) => index);

function setUp() {
  const options = {
    collector: workQueueCollector,
    ticksPerSecond: 10,
    entriesMax: 4,
    devices: [{ name: "eth0", namespace: 0, hasNeighbours: false }],
  };
  const heap = createHeap(dstWords(options) + 10);
  const dst = createDst(heap, placeClock(heap, 0), options);
  const model = createDstModel({ now: 0, deviceCount: 1, identitiesMax: 4, creationMayFail: false });
  const history = createDstHistory(dst, {
    model,
    identitiesMax: 4,
    calls,
    threadCount: 2,
    initialEntries: [],
    identitiesUsed: 0,
    initialHeld: [],
  });
  history.reset();
  const step = (thread: number, call: number | undefined, response: number) => {
    history.invoke(thread, call ?? -1);
    return history.respond(thread, response);
  };
  const [eth0 = NIL] = dst.devices;
  const [first, second, third] = [0, 1, 2].map((index) => dst.firstEntry + index * dst.entryStride) as [
    number,
    number,
    number,
  ];
  return { heap, dst, history, step, eth0, first, second, third };
}

test("quiet on a history that the model explains, with every kind of call", () => {
  const { step, first, second, third, eth0 } = setUp();
  expect(step(0, GET, first)).toBeUndefined();
  expect(step(1, FIND, first)).toBeUndefined();
  expect(step(1, SEND, eth0)).toBeUndefined();
  expect(step(1, POP_PLAIN, NIL)).toBeUndefined();
  expect(step(0, BUNDLE, second)).toBeUndefined();
  expect(step(0, POP, third)).toBeUndefined();
  expect(step(0, SEND_CHILD, eth0)).toBeUndefined();
  expect(step(0, DROP, 1)).toBeUndefined();
  expect(step(1, DOWN, 1)).toBeUndefined();
  expect(step(1, SEND, NIL)).toBeUndefined();
  expect(step(1, RELEASE, 0)).toBeUndefined();
  expect(step(1, UP, 1)).toBeUndefined();
  expect(step(0, FIND, NIL)).toBeUndefined();
  expect(step(0, ADVANCE, 10)).toBeUndefined();
  expect(step(0, UNREGISTER, 1)).toBeUndefined();
});

test("a shared child is the record it was made over, and an uncached entry a record of its own", () => {
  const { step, first, second, third, eth0 } = setUp();
  step(0, GET, first);
  expect(step(0, OVER, second)).toBeUndefined();
  expect(step(0, POP_OVER, first)).toBeUndefined();
  expect(step(0, UNCACHED, third)).toBeUndefined();
  expect(step(0, SEND, eth0)).toBeUndefined();
  const other = setUp();
  other.step(0, GET, other.first);
  other.step(0, OVER, other.second);
  expect(other.step(0, POP_OVER, other.third)).toBe(
    "pop eth0/3 answers dst#3, and no order of the operations explains that",
  );
});

test("fires at a lost entry, at a second entry of one destination, and at answers that are nothing of the cache's", () => {
  const lost = setUp();
  lost.step(0, GET, lost.first);
  expect(lost.step(1, FIND, NIL)).toBe("find eth0/1 answers nothing, and no order of the operations explains that");
  const twice = setUp();
  twice.step(0, GET, twice.first);
  expect(twice.step(1, GET, twice.second)).toBe(
    "get eth0/1 answers dst#2, and no order of the operations explains that",
  );
  const wild = setUp();
  expect(wild.step(0, GET, 1)).toBe("get eth0/1 answers word 1, which is no entry");
  const astray = setUp();
  astray.step(0, GET, astray.first);
  expect(astray.step(0, SEND, 3)).toBe("send eth0/1 answers word 3, which is none of the devices");
});

test("fires at a wrong value, and names the call", () => {
  const answers = (call: number | undefined, response: number) => {
    const { step, first } = setUp();
    step(0, GET, first);
    return step(0, call, response);
  };
  expect(answers(SEND, NIL)).toBe("send eth0/1 answers 0, and no order of the operations explains that");
  expect(answers(RELEASE, 1)).toBe("release eth0/1 answers 1, and no order of the operations explains that");
  expect(answers(DROP, 0)).toBe("drop eth0/1 answers 0, and no order of the operations explains that");
  expect(answers(DOWN, 0)).toBe("down eth0 answers 0, and no order of the operations explains that");
  expect(answers(UP, 1)).toBe("up eth0 answers 1, and no order of the operations explains that");
  expect(answers(UNREGISTER, 0)).toBe("unregister eth0 answers 0, and no order of the operations explains that");
  expect(answers(ADVANCE, 11)).toBe("advance 10 answers 11, and no order of the operations explains that");
});

test("fires when a holder of an entry of the cache is made to discard", () => {
  const { step, first, eth0 } = setUp();
  step(0, GET, first);
  step(1, DOWN, 1);
  expect(step(0, SEND, eth0)).toBeUndefined();
  expect(step(0, SEND, NIL)).toBe("send eth0/1 answers 0, and no order of the operations explains that");
});

test("fires when an entry that discarded sends again", () => {
  const { step, first, eth0 } = setUp();
  step(0, GET, first);
  step(0, DROP, 1);
  step(1, DOWN, 1);
  step(0, SEND, NIL);
  expect(step(0, SEND, eth0)).toBe("send eth0/1 answers device 1, and no order of the operations explains that");
});

test("operations that overlap may take effect in either order", () => {
  const { history, first } = setUp();
  history.invoke(0, GET ?? -1);
  history.invoke(1, FIND ?? -1);
  expect(history.respond(1, first)).toBeUndefined();
  expect(history.respond(0, first)).toBeUndefined();
});

test("references are counted by entry: what is given back or exchanged is none, and uncached ones are their threads' concern", () => {
  const { step, history, first, second, third } = setUp();
  step(0, GET, first);
  step(1, FIND, first);
  step(0, BUNDLE, second);
  expect([history.countOf(first), history.countOf(second), history.total]).toEqual([2, 1, 3]);
  history.invoke(0, POP ?? -1);
  expect(history.countOf(second)).toBe(0);
  history.respond(0, third);
  expect([history.countOf(third), history.total]).toEqual([1, 3]);
  step(1, RELEASE, 0);
  expect(history.countOf(first)).toBe(1);
  step(1, UNCACHED, second);
  expect([history.countOf(second), history.total]).toEqual([0, 2]);
  history.reset();
  expect(history.total).toBe(0);
});

test("memory that was freed and used again is another record", () => {
  const { step, history, dst, heap, first } = setUp();
  step(0, GET, first);
  step(0, DROP, 1);
  step(0, RELEASE, 0);
  expect(history.freed?.(heap.words, dst.entries, first)).toBeUndefined();
  expect(step(0, GET, first)).toBeUndefined();
  expect(step(0, FIND, first)).toBeUndefined();
});

test("what another slab frees changes no identity", () => {
  const { step, history, dst, heap, first } = setUp();
  step(0, GET, first);
  history.freed?.(heap.words, dst.neighbours, first);
  history.freed?.(heap.words, dst.entries, first + 1);
  expect(step(1, FIND, first)).toBeUndefined();
});

test("entries and references of the set-up are known", () => {
  const { dst, first, second } = setUp();
  const model = createDstModel({ now: 0, deviceCount: 1, identitiesMax: 4, creationMayFail: false });
  const cached =
    model.next(model.initial, { kind: "get", destination: 1, device: 1, child: { kind: "none" } }, 1)[0] ??
    model.initial;
  const history = createDstHistory(dst, {
    model: { ...model, initial: cached },
    identitiesMax: 4,
    calls,
    threadCount: 1,
    initialEntries: [{ entry: second, identity: 1 }],
    identitiesUsed: 1,
    initialHeld: [second],
  });
  history.reset();
  expect([history.countOf(second), history.countOf(first), history.total]).toEqual([1, 0, 1]);
  history.invoke(0, FIND ?? -1);
  expect(history.respond(0, second)).toBeUndefined();
  history.invoke(0, BUNDLE ?? -1);
  expect(history.respond(0, first)).toBeUndefined();
});

test("an operation that the scenario has not is refused", () => {
  expect(() => setUp().history.invoke(0, 99)).toThrow("operation 99 is none of the scenario's 16");
});

test("calls have the names that people read, and name the reference they work on", () => {
  expect(calls.map(callName)).toEqual([
    "find eth0/1",
    "get eth0/1",
    "get eth0/2 over a private entry",
    "get eth0/3 over eth0/1",
    "get eth0/4 uncached",
    "pop eth0/2",
    "release eth0/1",
    "send eth0/1",
    "drop eth0/1",
    "down eth0",
    "advance 10",
    "pop eth0/1",
    "send eth0/2>",
    "pop eth0/3",
    "up eth0",
    "unregister eth0",
  ]);
  expect(calls.map(referenceName)).toEqual([
    undefined,
    undefined,
    undefined,
    "eth0/1",
    undefined,
    "eth0/2",
    "eth0/1",
    "eth0/1",
    undefined,
    undefined,
    undefined,
    "eth0/1",
    "eth0/2>",
    "eth0/3",
    undefined,
    undefined,
  ]);
});
