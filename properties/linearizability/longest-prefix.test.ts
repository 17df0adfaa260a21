import { expect, test } from "vitest";
import type { Model } from "#model/model.ts";
import { kvMap } from "#model/objects/kv-map.ts";
import type { KvOperation } from "#model/objects/kv-map.ts";
import { queue } from "#model/objects/queue.ts";
import { register } from "#model/objects/register.ts";
import { isLinearizableByDefinition } from "./definition.ts";
import type { CheckOptions } from "./check.ts";
import type { History, HistoryOperation } from "./history.ts";
import { longestPrefix, OPERATIONS_MAX } from "./longest-prefix.ts";
import { randomHistory } from "./random-history.ts";
import type { RandomHistoryOptions } from "./random-history.ts";
import { Random } from "#properties/random.ts";
import { createStreamChecker } from "./stream.ts";
import type { StreamVerdict } from "./stream.ts";

/** The history up to a number of responses; the others are pending. */
function firstResponses<Operation, Response>(
  history: History<Operation, Response>,
  count: number,
): HistoryOperation<Operation, Response>[] {
  const times = history.flatMap(({ respondedAt }) => respondedAt ?? []).toSorted((left, right) => left - right);
  const until = times[count - 1] ?? -Infinity;
  return history
    .filter(({ invokedAt }) => invokedAt <= until)
    .map((item) =>
      (item.respondedAt ?? 0) <= until ? item : { ...item, response: undefined, respondedAt: undefined },
    );
}

function explainStream<State, Operation, Response>(
  history: History<Operation, Response>,
  model: Model<State, Operation, Response>,
  options: CheckOptions,
): StreamVerdict<Operation, Response> {
  const checker = createStreamChecker(model, options);
  for (const item of history.toSorted((left, right) => left.invokedAt - right.invokedAt)) checker.add(item);
  return checker.end();
}

function prefixesAreRight<State, Operation, Response>(
  model: Model<State, Operation, Response>,
  options: Omit<RandomHistoryOptions<Operation, Response>, "length" | "clients" | "wrongOneIn">,
): void {
  const random = new Random(31);
  let violated = 0;
  for (let i = 0; i < 500; i += 1) {
    const history = randomHistory(model, random, {
      ...options,
      length: 4 + random.below(4),
      clients: 2 + random.below(2),
      wrongOneIn: 4,
    });
    for (const method of ["automatic", "search"] as const) {
      const found = explainStream(history, model, { method });
      if (found.kind !== "violated" || !("prefix" in found)) continue;
      const part =
        model.partition === undefined
          ? history
          : history.filter(({ operation }) => model.partition?.(operation) === found.key);
      violated += 1;
      const { prefix } = found;
      if (prefix === undefined) expect.fail(`history ${i} has no longest prefix`);
      expect(isLinearizableByDefinition(firstResponses(part, prefix.explained), model)).toBe(true);
      expect(isLinearizableByDefinition(firstResponses(part, prefix.unexplained), model)).toBe(false);
      expect(prefix.unexplained).toBe(prefix.explained + 1);
      expect(prefix.responses).toBe(part.filter(({ respondedAt }) => respondedAt !== undefined).length);
      const next = history[prefix.next];
      expect(part.filter(({ respondedAt = Infinity }) => respondedAt < (next?.respondedAt ?? 0))).toHaveLength(
        prefix.explained,
      );
      expect(prefix.operations).toEqual(prefix.indices.map((index) => history[index]));
    }
  }
  expect(violated).toBeGreaterThan(100);
}

test("the longest prefix is linearizable and one more response is not, by monitor and by search", () => {
  prefixesAreRight(register(0), {
    operations: [{ kind: "read" }, { kind: "write", value: 1 }, { kind: "write", value: 2 }],
    responses: [null, 0, 1, 2],
  });
  prefixesAreRight(queue(), {
    operations: [{ kind: "pop" }, { kind: "push", value: 1 }, { kind: "push", value: 2 }],
    responses: [null, 1, 2],
  });
  const keyed: KvOperation[] = ["a", "b"].flatMap((key): KvOperation[] => [
    { kind: "get", key },
    { kind: "put", key, value: 1 },
  ]);
  prefixesAreRight(kvMap(0), { operations: keyed, responses: [null, 0, 1] });
});

/** Writes and reads of distinct values, the last but one of which is wrong. */
function longHistory(
  pairs: number,
): HistoryOperation<{ kind: "read" } | { kind: "write"; value: number }, number | null>[] {
  return Array.from({ length: pairs }, (_, i) => [
    {
      client: 0,
      operation: { kind: "write", value: i + 1 } as const,
      response: null,
      invokedAt: 4 * i,
      respondedAt: 4 * i + 1,
    },
    {
      client: 1,
      operation: { kind: "read" } as const,
      response: i === pairs - 2 ? 1 : i + 1,
      invokedAt: 4 * i + 2,
      respondedAt: 4 * i + 3,
    },
  ]).flat();
}

test("it is found in long histories, reported with its end, and not searched for in longer ones", () => {
  const history = longHistory(5_000);
  const found = explainStream(history, register(0), {});
  expect(found).toMatchObject({ prefix: { explained: 9_997, responses: 10_000, next: 9_997 } });
  if ("prefix" in found) expect(found.prefix?.indices).toEqual(Array.from({ length: 17 }, (_, i) => 9_981 + i));
  const all = Int32Array.from({ length: OPERATIONS_MAX + 2 }, (_, i) => i);
  expect(
    longestPrefix(longHistory(OPERATIONS_MAX / 2 + 1), register(0), all, undefined, {}, () => false),
  ).toBeUndefined();
  // When time is up, partial knowledge is reported.
  expect(longestPrefix(history, register(0), all.subarray(0, 10_000), undefined, {}, () => true)).toMatchObject({
    explained: 0,
    unexplained: 10_000,
  });
});

test("operations that a stream has dropped count as explained", () => {
  const checker = createStreamChecker(register(0), { operationsMax: 1_000, method: "search" });
  for (const item of longHistory(3_000)) checker.add(item);
  expect(checker.end()).toMatchObject({ kind: "violated", reached: 5_997, prefix: { explained: 5_997, next: 5_997 } });
});
