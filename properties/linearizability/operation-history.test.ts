import { expect, test } from "vitest";
import { NIL } from "#impl/memory/access.ts";
import { createHeap, placeSlab } from "#impl/memory/heap.ts";
import { struct } from "#impl/memory/struct.ts";
import type { Model } from "#model/model.ts";
import { createOperationHistory, type HistoryCall, type ModelStep } from "./operation-history.ts";

/** A shelf of boxes: each has a name while it is on the shelf, and a number of openings. */
type ShelfOperation =
  | { readonly kind: "get"; readonly name: string }
  | { readonly kind: "open"; readonly identity: number }
  | { readonly kind: "put"; readonly identity: number }
  | { readonly kind: "clear" };

interface Box {
  readonly identity: number;
  readonly name: string;
  readonly openings: number;
}

const IDENTITIES_MAX = 3;

/** Returns the identity of the box of that name, made if there is none; the openings before; 0. */
function shelfModel(): Model<readonly Box[], ShelfOperation, number> {
  const outcomes = (boxes: readonly Box[], operation: ShelfOperation) => {
    if (operation.kind === "clear") return [{ response: 0, next: [] }];
    if (operation.kind === "put") return [{ response: 0, next: boxes }];
    if (operation.kind === "get") {
      const found = boxes.find(({ name }) => name === operation.name);
      if (found !== undefined) return [{ response: found.identity, next: boxes }];
      const free = [1, 2, 3].filter((identity) => boxes.every((box) => box.identity !== identity));
      return free.map((identity) => ({
        response: identity,
        next: [...boxes, { identity, name: operation.name, openings: 0 }],
      }));
    }
    const box = boxes.find(({ identity }) => identity === operation.identity);
    if (box === undefined) return [];
    const opened = { ...box, openings: box.openings + 1 };
    return [{ response: box.openings, next: boxes.map((one) => (one === box ? opened : one)) }];
  };
  return {
    name: "shelf",
    initial: [],
    outcomes,
    next: (boxes, operation, response) =>
      outcomes(boxes, operation).flatMap((one) =>
        response === undefined || one.response === response ? [one.next] : [],
      ),
    key: (boxes) => JSON.stringify(boxes),
  };
}

const plain = {
  takes: undefined,
  consumes: false,
  returnsObject: false,
  show: undefined,
  gives: () => undefined,
} as const;

function get(name: string): HistoryCall<ShelfOperation> {
  return {
    ...plain,
    text: `get ${name}`,
    returnsObject: true,
    steps: () => [{ operation: { kind: "get", name } }],
    gives: (word) => (word === NIL ? undefined : { name, object: word, isCounted: true }),
  };
}

function open(name: string): HistoryCall<ShelfOperation> {
  return {
    ...plain,
    text: `open ${name}`,
    takes: name,
    steps: (identity) => [{ operation: { kind: "open", identity } }],
  };
}

function put(name: string): HistoryCall<ShelfOperation> {
  return {
    ...plain,
    text: `put ${name}`,
    takes: name,
    consumes: true,
    steps: (identity) => [{ operation: { kind: "put", identity } }],
  };
}

const clear: HistoryCall<ShelfOperation> = { ...plain, text: "clear", steps: () => [{ operation: { kind: "clear" } }] };

function shelf(...calls: readonly HistoryCall<ShelfOperation>[]) {
  const heap = createHeap(100);
  const boxes = placeSlab(heap, struct("box", { name: 1, openings: 1 }), "box", 3);
  const others = placeSlab(heap, struct("other", { word: 1 }), "other", 1);
  const base = heap.regions.find(({ slab }) => slab === boxes)?.base ?? NIL;
  const stride = heap.regions.find(({ slab }) => slab === boxes)?.stride ?? 0;
  const history = createOperationHistory(heap, {
    model: shelfModel(),
    calls,
    threadCount: 2,
    objects: boxes,
    identitiesMax: IDENTITIES_MAX,
    settle: (state) => ({ state }),
  });
  history.reset();
  const step = (thread: number, call: number, word: number) => {
    history.invoke(thread, call);
    return history.respond(thread, word);
  };
  return { heap, history, step, boxes, others, first: base, second: base + stride };
}

test("a history that some order explains is accepted", () => {
  const { step, first, second } = shelf(get("a"), get("b"), open("a"), put("a"));
  expect(step(0, 0, first)).toBeUndefined();
  expect(step(1, 1, second)).toBeUndefined();
  expect(step(0, 2, 0)).toBeUndefined();
  expect(step(0, 2, 1)).toBeUndefined();
  expect(step(0, 3, 0)).toBeUndefined();
});

test("operations that overlap may take effect in either order, and those that do not may not", () => {
  const { history, step, first } = shelf(get("a"), open("a"));
  step(0, 0, first);
  step(1, 0, first);
  history.invoke(0, 1);
  history.invoke(1, 1);
  expect(history.respond(1, 1)).toBeUndefined();
  expect(history.respond(0, 0)).toBeUndefined();
  expect(step(0, 1, 1)).toBe("open a returns 1, and no order of the operations explains that");
});

test("fires at a second object of one name, at a wrong word, and at an address of no object", () => {
  const twice = shelf(get("a"));
  twice.step(0, 0, twice.first);
  expect(twice.step(1, 0, twice.second)).toBe("get a returns box#2, and no order of the operations explains that");
  const none = shelf(get("a"));
  expect(none.step(0, 0, NIL)).toBe("get a returns nothing, and no order of the operations explains that");
  const wild = shelf(get("a"));
  expect(wild.step(0, 0, wild.first + 1)).toMatch(/^get a returns word \d+, which is no object of its slab$/u);
});

test("an operation concerns the reference of its name that its thread obtained last and still holds", () => {
  const { step, history, first, second } = shelf(get("a"), open("a"), put("a"), clear);
  step(0, 0, first);
  step(0, 1, 0);
  step(0, 3, 0);
  step(0, 0, second);
  expect([history.countOf(first), history.countOf(second), history.total]).toEqual([1, 1, 2]);
  expect(step(0, 1, 0)).toBeUndefined(); // concerns the second box, which is unopened
  step(0, 2, 0);
  expect([history.countOf(first), history.countOf(second), history.total]).toEqual([1, 0, 1]);
});

test("an uncounted reference is found by its name, and counted nowhere", () => {
  const uncounted = { ...get("a"), gives: (word: number) => ({ name: "a", object: word, isCounted: false }) };
  const { step, history, first } = shelf(uncounted, open("a"));
  step(0, 0, first);
  expect([history.countOf(first), history.total]).toEqual([0, 0]);
  expect(step(0, 1, 0)).toBeUndefined();
});

test("memory that was freed and allocated again is another object; frees of other slabs are ignored", () => {
  const { step, history, heap, boxes, others, first } = shelf(get("a"), get("b"));
  step(0, 0, first);
  expect(history.freed?.(heap.words, others, first)).toBeUndefined();
  expect(step(1, 0, first)).toBeUndefined();
  expect(history.freed?.(heap.words, boxes, first)).toBeUndefined();
  expect(step(0, 1, first)).toBeUndefined();
  expect(step(0, 0, first)).toBe("get a returns box#1, and no order of the operations explains that");
});

test("an operation of several steps takes effect in each, and its message names the failing step", () => {
  const openBoth: HistoryCall<ShelfOperation> = {
    ...plain,
    text: "open both",
    steps: (): readonly ModelStep<ShelfOperation>[] => [
      { operation: { kind: "open", identity: 1 }, responseOf: (word) => word % 10 },
      { operation: { kind: "open", identity: 2 }, responseOf: (word) => Math.floor(word / 10) },
    ],
  };
  const { step, first, second } = shelf(get("a"), get("b"), open("a"), openBoth);
  step(0, 0, first);
  step(0, 1, second);
  step(0, 2, 0);
  expect(step(1, 3, 1)).toBeUndefined();
  expect(step(1, 3, 2)).toBe("open both returns 2 (in its step 2), and no order of the operations explains that");
});

test("every execution begins with the results of the set-up: state, identities, and unreleased references", () => {
  const { heap, history, step, first, second } = shelf(get("a"), open("a"), get("b"));
  history.setUpBegins();
  history.reset();
  step(0, 0, first);
  step(0, 1, 0);
  expect(history.setUpEnds(heap.words)).toBeUndefined();
  for (let execution = 0; execution < 2; execution++) {
    history.reset();
    expect([history.countOf(first), history.total]).toEqual([1, 1]);
    expect(step(1, 0, first)).toBeUndefined();
    expect(step(1, 1, 1)).toBeUndefined();
    expect(step(1, 2, second)).toBeUndefined();
    expect(history.total).toBe(3);
  }
  history.setUpBegins();
  history.reset();
  expect(step(0, 0, second)).toBeUndefined(); // the shelf is empty again
});

test("a set-up that leaves memory unlike every state of the model is refused", () => {
  const heap = createHeap(10);
  const history = createOperationHistory(heap, {
    model: shelfModel(),
    calls: [],
    threadCount: 1,
    objects: NIL,
    identitiesMax: 0,
    settle: () => ({ because: "the box has gone" }),
  });
  history.setUpBegins();
  history.reset();
  expect(history.setUpEnds(heap.words)).toBe("the box has gone");
});

test("the states that remain possible are known, and listeners are called at responses", () => {
  const { history, step, first } = shelf(get("a"), open("a"));
  const heard: number[][] = [];
  history.onResponse((operation, word) => void heard.push([operation, word]));
  step(0, 0, first);
  step(0, 1, 0);
  expect(history.possibleStates()).toEqual([[{ identity: 1, name: "a", openings: 1 }]]);
  expect(heard).toEqual([
    [0, first],
    [1, 0],
  ]);
});

test("a reset clears a violation", () => {
  const { history, step, first } = shelf(get("a"));
  expect(step(0, 0, NIL)).toBeDefined();
  history.reset();
  expect(step(0, 0, first)).toBeUndefined();
});

test("an operation that the scenario does not have throws", () => {
  const { history } = shelf(get("a"));
  expect(() => history.invoke(0, 7)).toThrow("operation 7 is none of the scenario's 1");
});
