import { expect, test } from "vitest";
import {
  createNeighboursModel,
  gidOfName,
  isGroup,
  type NeighboursOperation,
  type NeighboursSpecification,
  type NeighboursState,
  PACKET,
} from "./neighbours.ts";

const SPECIFICATION: NeighboursSpecification = {
  now: 100,
  idleTicksMax: 60,
  queueMax: 2,
  connected: false,
  identitiesMax: 3,
  allocationMayFail: false,
};

const get = (address: string): NeighboursOperation => ({ kind: "get", address });
const transmit = (address: string): NeighboursOperation => ({ kind: "transmit", address, via: "neighbour" });
const byPath = (address: string): NeighboursOperation => ({ kind: "transmit", address, via: "path" });
const answer = (gid: string, granted = true): NeighboursOperation => ({ kind: "answer", gid, granted });
const forget = (gid: string): NeighboursOperation => ({ kind: "forgetPath", gid });
const deleteByGid = (gid: string): NeighboursOperation => ({ kind: "deleteByGid", gid });
const connect = (address: string): NeighboursOperation => ({ kind: "connect", address });
const disconnect = (address: string): NeighboursOperation => ({ kind: "disconnect", address });
const advance = (ticks: number): NeighboursOperation => ({ kind: "advance", ticks });

function setUp(changed: Partial<NeighboursSpecification> = {}) {
  const model = createNeighboursModel({ ...SPECIFICATION, ...changed });
  /** The state after operations with the given responses, each of which must leave exactly one. */
  const after = (...steps: readonly (readonly [NeighboursOperation, number])[]): NeighboursState => {
    let state = model.initial;
    for (const [operation, response] of steps) {
      const next = model.next(state, operation, response);
      expect(next, `${JSON.stringify(operation)} → ${response}`).toHaveLength(1);
      state = next[0] ?? state;
    }
    return state;
  };
  const responses = (state: NeighboursState, operation: NeighboursOperation): number[] =>
    (model.outcomes?.(state, operation) ?? []).map(({ response }) => response);
  return { model, after, responses };
}

test("an address is unknown until a packet is sent there; then it is found, under any unused number", () => {
  const { after, responses } = setUp();
  expect(responses(after(), get("1/1"))).toEqual([0]);
  const made = after([transmit("1/1"), PACKET.waits]);
  expect(responses(made, get("1/1"))).toEqual([1, 2, 3]);
  expect(responses(after([transmit("1/1"), PACKET.waits], [get("1/1"), 2]), get("1/1"))).toEqual([2]);
  expect(
    responses(after([transmit("1/1"), PACKET.waits], [transmit("1/2"), PACKET.waits], [get("1/1"), 2]), get("1/2")),
  ).toEqual([1, 3]);
});

test("packets wait at a record up to the limit, are sent once the path is answered, wait again on a new path", () => {
  const { after, responses } = setUp();
  const waits = [transmit("1/1"), PACKET.waits] as const;
  expect(responses(after(waits, waits), transmit("1/1"))).toEqual([PACKET.dropped]);
  const resolved = after(waits, waits, [answer("1"), 1]);
  expect(responses(resolved, transmit("1/1"))).toEqual([PACKET.sent]);
  expect(responses(resolved, transmit("1/2"))).toEqual([PACKET.sent]);
  expect(responses(resolved, transmit("2/1"))).toEqual([PACKET.waits]);
  expect(resolved.records.map(({ waiting }) => waiting)).toEqual([0]);
});

test("an answer may always have no effect, and has one only if the path was queried", () => {
  const { after, responses } = setUp();
  expect(responses(after(), answer("1"))).toEqual([0]);
  const asked = after([transmit("1/1"), PACKET.waits]);
  expect(responses(asked, answer("1"))).toEqual([0, 1]);
  expect(responses(after([transmit("1/1"), PACKET.waits], [answer("1"), 1]), answer("1"))).toEqual([0]);
  const refused = after([transmit("1/1"), PACKET.waits], [answer("1", false), 1]);
  expect(responses(refused, answer("1"))).toEqual([0]);
  expect(responses(refused, transmit("1/1"))).toEqual([PACKET.waits]);
  expect(
    responses(
      after([transmit("1/1"), PACKET.waits], [answer("1", false), 1], [transmit("1/2"), PACKET.waits]),
      answer("1"),
    ),
  ).toEqual([0, 1]);
});

test("packets by the path wait at the path, and are sent by it while it is valid", () => {
  const { after, responses } = setUp();
  const waits = [byPath("1/1"), PACKET.waits] as const;
  expect(responses(after(waits, waits), byPath("1/2"))).toEqual([PACKET.dropped]);
  const known = after(waits, [answer("1"), 1]);
  expect(known.records).toEqual([]);
  expect(responses(known, byPath("1/1"))).toEqual([PACKET.sent]);
  const invalid = after(waits, [answer("1"), 1], [{ kind: "invalidate" }, 0]);
  expect(responses(invalid, byPath("1/1"))).toEqual([PACKET.waits]);
  expect(responses(invalid, transmit("1/1"))).toEqual([PACKET.sent]);
  expect(responses(after(waits, [answer("1"), 1], [{ kind: "invalidate" }, 0], waits), answer("1"))).toEqual([0, 1]);
});

test("a group's packets wait at the group, which is never invalid", () => {
  const { after, responses } = setUp();
  const waits = [transmit("m1"), PACKET.waits] as const;
  expect(after(waits).records).toEqual([]);
  expect(responses(after(waits, waits), transmit("m1"))).toEqual([PACKET.dropped]);
  const joined = after(waits, [answer("m1"), 1], [{ kind: "invalidate" }, 0]);
  expect(joined.paths).toMatchObject([{ gid: "m1", known: true, valid: true, asked: false, waiting: 0 }]);
  expect(responses(joined, transmit("m1"))).toEqual([PACKET.sent]);
  expect(after(waits, [answer("m1"), 1], [transmit("m1"), PACKET.sent]).records).toMatchObject([
    { address: "m1", link: "ready" },
  ]);
  expect([gidOfName("m1"), gidOfName("12/7"), isGroup("m1"), isGroup("12")]).toEqual(["m1", "12", true, false]);
});

test("without memory a packet is dropped, with or without a new path; to a known group it is sent anyway", () => {
  const { model, after, responses } = setUp({ allocationMayFail: true });
  expect(responses(after(), transmit("1/1"))).toEqual([PACKET.dropped, PACKET.dropped, PACKET.waits]);
  expect(model.next(model.initial, transmit("1/1"), PACKET.dropped).map(({ paths }) => paths.length)).toEqual([0, 1]);
  expect(responses(after(), byPath("1/1"))).toEqual([PACKET.waits, PACKET.dropped]);
  expect(responses(after([byPath("1/1"), PACKET.waits]), byPath("1/1"))).toEqual([PACKET.waits]);
  const joined = after([byPath("m1"), PACKET.waits], [answer("m1"), 1]);
  expect(responses(joined, transmit("m1"))).toEqual([PACKET.sent, PACKET.sent]);
  expect(model.next(joined, transmit("m1"), PACKET.sent).map(({ records }) => records.length)).toEqual([0, 1]);
});

test("a record idle for too long may vanish, even during a use; an earlier use prevents it", () => {
  const { after, responses } = setUp();
  const made = [
    [transmit("1/1"), PACKET.waits],
    [answer("1"), 1],
  ] as const;
  expect(responses(after(...made, [advance(60), 160]), get("1/1"))).toEqual([1, 2, 3]);
  expect(responses(after(...made, [advance(61), 161]), get("1/1"))).toEqual([1, 2, 3, 0]);
  expect(responses(after(...made, [advance(61), 161], [get("1/1"), 1]), get("1/1"))).toEqual([1, 0]);
  expect(responses(after(...made, [advance(40), 140], [get("1/1"), 1], [advance(40), 180]), get("1/1"))).toEqual([1]);
  expect(
    responses(after(...made, [advance(40), 140], [transmit("1/1"), PACKET.sent], [advance(40), 180]), get("1/1")),
  ).toEqual([1, 2, 3]);
  expect(responses(after(...made, [advance(61), 161]), transmit("1/1"))).toEqual([PACKET.sent, PACKET.sent]);
});

test("neither a look-up nor a packet dropped at a full queue counts as a use", () => {
  const { after, responses } = setUp({ queueMax: 1 });
  const full = [transmit("1/1"), PACKET.waits] as const;
  expect(
    responses(
      after(full, [advance(40), 140], [get("1/1"), 1], [transmit("1/1"), PACKET.dropped], [advance(40), 180]),
      get("1/1"),
    ),
  ).toEqual([1, 0]);
});

test("the clock wraps", () => {
  const { after, responses } = setUp({ now: 0x7ffffff0 });
  const made = [
    [transmit("1/1"), PACKET.waits],
    [answer("1"), 1],
  ] as const;
  expect(responses(after(...made, [advance(60), -2147483604]), get("1/1"))).toEqual([1, 2, 3]);
  expect(responses(after(...made, [advance(61), -2147483603]), get("1/1"))).toEqual([1, 2, 3, 0]);
});

test("once its path is forgotten a record may vanish, and is gone once the gid's neighbours are", () => {
  const { after, responses } = setUp();
  const made = [
    [transmit("1/1"), PACKET.waits],
    [answer("1"), 1],
    [get("1/1"), 1],
  ] as const;
  expect(responses(after(...made), forget("1"))).toEqual([1]);
  expect(responses(after(...made), forget("2"))).toEqual([0]);
  const forgotten = after(...made, [forget("1"), 1]);
  expect(responses(forgotten, get("1/1"))).toEqual([1, 0]);
  expect(responses(forgotten, transmit("1/1"))).toEqual([PACKET.sent, PACKET.waits]);
  expect(responses(forgotten, transmit("1/2"))).toEqual([PACKET.waits]);
  const remade = after(...made, [forget("1"), 1], [transmit("1/2"), PACKET.waits]);
  expect(responses(remade, get("1/2"))).toEqual([2, 3, 0]); // it will be removed too
  const gone = after(...made, [forget("1"), 1], [deleteByGid("1"), 0]);
  expect(responses(gone, get("1/1"))).toEqual([0]);
  expect(gone.doomed).toEqual([]);
  expect(
    responses(after(...made, [forget("1"), 1], [deleteByGid("1"), 0], [transmit("1/2"), PACKET.waits]), get("1/2")),
  ).toEqual([2, 3]);
});

test("two removals of one gid each remove its neighbours", () => {
  const { after } = setUp();
  const waits = [transmit("1/1"), PACKET.waits] as const;
  const state = after(waits, [forget("1"), 1], [byPath("1/1"), PACKET.waits], [forget("1"), 1], [deleteByGid("1"), 0]);
  expect(state.doomed).toEqual(["1"]);
  expect(after(waits, [deleteByGid("2"), 0]).records).toHaveLength(1);
});

test("a record that its holder removes is gone, and its number is never reused", () => {
  const { after, responses } = setUp();
  const removed = after([transmit("1/1"), PACKET.waits], [get("1/1"), 1], [{ kind: "remove", identity: 1 }, 0]);
  expect(responses(removed, get("1/1"))).toEqual([0]);
  expect(
    responses(
      after(
        [transmit("1/1"), PACKET.waits],
        [get("1/1"), 1],
        [{ kind: "remove", identity: 1 }, 0],
        [transmit("1/1"), PACKET.waits],
        [{ kind: "put" }, 0],
      ),
      get("1/1"),
    ),
  ).toEqual([2, 3]);
});

test("in connected mode packets wait at a record until its connection is up; losing that removes the record", () => {
  const { after, responses } = setUp({ connected: true });
  const asked = [transmit("1/1"), PACKET.waits] as const;
  expect(responses(after(asked), connect("1/1"))).toEqual([0]);
  expect(responses(after(asked), disconnect("1/1"))).toEqual([0]);
  const connecting = [asked, [answer("1"), 1]] as const;
  expect(responses(after(...connecting), transmit("1/1"))).toEqual([PACKET.waits]);
  expect(responses(after(...connecting), transmit("1/2"))).toEqual([PACKET.waits]);
  expect(responses(after(...connecting), connect("1/1"))).toEqual([0, 1]);
  const up = after(...connecting, asked, [connect("1/1"), 1]);
  expect(responses(up, transmit("1/1"))).toEqual([PACKET.sent]);
  expect(responses(up, connect("1/1"))).toEqual([0]);
  expect(up.records).toMatchObject([{ link: "ready", waiting: 0 }]);
  expect(responses(up, disconnect("1/1"))).toEqual([0, 1]);
  expect(after(...connecting, [disconnect("1/1"), 1]).records).toEqual([]);
  expect(responses(up, disconnect("1/2"))).toEqual([0]);
  expect(
    responses(after([byPath("m1"), PACKET.waits], [answer("m1"), 1], [transmit("m1"), PACKET.sent]), disconnect("m1")),
  ).toEqual([0]);
  expect(
    after(
      ...connecting,
      [connect("1/1"), 1],
      [{ kind: "invalidate" }, 0],
      [byPath("1/1"), PACKET.waits],
      [answer("1"), 1],
    ).records,
  ).toMatchObject([{ link: "ready" }]);
});

test("in datagram mode no connection comes up or is lost", () => {
  const { after, responses } = setUp();
  const resolved = after([transmit("1/1"), PACKET.waits], [answer("1"), 1]);
  expect([responses(resolved, connect("1/1")), responses(resolved, disconnect("1/1"))]).toEqual([[0], [0]]);
});

test("a stopped device drops packets, and its records and paths may vanish; a closed one has none", () => {
  const { after, responses } = setUp();
  const made = [
    [transmit("1/1"), PACKET.waits],
    [get("1/1"), 1],
  ] as const;
  const stopped = after(...made, [{ kind: "stop" }, 1]);
  expect(responses(stopped, { kind: "stop" })).toEqual([0]);
  expect([responses(stopped, transmit("1/1")), responses(stopped, byPath("1/1"))]).toEqual([
    [PACKET.dropped],
    [PACKET.dropped],
  ]);
  expect(responses(stopped, get("1/1"))).toEqual([1, 0]);
  expect(responses(stopped, forget("1"))).toEqual([1, 0]);
  expect(responses(after(...made, [{ kind: "stop" }, 1], [{ kind: "close" }, 0]), get("1/1"))).toEqual([0]);
});

test("a cookie's record counts its packets until it is freed", () => {
  const { after, responses } = setUp();
  const [send, free] = [{ kind: "sendByCookie" } as const, { kind: "freeCookie" } as const];
  expect(responses(after([send, 1], [send, 2]), send)).toEqual([3]);
  expect(responses(after([send, 1], [free, 1]), send)).toEqual([1]);
  expect(responses(after(), free)).toEqual([0]);
});

test("states that differ visibly have different keys", () => {
  const { model, after } = setUp({ connected: true });
  const made = [transmit("1/1"), PACKET.waits] as const;
  const states = [
    after(),
    after([advance(1), 101]),
    after(made),
    after(made, made),
    after(made, [get("1/1"), 1]),
    after(made, [get("1/1"), 2]),
    after(made, [get("1/1"), 1], [{ kind: "remove", identity: 1 }, 0]),
    after([transmit("1/2"), PACKET.waits]),
    after(made, [answer("1"), 1]),
    after(made, [answer("1"), 1], [connect("1/1"), 1]),
    after(made, [answer("1", false), 1]),
    after(made, [answer("1"), 1], [{ kind: "invalidate" }, 0]),
    after(made, [forget("1"), 1]),
    after(made, [{ kind: "stop" }, 1]),
    after(made, [{ kind: "stop" }, 1], [{ kind: "close" }, 0]),
    after([byPath("1/1"), PACKET.waits]),
    after([byPath("1/1"), PACKET.waits], [byPath("1/1"), PACKET.waits]),
    after([{ kind: "sendByCookie" }, 1]),
    after(made, [advance(1), 101], [advance(-1), 100]),
  ];
  const keys = states.map((state) => model.key(state));
  expect(new Set(keys).size).toBe(states.length - 1);
  expect(keys.at(-1)).toBe(keys[2]); // the clock's way there leaves no trace
});

test("an operation whose response was not observed may have had any", () => {
  const { model } = setUp();
  expect(model.next(model.initial, answer("1"), undefined)).toEqual([model.initial]);
  expect(model.name).toBe("neighbours");
});
