import { expect, test } from "vitest";
import { casRegister } from "#model/objects/cas-register.ts";
import type { CasRegisterOperation } from "#model/objects/cas-register.ts";
import { kvMap } from "#model/objects/kv-map.ts";
import type { KvOperation } from "#model/objects/kv-map.ts";
import { queue } from "#model/objects/queue.ts";
import { check } from "./check.ts";
import type { HistoryOperation } from "./history.ts";
import { randomHistory } from "./random-history.ts";
import { Random } from "#properties/random.ts";
import { createStreamChecker } from "./stream.ts";
import type { StreamOptions, StreamVerdict } from "./stream.ts";

function streamed<State, Operation, Response>(
  model: Parameters<typeof createStreamChecker<State, Operation, Response>>[0],
  history: readonly HistoryOperation<Operation, Response>[],
  options: StreamOptions,
): StreamVerdict<Operation, Response> {
  const checker = createStreamChecker(model, options);
  for (const item of history) checker.add(item);
  return checker.end();
}

test("however little is held, the verdict and the explanation are those of the whole history", () => {
  const random = new Random(4);
  const operations: KvOperation[] = ["a", "b"].flatMap((key): KvOperation[] => [
    { kind: "get", key },
    { kind: "get", key },
    { kind: "append", key, value: "x" },
    { kind: "append", key, value: "y" },
    { kind: "put", key, value: "x" },
  ]);
  const counts = { holds: 0, violated: 0, unknown: 0 };
  for (let i = 0; i < 400; i += 1) {
    const history = randomHistory(kvMap(""), random, {
      operations,
      responses: [null, "", "x", "y", "xy", "yx", "xx", "xyx"],
      length: 10 + random.below(20),
      clients: 1 + random.below(3),
      wrongOneIn: 60,
    });
    const { kind } = check(history, kvMap(""));
    counts[kind] += 1;
    for (const operationsMax of [1, 5, 1_000]) {
      const verdict = streamed(kvMap(""), history, { operationsMax });
      expect([i, operationsMax, verdict.kind]).toEqual([i, operationsMax, kind]);
      if (verdict.kind !== "violated" || !("orders" in verdict)) continue;
      expect(verdict.operations).toEqual(verdict.indices.map((index) => history[index]));
      expect(verdict.operations.every(({ operation }) => operation.key === verdict.key)).toBe(true);
    }
  }
  expect(counts.holds).toBeGreaterThan(100);
  expect(counts.violated).toBeGreaterThan(60);
});

/** Writes that overlap in pairs, then rest: after each pair the register may hold either. */
function pairs(count: number): HistoryOperation<CasRegisterOperation, number | null>[] {
  return Array.from({ length: count }, (_, i): HistoryOperation<CasRegisterOperation, number | null>[] => [
    { client: 0, operation: { kind: "write", value: 2 * i }, response: null, invokedAt: 4 * i, respondedAt: 4 * i + 2 },
    {
      client: 1,
      operation: { kind: "write", value: 2 * i + 1 },
      response: null,
      invokedAt: 4 * i + 1,
      respondedAt: 4 * i + 3,
    },
  ]).flat();
}

test("settled operations are dropped, down to the states they leave", () => {
  const history = pairs(50_000);
  let read = 0;
  const model = casRegister(0);
  const checker = createStreamChecker(
    { ...model, next: (state, operation, response) => ((read += 1), model.next(state, operation, response)) },
    { operationsMax: 1_000 },
  );
  for (const item of history) checker.add(item);
  expect(read).toBeGreaterThan(150_000); // all but the last stretch was searched while reading
  const before = read;
  // Either write of the last pair may have been the later one.
  checker.add({ client: 2, operation: { kind: "read" }, response: 99_998, invokedAt: 300_000, respondedAt: 300_001 });
  expect(checker.end()).toEqual({ kind: "holds", operations: 100_001, parts: 1, decidedBy: "search" });
  expect(read - before).toBeLessThan(20_000);
});

test("a violation after dropped operations is explained from the states they left", () => {
  const read = (response: number): HistoryOperation<CasRegisterOperation, number | null> => ({
    client: 2,
    operation: { kind: "read" },
    response,
    invokedAt: 9_000,
    respondedAt: 9_001,
  });
  const found = streamed(casRegister(0), [...pairs(2_000), read(7)], { operationsMax: 100 });
  expect(found).toMatchObject({ kind: "violated", indices: expect.arrayContaining([4_000]) });
  const alone = pairs(2_000).filter(({ client }) => client === 0);
  expect(streamed(casRegister(0), [...alone, read(7)], { operationsMax: 100 })).toMatchObject({
    kind: "violated",
    indices: expect.arrayContaining([2_000]),
  });
  // Found while reading; later operations do not matter.
  const early = streamed(
    casRegister(0),
    [...pairs(100), { ...read(7), invokedAt: 500, respondedAt: 501 }, ...pairs(3_000).slice(400)],
    { operationsMax: 100 },
  );
  expect(early).toMatchObject({ kind: "violated", indices: expect.arrayContaining([200]) });
});

test("histories that can never be quiet are kept: pending operations, and containers", () => {
  const pending: HistoryOperation<CasRegisterOperation, number | null> = {
    client: 9,
    operation: { kind: "write", value: -1 },
    response: undefined,
    invokedAt: -1,
    respondedAt: undefined,
  };
  const late: HistoryOperation<CasRegisterOperation, number | null> = {
    client: 2,
    operation: { kind: "read" },
    response: -1,
    invokedAt: 9_000,
    respondedAt: 9_001,
  };
  expect(streamed(casRegister(0), [pending, ...pairs(300), late], { operationsMax: 50 }).kind).toBe("holds");
  const pushes = Array.from({ length: 200 }, (_, i) => ({
    client: 0,
    operation: { kind: "push", value: i } as const,
    response: null,
    invokedAt: 2 * i,
    respondedAt: 2 * i + 1,
  }));
  const pop = (value: number, at: number) => ({
    client: 0,
    operation: { kind: "pop" } as const,
    response: value,
    invokedAt: at,
    respondedAt: at + 1,
  });
  expect(streamed(queue(), [...pushes, pop(0, 1_000)], { operationsMax: 20 })).toMatchObject({
    kind: "holds",
    decidedBy: "monitor",
  });
  expect(streamed(queue(), [...pushes, pop(1, 1_000)], { operationsMax: 20 })).toMatchObject({
    kind: "violated",
    indices: [0, 1, 200],
  });
});

test("operations out of order are sorted while all are held, and reported when it is too late", () => {
  const history = pairs(100);
  expect(streamed(casRegister(0), history.toReversed(), { operationsMax: 10 }).kind).toBe("holds");
  expect(() => streamed(casRegister(0), [...history, ...history.slice(0, 1)], { operationsMax: 10 })).toThrow(
    "operation 201 is invoked at 0, and one before it at 397: so long a history must be in order of invocation",
  );
});

test("a time limit applies to the whole, and unknown states where", () => {
  let now = 0;
  const wide = Array.from({ length: 14 }, (_, i): HistoryOperation<KvOperation, string | null> => ({
    client: i,
    operation: { kind: "append", key: "k", value: `${i};` },
    response: null,
    invokedAt: i,
    respondedAt: 100 + i,
  }));
  const verdict = streamed(kvMap(""), wide, { timeLimit: { ms: 10, now: () => (now += 1) } });
  expect(verdict).toMatchObject({ kind: "unknown", because: "time", key: "k" });
  expect(now).toBeLessThan(40);
});
