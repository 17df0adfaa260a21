import { expect, test } from "vitest";
import { peerAddress } from "./peer-address.ts";
import {
  createPeersModel,
  idleTicksMax,
  type PeersOperation,
  type PeersSpecification,
  type PeersState,
} from "./peers.ts";

const specification: PeersSpecification = {
  now: 1000,
  threshold: 100,
  ttlMinTicks: 10,
  ttlMaxTicks: 100,
  ticksPerSecond: 1,
  burstFactor: 6,
  identitiesMax: 4,
  allocationMayFail: false,
  firstIdentifier: ({ words }) => words[0] ?? 0,
};

const one = peerAddress("v4", [1]);
const two = peerAddress("v4", [2]);
const six = peerAddress("v6", [1, 0, 0, 0]);

type Step = readonly [PeersOperation, number];

/**
 * The possible responses after these steps, which must all be possible in one way; undefined at the first that is not.
 */
function after(
  steps: readonly Step[],
  changed: Partial<PeersSpecification> = {},
): { may(operation: PeersOperation): number[] } | undefined {
  const model = createPeersModel({ ...specification, ...changed });
  let state: PeersState = model.initial;
  for (const [operation, response] of steps) {
    const next = model.next(state, operation, response);
    if (next[0] === undefined) return undefined;
    expect(next).toHaveLength(1);
    state = next[0];
  }
  return { may: (operation) => (model.outcomes?.(state, operation) ?? []).map(({ response }) => response) };
}

const get = (address = one): PeersOperation => ({ kind: "get", address, create: true });
const find = (address = one): PeersOperation => ({ kind: "get", address, create: false });
const put = (identity: number): PeersOperation => ({ kind: "put", identity });
const advance = (ticks: number): PeersOperation => ({ kind: "advance", ticks });
const allow = (identity: number, timeout: number): PeersOperation => ({ kind: "allow", identity, timeout });
const next = (identity: number, more: number): PeersOperation => ({ kind: "nextIdentifier", identity, more });
const invalidate = (family: "v4" | "v6"): PeersOperation => ({ kind: "invalidate", family });

test("nothing is found in an empty pool, and anything new may be created", () => {
  expect(after([])?.may(find())).toEqual([0]);
  expect(after([])?.may(get())).toEqual([1, 2, 3, 4]);
});

test("a creation fails only if memory may be short", () => {
  expect(after([], { allocationMayFail: true })?.may(get())).toEqual([0, 1, 2, 3, 4]);
  expect(after([[get(), 0]])).toBeUndefined();
});

test("a record is found by its address, family included, while it is held or fresh", () => {
  const held = after([[get(), 1]]);
  expect([held?.may(find()), held?.may(get()), held?.may(find(two)), held?.may(find(six))]).toEqual([
    [1],
    [1],
    [0],
    [0],
  ]);
  expect(
    after([
      [get(), 1],
      [put(1), 1000],
      [advance(99), 1099],
    ])?.may(find()),
  ).toEqual([1]);
});

test("a new record's identity is none of the known ones", () => {
  expect(after([[get(), 2]])?.may(get(two))).toEqual([1, 3, 4]);
});

test("a record idle for the ttl may be gone, and may still exist", () => {
  const old = after([
    [get(), 1],
    [put(1), 1000],
    [advance(100), 1100],
  ]);
  expect(old?.may(find())).toEqual([1, 0]);
  expect(old?.may(get())).toEqual([1, 2, 3, 4]);
});

test("once it was due, a record may vanish later, but not while it is held", () => {
  const steps: Step[] = [
    [get(), 1],
    [put(1), 1000],
    [advance(100), 1100],
    [find(), 1],
  ];
  expect(after(steps)?.may(find())).toEqual([1]);
  expect(after([...steps, [put(1), 1100]])?.may(find())).toEqual([1, 0]);
});

test("a record found missing stays missing", () => {
  expect(
    after([
      [get(), 1],
      [put(1), 1000],
      [advance(100), 1100],
      [find(), 0],
    ])?.may(find()),
  ).toEqual([0]);
});

test("the time of last use still counts while a collector may judge by it, until the next release", () => {
  const taken: Step[] = [
    [get(), 1],
    [put(1), 1000],
    [find(), 1],
  ];
  expect(after([...taken, [advance(100), 1100], [put(1), 1100]])?.may(find())).toEqual([1, 0]);
  expect(after([...taken, [advance(50), 1050], [put(1), 1050], [advance(50), 1100]])?.may(find())).toEqual([1]);
});

test("among overlapping releases, the oldest time counts", () => {
  const twice: Step[] = [
    [get(), 1],
    [get(), 1],
    [put(1), 1000],
    [advance(60), 1060],
  ];
  expect(after([...twice, [put(1), 1060], [advance(40), 1100]])?.may(find())).toEqual([1, 0]);
  expect(after([...twice, [put(1), 1060], [advance(39), 1099]])?.may(find())).toEqual([1]);
  // The other way round: the later release noted the older time.
  const late: Step[] = [
    [get(), 1],
    [get(), 1],
    [advance(60), 1060],
    [put(1), 1060],
    [put(1), 1000],
    [advance(40), 1100],
  ];
  expect(after(late)?.may(find())).toEqual([1, 0]);
});

test("a release notes a time that the clock has shown", () => {
  expect(
    after([
      [get(), 1],
      [advance(5), 1005],
    ])?.may(put(1)),
  ).toEqual([1000, 1005]);
  expect(
    after([
      [get(), 1],
      [advance(0), 1000],
    ])?.may(put(1)),
  ).toEqual([1000]);
});

test("a record that nobody holds cannot be released", () => {
  expect(after([])?.may(put(1))).toEqual([]);
  expect(
    after([
      [get(), 1],
      [put(1), 1000],
    ])?.may(put(1)),
  ).toEqual([]);
});

test("idle time is right across the wrap of the clock", () => {
  const wrapping = { now: -50 };
  const idle = (ticks: number) =>
    after(
      [
        [get(), 1],
        [put(1), -50],
        [advance(ticks), ticks - 50],
      ],
      wrapping,
    )?.may(find());
  expect(idle(99)).toEqual([1]);
  expect(idle(100)).toEqual([1, 0]);
  expect(after([[advance(0x7fffffff), -2147483642]], { now: 7 })).toBeDefined();
});

test("the ttl falls as a family fills, and other families do not count", () => {
  const crowded = { threshold: 4, ttlMinTicks: 0 }; // 100 − trunc(100·total/4)
  const steps: Step[] = [
    [get(), 1],
    [put(1), 1000],
    [advance(60), 1060],
  ];
  expect(after(steps, crowded)?.may(find())).toEqual([1]); // 75
  expect(after([...steps, [get(six), 2]], crowded)?.may(find())).toEqual([1]);
  expect(after([...steps, [get(two), 2]], crowded)?.may(find())).toEqual([1, 0]); // 50
});

test("a family at its threshold may give up any idle record", () => {
  const full = { threshold: 2 };
  expect(
    after(
      [
        [get(), 1],
        [put(1), 1000],
        [get(two), 2],
      ],
      full,
    )?.may(find()),
  ).toEqual([1, 0]);
  expect(
    after(
      [
        [get(), 1],
        [get(two), 2],
      ],
      full,
    )?.may(find()),
  ).toEqual([1]);
});

test("the ttl is truncated to whole seconds like the original's", () => {
  const limits = { threshold: 7, ttlMinTicks: 150, ttlMaxTicks: 1090, ticksPerSecond: 100 };
  expect([0, 1, 3, 6, 7].map((total) => idleTicksMax(total, limits))).toEqual([1090, 990, 790, 390, 0]);
});

test("an invalidation hides a family; holders keep their records until the last release", () => {
  const gone = after([
    [get(), 1],
    [get(two), 2],
    [put(2), 1000],
    [get(six), 3],
    [invalidate("v4"), 0],
  ]);
  expect([gone?.may(find()), gone?.may(find(two)), gone?.may(find(six))]).toEqual([[0], [0], [3]]);
  expect(gone?.may(next(1, 0))).toEqual([1]);
  expect(gone?.may(get(two))).toEqual([2, 4]); // 1 is still held
  expect(
    after([
      [get(), 1],
      [get(), 1],
      [invalidate("v4"), 0],
      [put(1), 1000],
    ])?.may(next(1, 0)),
  ).toEqual([1]);
  expect(
    after([
      [get(), 1],
      [invalidate("v4"), 0],
      [put(1), 1000],
    ])?.may(get()),
  ).toEqual([1, 2, 3, 4]);
  expect(
    after([
      [get(), 1],
      [invalidate("v4"), 0],
      [invalidate("v4"), 0],
    ])?.may(next(1, 0)),
  ).toEqual([1]);
});

test("identifiers are consecutive, 16 bits wide, and start at a value given by the address", () => {
  const steps: Step[] = [
    [get(), 1],
    [next(1, 3), 1],
    [next(1, 0), 5],
  ];
  expect(after(steps)?.may(next(1, 0))).toEqual([6]);
  const late = { firstIdentifier: () => 0x1ffff };
  expect(
    after(
      [
        [get(), 1],
        [next(1, 0), 0xffff],
      ],
      late,
    )?.may(next(1, 0)),
  ).toEqual([0]);
});

test("a new record may burst, then gains one grant per timeout", () => {
  const burst: Step[] = [[get(), 1], ...Array.from({ length: 6 }, (): Step => [allow(1, 10), 1])];
  expect(after(burst)?.may(allow(1, 10))).toEqual([0]);
  expect(after([...burst, [advance(9), 1009]])?.may(allow(1, 10))).toEqual([0]);
  expect(after([...burst, [advance(9), 1009], [allow(1, 10), 0], [advance(1), 1010]])?.may(allow(1, 10))).toEqual([1]);
  expect(after([...burst, [advance(5), 1005]])?.may(allow(1, 0))).toEqual([1]);
});

test("a pending operation may have any allowed response", () => {
  const model = createPeersModel(specification);
  expect(model.next(model.initial, get(), undefined)).toHaveLength(4);
  expect(model.next(model.initial, get(), 7)).toEqual([]);
});

test("states are equal exactly when their keys are, and only the difference of the limiter's two words counts", () => {
  const model = createPeersModel(specification);
  const keyAfter = (...steps: Step[]) =>
    model.key(
      steps.reduce((state, [operation, response]) => model.next(state, operation, response)[0] ?? state, model.initial),
    );
  expect(keyAfter([get(), 1], [put(1), 1000])).not.toBe(keyAfter([get(), 1]));
  expect(keyAfter([get(), 1])).not.toBe(keyAfter([get(two), 1]));
  expect(keyAfter([get(), 1])).not.toBe(keyAfter([get(), 2]));
  expect(keyAfter([get(), 1])).not.toBe(keyAfter([get(), 1], [invalidate("v4"), 0]));
  expect(keyAfter([get(), 1], [next(1, 0), 1])).not.toBe(keyAfter([get(), 1]));
  expect(keyAfter([get(), 1], [allow(1, 10), 1])).not.toBe(keyAfter([get(), 1]));
  expect(keyAfter([get(), 1], [put(1), 1000], [find(), 1])).not.toBe(keyAfter([get(), 1]));
  expect(keyAfter([get(), 1], [allow(1, 100), 0])).toBe(keyAfter([get(), 1]));
});

// Collection from a list.

const list = { collection: "list" } as const;

test("a release to a list returns nothing, and the last of several notes its time", () => {
  expect(after([[get(), 1]], list)?.may(put(1))).toEqual([0]);
  const twice: Step[] = [
    [get(), 1],
    [get(), 1],
    [put(1), 0],
    [advance(60), 1060],
    [put(1), 0],
  ];
  expect(after([...twice, [advance(99), 1159]], list)?.may(find())).toEqual([1]);
  expect(after([...twice, [advance(100), 1160]], list)?.may(find())).toEqual([1, 0]);
});

test("a record that was taken from the list and released again is fresh", () => {
  const steps: Step[] = [
    [get(), 1],
    [put(1), 0],
    [advance(50), 1050],
    [find(), 1],
    [put(1), 0],
    [advance(99), 1149],
  ];
  expect(after(steps, list)?.may(find())).toEqual([1]);
  expect(after([...steps, [advance(1), 1150]], list)?.may(find())).toEqual([1, 0]);
});

test("a collection from a list judges by the time of last use even just after the record was taken", () => {
  const steps: Step[] = [
    [get(), 1],
    [put(1), 0],
    [find(), 1],
    [advance(100), 1100],
    [put(1), 0],
  ];
  expect(after(steps, list)?.may(find())).toEqual([1, 0]);
});

test("a collection from a list may have decided by a fuller pool than the present one", () => {
  const full = { threshold: 2 };
  const emptied: Step[] = [
    [get(), 1],
    [get(two), 2],
    [put(2), 1000],
    [find(two), 0],
    [get(two), 3],
    [put(3), 1000],
  ];
  const steps = emptied.map(([operation, response]): Step => [operation, operation.kind === "put" ? 0 : response]);
  // 1 is held; 2 was collected, created anew as 3 in a full pool, and released: it may be taken at once, with one
  // record left or more.
  expect(after(steps, { ...list, ...full })?.may(find(two))).toEqual([3, 0]);
  const left: Step[] = [...steps, [find(two), 0], [put(1), 0]];
  expect(after(left, { ...list, ...full })?.may(find())).toEqual([1, 0]);
  const leftOfPath: Step[] = [...emptied, [find(two), 0], [put(1), 1000]];
  expect(after(leftOfPath, full)?.may(find())).toEqual([1]);
});

test("from a list of a pool whose threshold is 0 any idle record may be taken, and no held one", () => {
  expect(after([[get(), 1]], { ...list, threshold: 0 })?.may(find())).toEqual([1]);
  expect(
    after(
      [
        [get(), 1],
        [put(1), 0],
      ],
      { ...list, threshold: 0 },
    )?.may(find()),
  ).toEqual([1, 0]);
});

test("states that differ in the ttl a collection may have decided by are distinguished", () => {
  const model = createPeersModel({ ...specification, ...list, threshold: 4, ttlMinTicks: 0 });
  const states = (...steps: Step[]) =>
    steps.reduce(
      (state, [operation, response]) => model.next(state, operation, response).at(-1) ?? state,
      model.initial,
    );
  const few = states([get(), 1], [put(1), 0]);
  const many = states([get(), 1], [get(two), 2], [put(2), 0], [put(1), 0], [advance(100), 1100], [find(two), 0]);
  expect([few.ttlLeast, many.ttlLeast]).toEqual([75, 50]);
  expect(model.key({ ...few, ttlLeast: 50 })).not.toBe(model.key(few));
  expect(model.initial.ttlLeast).toBe(100);
  expect(createPeersModel(specification).initial.ttlLeast).toBeUndefined();
});
