import { expect, test } from "vitest";
import { casRegister } from "#model/objects/cas-register.ts";
import type { CasRegisterOperation } from "#model/objects/cas-register.ts";
import type { Model } from "#model/model.ts";
import { multiRegister } from "#model/objects/multi-register.ts";
import type { MultiRegisterOperation } from "#model/objects/multi-register.ts";
import { queue } from "#model/objects/queue.ts";
import { check } from "./check.ts";
import { quiescentHistory, unorderedHistory } from "./conditions.ts";
import type { History, HistoryOperation } from "./history.ts";
import { checkIntervals } from "./interval.ts";
import type { IntervalModel } from "./interval.ts";
import { randomHistory } from "./random-history.ts";
import { Random } from "#properties/random.ts";
import { checkSequentialConsistency } from "./sequential-consistency.ts";

function done<Operation, Response>(
  client: number,
  operation: Operation,
  response: Response,
  invokedAt: number,
  respondedAt: number,
): HistoryOperation<Operation, Response> {
  return { client, operation, response, invokedAt, respondedAt };
}

const read = { kind: "read" } as const;
const write = (value: number) => ({ kind: "write", value }) as const;

/** Every order that keeps each client's order. A pending operation counts as a client's last. */
function isSequentiallyConsistentByDefinition<State, Operation, Response>(
  history: History<Operation, Response>,
  model: Model<State, Operation, Response>,
): boolean {
  const explains = (left: History<Operation, Response>, state: State): boolean =>
    left.every(({ respondedAt }) => respondedAt === undefined) ||
    left.some(
      (item) =>
        !left.some(
          (other) =>
            other.client === item.client && other.invokedAt < item.invokedAt && other.respondedAt !== undefined,
        ) &&
        model.next(state, item.operation, item.respondedAt === undefined ? undefined : item.response).some((next) =>
          explains(
            left.filter((other) => other !== item),
            next,
          ),
        ),
    );
  return explains(history, model.initial);
}

test("a stale read by another client is sequentially consistent, by the writer itself it is not", () => {
  const stale = (client: number): History<CasRegisterOperation, number | null> => [
    done(0, write(1), null, 0, 1),
    done(client, read, 0, 2, 3),
  ];
  expect(check(stale(1), casRegister(0)).kind).toBe("violated");
  expect(checkSequentialConsistency(stale(1), casRegister(0)).kind).toBe("holds");
  expect(checkSequentialConsistency(stale(0), casRegister(0))).toMatchObject({
    kind: "violated",
    because: "no order that keeps each client's own explains more than 1 of 2 operations",
  });
});

test("sequential consistency is decided as by definition", () => {
  const random = new Random(3);
  const operations: CasRegisterOperation[] = [read, write(1), write(2), { kind: "cas", old: 1, new: 2 }];
  const counts = { holds: 0, violated: 0, unknown: 0 };
  for (let i = 0; i < 2_000; i += 1) {
    const history = randomHistory(casRegister(0), random, {
      operations,
      responses: [null, 0, 1, 2, true, false],
      length: 3 + random.below(5),
      clients: 2 + random.below(2),
      wrongOneIn: 3,
    });
    const { kind } = checkSequentialConsistency(history, casRegister(0));
    counts[kind] += 1;
    expect(kind).toBe(isSequentiallyConsistentByDefinition(history, casRegister(0)) ? "holds" : "violated");
  }
  expect(counts.holds).toBeGreaterThan(200);
  expect(counts.violated).toBeGreaterThan(200);
});

test("a bound or a limit leaves sequential consistency unknown", () => {
  const history = Array.from({ length: 12 }, (_, i) => done(i, { kind: "push", value: i } as const, null, i, 100));
  const popped = [done(20, { kind: "pop" } as const, 3, 101, 102), done(20, { kind: "pop" } as const, 3, 103, 104)];
  expect(checkSequentialConsistency([...history, ...popped], queue(), { configurationsMax: 500 })).toMatchObject({
    kind: "unknown",
    because: "memory",
    operations: 14,
  });
  expect(
    checkSequentialConsistency([...history, ...popped], queue(), { timeLimit: { ms: 0, now: () => 1 } }),
  ).toMatchObject({ kind: "unknown", because: "time" });
});

test("quiescent consistency orders operations only across a moment of rest", () => {
  // The writes do not overlap, but the third client's operation spans both: there is no rest between them.
  const spanned: History<CasRegisterOperation, number | null> = [
    done(2, read, 0, 0, 9),
    done(0, write(1), null, 1, 2),
    done(1, write(2), null, 3, 4),
    done(0, read, 1, 10, 11),
  ];
  expect(check(spanned, casRegister(0)).kind).toBe("violated");
  expect(check(quiescentHistory(spanned), casRegister(0)).kind).toBe("holds");
  const rested: History<CasRegisterOperation, number | null> = [
    done(0, write(1), null, 0, 1),
    done(1, write(2), null, 2, 3),
    done(0, read, 1, 4, 5),
  ];
  expect(check(quiescentHistory(rested), casRegister(0)).kind).toBe("violated");
  expect(check(quiescentHistory(spanned), casRegister(0), { method: "search" }).kind).toBe("holds");
});

test("with a pending operation there is never rest again", () => {
  const pending: HistoryOperation<CasRegisterOperation, number | null> = {
    client: 9,
    operation: write(7),
    response: undefined,
    invokedAt: 0,
    respondedAt: undefined,
  };
  const history: History<CasRegisterOperation, number | null> = [
    pending,
    done(0, write(1), null, 1, 2),
    done(1, write(2), null, 3, 4),
    done(0, read, 1, 5, 6),
  ];
  expect(check(history, casRegister(0)).kind).toBe("violated");
  expect(check(quiescentHistory(history), casRegister(0)).kind).toBe("holds");
});

test("transactions may be serializable without being strictly serializable", () => {
  const transfer = [
    { kind: "write", key: "x", value: 1 },
    { kind: "write", key: "y", value: 1 },
  ] as const;
  const look = [
    { kind: "read", key: "x" },
    { kind: "read", key: "y" },
  ] as const;
  const late: History<MultiRegisterOperation, readonly number[]> = [
    done(0, transfer, [], 0, 1),
    done(1, look, [0, 0], 2, 3),
  ];
  expect(check(late, multiRegister(0)).kind).toBe("violated");
  expect(check(unorderedHistory(late), multiRegister(0)).kind).toBe("holds");
  const torn: History<MultiRegisterOperation, readonly number[]> = [
    done(0, transfer, [], 0, 1),
    done(1, look, [1, 0], 2, 3),
  ];
  expect(check(unorderedHistory(torn), multiRegister(0)).kind).toBe("violated");
});

/** Two operations that overlap may exchange their values; one alone returns null. */
const exchanger: IntervalModel<null, number, number | null> = {
  name: "exchanger",
  initial: null,
  key: () => "",
  next(state, begins, ends) {
    if (begins.length !== ends.length || begins.length > 2) return [];
    const fits = ends.every(
      ({ id, response }) =>
        response === undefined || response === (ends.find((other) => other.id !== id)?.operation ?? null),
    );
    return fits ? [state] : [];
  },
};

test("two exchanges that overlap may take effect together, two that do not may not", () => {
  expect(checkIntervals([done(0, 1, 2, 0, 2), done(1, 2, 1, 1, 3)], exchanger)).toEqual({ kind: "holds" });
  expect(checkIntervals([done(0, 1, 2, 0, 1), done(1, 2, 1, 2, 3)], exchanger)).toEqual({
    kind: "violated",
    impossible: 0,
  });
  expect(checkIntervals([done(0, 1, null, 0, 2), done(1, 2, null, 1, 3)], exchanger)).toEqual({ kind: "holds" });
  expect(checkIntervals([done(0, 1, 2, 0, 3), done(1, 2, 1, 1, 4), done(2, 3, 1, 2, 5)], exchanger)).toEqual({
    kind: "violated",
    impossible: 2,
  });
  expect(
    checkIntervals(
      [{ client: 0, operation: 1, response: undefined, invokedAt: 0, respondedAt: undefined }, done(1, 2, 1, 1, 3)],
      exchanger,
    ),
  ).toEqual({ kind: "holds" });
});

interface Snapshot {
  readonly written: readonly number[];
}

/**
 * Writes a value, and returns all values written at some point before the end: operations may see one another, over
 * several points.
 */
const writeSnapshot: IntervalModel<Snapshot, number, string> = {
  name: "write-snapshot",
  initial: { written: [] },
  key: ({ written }) => written.join(),
  next({ written }, begins, ends) {
    const now = [...written, ...begins.map(({ operation }) => operation)].toSorted();
    const fits = ends.every(({ response }) => response === undefined || response === now.join());
    return fits ? [{ written: now }] : [];
  },
};

test("an operation may take effect over several points where no single point explains it", () => {
  // 1 and 2 see each other; 3 begins with them, and sees 4, which begins after they have ended: 3 spans two points.
  const history = [
    done(0, 1, "1,2,3", 0, 4),
    done(1, 2, "1,2,3", 1, 5),
    done(2, 3, "1,2,3,4", 2, 9),
    done(3, 4, "1,2,3,4", 6, 8),
  ];
  expect(checkIntervals(history, writeSnapshot)).toEqual({ kind: "holds" });
  expect(checkIntervals([done(0, 1, "1,2", 0, 1), done(1, 2, "1,2", 2, 3)], writeSnapshot)).toEqual({
    kind: "violated",
    impossible: 0,
  });
  expect(checkIntervals(history, writeSnapshot, { configurationsMax: 3 })).toEqual({
    kind: "unknown",
    because: "memory",
  });
});
