import { expect, test } from "vitest";
import type { Reach } from "./tcp-connection.ts";
import {
  type ConnectionIdentity,
  createTimeWaitModel,
  ENOENT,
  ENOMEM,
  lifeTicks,
  numbersAt,
  snapshotWord,
  type TimeWaitOperation,
  type TimeWaitSpecification,
} from "./time-wait.ts";

const specification: TimeWaitSpecification = {
  now: 1000,
  enabled: true,
  truncating: true,
  ticksPerSecond: 1,
  remoteSeconds: 60,
  localSeconds: 10,
  loopbackSeconds: 2,
  slots: 8,
  linesMayRunOut: false,
  memoryIsShort: false,
};

const connection = (
  foreignPort: number,
  reach: Reach = "local",
  localPort = 80,
  family: "v4" | "v6" = "v4",
): ConnectionIdentity => ({ name: `${reach} ${family} ${localPort}:${foreignPort}`, family, reach, localPort });
const add = (which: ConnectionIdentity, sequence = 1, reuse = false): TimeWaitOperation => ({
  kind: "add",
  connection: which,
  sequence,
  reuse,
});
const lookup = (which: ConnectionIdentity): TimeWaitOperation => ({ kind: "lookup", connection: which });
const restart = (which: ConnectionIdentity): TimeWaitOperation => ({ kind: "restart", connection: which });
const reopen = (which: ConnectionIdentity, sequence: number): TimeWaitOperation => ({
  kind: "reopen",
  connection: which,
  sequence,
});
const bind = (port: number, reuse = false, family: "v4" | "v6" = "v4"): TimeWaitOperation => ({
  kind: "bind",
  family,
  port,
  reuse,
});
const turn = (knob: string, on: boolean): TimeWaitOperation => ({ kind: "set", knob, on });
const advance = (ticks: number): TimeWaitOperation => ({ kind: "advance", ticks });

const one = connection(1);
const two = connection(2);
const three = connection(3);
const loopback = connection(1, "loopback");
const remote = connection(1, "remote");

/** The possible responses after operations with these responses; every state that they may leave counts. */
function after(
  steps: readonly (readonly [TimeWaitOperation, number])[],
  changed: Partial<TimeWaitSpecification> = {},
): (operation: TimeWaitOperation) => number[] {
  const model = createTimeWaitModel({ ...specification, ...changed });
  let states = [model.initial];
  for (const [operation, response] of steps) states = states.flatMap((state) => model.next(state, operation, response));
  return (operation) => {
    const responses = states.flatMap((state) =>
      (model.outcomes?.(state, operation) ?? []).map(({ response }) => response),
    );
    return [...new Set(responses)].toSorted((left, right) => left - right);
  };
}

const found = (sequence: number): number => sequence * 1_000_000 + (sequence + 300) * 1000 + sequence + 600;

test("a class's records live twice its segment lifetime, and 0 seconds select the defaults", () => {
  expect([0, 1, 2, 3].map((mslClass) => lifeTicks(mslClass, specification, 10))).toEqual([1200, 1200, 200, 40]);
  const none = { remoteSeconds: 0, localSeconds: 0, loopbackSeconds: 0 };
  expect([0, 1, 2, 3].map((mslClass) => lifeTicks(mslClass, none, 1))).toEqual([120, 120, 60, 30]);
});

test("a lookup's response determines the three numbers of a connection", () => {
  expect(numbersAt(7)).toEqual({ receiveNext: 7, sendNext: 307, receiveWindow: 607 });
  expect(snapshotWord(numbersAt(7))).toBe(7_307_607);
});

test("a record is found until it expires, only by its connection", () => {
  const at = (ticks: number) =>
    after([
      [add(one, 5), 1],
      [advance(ticks), 1000 + ticks],
    ]);
  expect(at(0)(lookup(one))).toEqual([found(5)]);
  expect(at(19)(lookup(one))).toEqual([found(5)]);
  expect(at(20)(lookup(one))).toEqual([0]);
  expect(at(0)(lookup(two))).toEqual([0]);
});

test("each reach has its own lifetime, unless truncation is off", () => {
  const lives = (which: ConnectionIdentity, ticks: number, truncating: boolean) =>
    after(
      [
        [add(which), 1],
        [advance(ticks), 1000 + ticks],
      ],
      { truncating },
    )(lookup(which));
  expect([lives(loopback, 3, true), lives(loopback, 4, true)]).toEqual([[found(1)], [0]]);
  expect([lives(remote, 119, true), lives(remote, 120, true)]).toEqual([[found(1)], [0]]);
  expect([lives(loopback, 119, false), lives(loopback, 120, false)]).toEqual([[found(1)], [0]]);
});

test("a second record of one connection is refused until the first has expired", () => {
  expect(after([[add(one), 1]])(add(one, 2))).toEqual([0]);
  expect(
    after([
      [add(one), 1],
      [advance(20), 1020],
    ])(add(one, 2)),
  ).toEqual([1]);
});

test("a disabled facility refuses, and keeps the records it has", () => {
  expect(after([], { enabled: false })(add(one))).toEqual([0]);
  const disabled = after([
    [add(one), 1],
    [turn("enable", false), 0],
  ]);
  expect([disabled(add(two)), disabled(lookup(one))]).toEqual([[0], [found(1)]]);
});

test("a full class gives up all records that expire with its oldest, and other classes none", () => {
  const together = after([
    [add(one, 1), 1],
    [add(two, 2), 1],
    [add(loopback, 9), 1],
    [add(three, 3), 1],
  ]);
  expect([together(lookup(one)), together(lookup(two)), together(lookup(three)), together(lookup(loopback))]).toEqual([
    [0],
    [0],
    [found(3)],
    [found(9)],
  ]);
  const apart = after([
    [add(one, 1), 1],
    [advance(1), 1001],
    [add(two, 2), 1],
    [add(three, 3), 1],
  ]);
  expect([apart(lookup(one)), apart(lookup(two)), apart(lookup(three))]).toEqual([[0], [found(2)], [found(3)]]);
});

test("each family has its own classes", () => {
  const [first, second] = [connection(1, "local", 80, "v6"), connection(2, "local", 80, "v6")];
  const may = after([
    [add(one, 1), 1],
    [add(two, 2), 1],
    [add(first, 3), 1],
    [add(second, 4), 1],
  ]);
  expect([one, two, first, second].map((which) => may(lookup(which)))).toEqual([
    [found(1)],
    [found(2)],
    [found(3)],
    [found(4)],
  ]);
  expect([may(bind(80)), may(bind(80, false, "v6"))]).toEqual([[2], [2]]);
});

test("without classes all slots are one arena; with them a class has a third", () => {
  const fill = (count: number) =>
    Array.from({ length: count }, (_, index) => [add(connection(index + 1), 1), 1] as const);
  expect(after(fill(8), { truncating: false })(bind(80))).toEqual([8]);
  expect(after(fill(9), { truncating: false })(bind(80))).toEqual([1]);
  expect(after(fill(2))(bind(80))).toEqual([2]);
  expect(after(fill(3))(bind(80))).toEqual([1]);
});

test("a class without slots refuses records, and keeps none", () => {
  expect(after([], { slots: 2 })(add(one))).toEqual([0]);
  expect(after([], { slots: 2, truncating: false })(add(one))).toEqual([1]);
});

test("expired slots make room before a record that has not expired, whether or not the timer has run", () => {
  const may = after([
    [add(one, 1), 1],
    [advance(19), 1019],
    [add(two, 2), 1],
    [advance(1), 1020],
    [add(three, 3), 1],
  ]);
  expect([may(lookup(two)), may(lookup(three))]).toEqual([[found(2)], [found(3)]]);
});

test("a restarted record lives its whole life again", () => {
  const may = after([
    [add(one, 5), 1],
    [advance(19), 1019],
    [restart(one), 1],
    [advance(19), 1038],
  ]);
  expect(may(lookup(one))).toEqual([found(5)]);
  expect(
    after([
      [add(one, 5), 1],
      [restart(one), 1],
      [advance(20), 1020],
    ])(lookup(one)),
  ).toEqual([0]);
  expect(after([])(restart(one))).toEqual([0]);
  expect(
    after([
      [add(one), 1],
      [advance(20), 1020],
    ])(restart(one)),
  ).toEqual([0]);
});

test("a restart takes a slot: in a full class the oldest are given up, and it may be the oldest itself", () => {
  const itself = after([
    [add(one, 1), 1],
    [advance(1), 1001],
    [add(two, 2), 1],
    [restart(one), 1],
  ]);
  expect([itself(lookup(one)), itself(lookup(two))]).toEqual([[found(1)], [found(2)]]);
  const younger = after([
    [add(one, 1), 1],
    [advance(1), 1001],
    [add(two, 2), 1],
    [restart(two), 1],
  ]);
  expect([younger(lookup(one)), younger(lookup(two))]).toEqual([[0], [found(2)]]);
});

test("a record deleted in the middle keeps its slot, the oldest one gives it back", () => {
  const middle = after([
    [add(one, 1), 1],
    [advance(1), 1001],
    [add(two, 2), 1],
    [reopen(two, 9), 1],
    [add(three, 3), 1],
  ]);
  expect([middle(lookup(one)), middle(lookup(three))]).toEqual([[0], [found(3)]]);
  const oldest = after([
    [add(one, 1), 1],
    [advance(1), 1001],
    [add(two, 2), 1],
    [reopen(one, 9), 1],
    [add(three, 3), 1],
  ]);
  expect([oldest(lookup(two)), oldest(lookup(three))]).toEqual([[found(2)], [found(3)]]);
});

test("a record behind expired ones is the oldest only if the timer has run", () => {
  const later = [4, 5, 6, 7].map((port) => [add(connection(port), port), 1] as const);
  const steps = [
    [add(one, 1), 1],
    [advance(10), 1010],
    [add(two, 2), 1],
    [add(three, 3), 1],
    [advance(10), 1020],
    [reopen(two, 9), 1],
    ...later,
  ] as const;
  // Five slots. Either the second one is free again, or it stays taken and is given up with the third, of the same
  // expiry.
  expect(after(steps, { slots: 16 })(lookup(three))).toEqual([0, found(3)]);
  expect(after(steps.slice(0, -1), { slots: 16 })(lookup(three))).toEqual([found(3)]);
});

test("a SYN removes the record only if its number is past everything received", () => {
  const may = after([[add(one, 5), 1]]);
  expect([may(reopen(one, 4)), may(reopen(one, 5)), may(reopen(one, 6)), may(reopen(two, 9))]).toEqual([
    [2],
    [2],
    [1],
    [0],
  ]);
  expect(
    after([
      [add(one, 5), 1],
      [reopen(one, 6), 1],
    ])(lookup(one)),
  ).toEqual([0]);
  expect(
    after([
      [add(one, 5), 1],
      [reopen(one, 5), 2],
    ])(lookup(one)),
  ).toEqual([found(5)]);
});

test("a bind counts the records of its port, except those that share it with a bind that shares too", () => {
  const may = after([
    [add(one, 1, true), 1],
    [add(remote, 2), 1],
    [add(connection(9, "loopback", 81), 3), 1],
  ]);
  expect([may(bind(80)), may(bind(80, true)), may(bind(81)), may(bind(82)), may(bind(80, false, "v6"))]).toEqual([
    [2],
    [1],
    [1],
    [0],
    [0],
  ]);
  expect(
    after([
      [add(one, 1), 1],
      [advance(20), 1020],
    ])(bind(80)),
  ).toEqual([0]);
});

test("knobs: memory may be short for the first enabling, and unknown ones are refused", () => {
  expect(after([], { memoryIsShort: true })(turn("enable", true))).toEqual([ENOMEM]);
  expect(after([], { memoryIsShort: true, enabled: false })(turn("enable", false))).toEqual([0]);
  expect(after([[turn("enable", true), ENOMEM]], { memoryIsShort: true, enabled: false })(add(one))).toEqual([0]);
  expect(after([])(turn("entries", true))).toEqual([ENOENT]);
  expect(after([[turn("enable", true), 0]], { enabled: false })(add(one))).toEqual([1]);
});

test("when the scheme changes, slots of the other one may refuse, until they are gone", () => {
  const on = after(
    [
      [add(one, 1), 1],
      [turn("truncation", true), 0],
    ],
    { truncating: false },
  );
  expect([on(add(two)), on(restart(one)), on(lookup(one))]).toEqual([[0, 1], [1, 2], [found(1)]]);
  const off = after([
    [add(one, 1), 1],
    [turn("truncation", false), 0],
  ]);
  expect([off(add(two)), off(restart(one))]).toEqual([
    [0, 1],
    [1, 2],
  ]);
  const other = after([
    [add(connection(1, "local", 80, "v6"), 1), 1],
    [turn("truncation", false), 0],
  ]);
  expect(other(add(two))).toEqual([1]);
  const same = after([[add(loopback), 1]]);
  expect(same(add(two))).toEqual([1]);
});

test("a record of one scheme cannot be restarted in a class without slots", () => {
  const may = after(
    [
      [add(one, 1), 1],
      [turn("truncation", true), 0],
    ],
    { truncating: false, slots: 2 },
  );
  expect([may(restart(one)), may(lookup(one))]).toEqual([[2], [found(1)]]);
});

test("a record whose restart is refused keeps its expiry", () => {
  const may = after(
    [
      [add(one, 1), 1],
      [turn("truncation", true), 0],
      [advance(100), 1100],
      [restart(one), 2],
      [advance(20), 1120],
    ],
    { truncating: false },
  );
  expect(may(lookup(one))).toEqual([0]);
});

test("when lines run out, an addition evicts more of its class, or all of it without success", () => {
  const may = after(
    [
      [add(one, 1), 1],
      [advance(1), 1001],
      [add(loopback, 2), 1],
    ],
    { linesMayRunOut: true },
  );
  expect(may(add(two))).toEqual([0, 1]);
  const done = after(
    [
      [add(one, 1), 1],
      [advance(1), 1001],
      [add(two, 2), 1],
    ],
    { linesMayRunOut: true },
  );
  expect([done(lookup(one)), done(lookup(two))]).toEqual([[0, found(1)], [found(2)]]);
  const failed = after(
    [
      [add(one, 1), 1],
      [add(loopback, 2), 1],
      [add(two, 3), 0],
    ],
    { linesMayRunOut: true },
  );
  expect([failed(lookup(one)), failed(lookup(two)), failed(lookup(loopback))]).toEqual([[0], [0], [found(2)]]);
});

test("the clock wraps, and records expire across it", () => {
  const may = after(
    [
      [add(one, 1), 1],
      [advance(19), -2147483648 + 8],
    ],
    { now: 2147483637 },
  );
  expect(may(lookup(one))).toEqual([found(1)]);
  expect(
    after(
      [
        [add(one, 1), 1],
        [advance(20), -2147483648 + 9],
      ],
      { now: 2147483637 },
    )(lookup(one)),
  ).toEqual([0]);
});

test("a pending operation may leave any state that some response leaves", () => {
  const model = createTimeWaitModel({ ...specification, linesMayRunOut: true });
  const [held] = model.next(model.initial, add(one, 1), 1);
  expect(model.next(held ?? model.initial, add(two, 2), undefined)).toHaveLength(3);
  expect(model.next(model.initial, add(one), 7)).toEqual([]);
});

test("states have equal keys exactly if they stay indistinguishable", () => {
  const model = createTimeWaitModel(specification);
  const keys = (operation: TimeWaitOperation, from = model.initial) =>
    model.next(from, operation, undefined).map((state) => model.key(state));
  const distinct = [
    add(one, 1),
    add(one, 2),
    add(one, 1, true),
    add(two, 1),
    add(loopback, 1),
    advance(1),
    turn("enable", false),
    turn("truncation", false),
  ].flatMap((operation) => keys(operation));
  expect(new Set([...distinct, model.key(model.initial)]).size).toBe(distinct.length + 1);
  expect(keys(lookup(one))).toEqual([model.key(model.initial)]);
  const [added = model.initial] = model.next(model.initial, add(one, 1), 1);
  const [gone = model.initial] = model.next(added, reopen(one, 9), 1);
  expect(model.key(gone)).toBe(model.key(model.initial));
  const [aged = model.initial] = model.next(added, advance(30), 1030);
  expect(model.key(aged)).toBe("1030et;;;1020,;;;;;");
});
