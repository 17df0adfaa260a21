import { expect, test } from "vitest";
import { bank } from "#model/objects/bank.ts";
import type { BankOperation } from "#model/objects/bank.ts";
import { counter } from "#model/objects/counter.ts";
import type { CounterOperation } from "#model/objects/counter.ts";
import { casRegister } from "#model/objects/cas-register.ts";
import type { CasRegisterOperation } from "#model/objects/cas-register.ts";
import type { ContainerOperation } from "#model/objects/containers.ts";
import { deque } from "#model/objects/deque.ts";
import type { DequeOperation } from "#model/objects/deque.ts";
import { keyed } from "#model/objects/keyed.ts";
import type { KeyedOperation } from "#model/objects/keyed.ts";
import { kvMap } from "#model/objects/kv-map.ts";
import type { KvOperation } from "#model/objects/kv-map.ts";
import type { Model } from "#model/model.ts";
import { multiRegister } from "#model/objects/multi-register.ts";
import { mutex } from "#model/objects/mutex.ts";
import type { Scalar } from "#model/object-shape.ts";
import { ownerMutex } from "#model/objects/owner-mutex.ts";
import { priorityQueue } from "#model/objects/priority-queue.ts";
import { queue } from "#model/objects/queue.ts";
import { register } from "#model/objects/register.ts";
import type { RegisterOperation } from "#model/objects/register.ts";
import { set } from "#model/objects/set.ts";
import { snapshotSet } from "#model/objects/snapshot-set.ts";
import type { SnapshotSetOperation } from "#model/objects/snapshot-set.ts";
import { stack } from "#model/objects/stack.ts";
import { check } from "./check.ts";
import { isLinearizableByDefinition } from "./definition.ts";
import type { HistoryOperation } from "./history.ts";
import { randomHistory } from "./random-history.ts";
import type { RandomHistoryOptions } from "./random-history.ts";
import { Random } from "#properties/random.ts";
import { ModelError } from "./steps.ts";

const EXECUTIONS = 2_000;

function agrees<State, Operation, Response>(
  model: Model<State, Operation, Response>,
  options: Omit<RandomHistoryOptions<Operation, Response>, "length" | "clients" | "wrongOneIn">,
  wrongOneIn = 12,
): void {
  const random = new Random(5);
  const counts = { holds: 0, violated: 0 };
  for (let i = 0; i < EXECUTIONS; i += 1) {
    const history = randomHistory(model, random, {
      ...options,
      length: 3 + random.below(6),
      clients: 2 + random.below(4),
      wrongOneIn,
    });
    const expected = isLinearizableByDefinition(history, model) ? "holds" : "violated";
    counts[expected] += 1;
    for (const checkOptions of [
      {},
      { method: "search" },
      { keys: "whole" },
      { method: "search", keys: "whole" },
    ] as const) {
      const { kind } = check(history, model, checkOptions);
      if (kind !== expected)
        expect.fail(
          `${model.name}, history ${i}, ${JSON.stringify(checkOptions)}: ${kind}, ` +
            `and by definition ${expected}\n${JSON.stringify(history)}`,
        );
    }
  }
  expect(counts.holds).toBeGreaterThan(EXECUTIONS / 10);
  expect(counts.violated).toBeGreaterThan(EXECUTIONS / 20);
}

test("a cas register is decided as by definition", () => {
  const operations: CasRegisterOperation[] = [
    { kind: "read" },
    { kind: "write", value: 1 },
    { kind: "write", value: 2 },
    { kind: "cas", old: 1, new: 2 },
    { kind: "cas", old: 0, new: 1 },
    { kind: "cas", old: 1, new: 1 },
  ];
  agrees(casRegister(0), { operations, responses: [null, 0, 1, 2, true, false] });
});

test("a queue with repeated values is decided as by definition", () => {
  const operations: ContainerOperation[] = [
    { kind: "pop" },
    { kind: "pop" },
    { kind: "push", value: 1 },
    { kind: "push", value: 2 },
  ];
  agrees(queue(), { operations, responses: [null, 1, 2] });
});

test("a map that grows and is replaced is decided as by definition, split by key or whole", () => {
  const operations: KvOperation[] = ["a", "b"].flatMap((key): KvOperation[] => [
    { kind: "get", key },
    { kind: "get", key },
    { kind: "append", key, value: "x" },
    { kind: "append", key, value: "y" },
    { kind: "put", key, value: "x" },
  ]);
  agrees(kvMap(""), { operations, responses: [null, "", "x", "y", "xy", "yx", "xx"] });
});

test("a set is decided as by definition", () => {
  agrees(set(), {
    operations: (["add", "remove", "has"] as const).flatMap((kind) => [1, 2].map((key) => ({ kind, key }))),
    responses: [true, false],
  });
});

test("transactions on several registers are decided as by definition", () => {
  const read = (key: string) => ({ kind: "read", key }) as const;
  const write = (key: string, value: number) => ({ kind: "write", key, value }) as const;
  const operations = [
    [read("x"), read("y")],
    [write("x", 1), write("y", 1)],
    [read("x"), write("x", 2)],
    [write("y", 2), read("x")],
  ];
  agrees(multiRegister(0), { operations, responses: [[], [0], [1], [2], [0, 0], [1, 1], [0, 1], [2, 1]] });
});

test("objects of one kind, each with a key, are decided as by definition", () => {
  const operations = ["a", 1].flatMap((key) =>
    ([{ kind: "pop" }, { kind: "push", value: 1 }, { kind: "push", value: 2 }] as const).map((operation) => ({
      key,
      operation,
    })),
  );
  agrees<unknown, KeyedOperation<ContainerOperation>, Scalar>(keyed(queue()), { operations, responses: [null, 1, 2] });
});

test("a bounded deque, a lock with owner and a counter that adds are decided as by definition", () => {
  const operations: DequeOperation[] = [
    { kind: "push-front", value: 1 },
    { kind: "push-back", value: 2 },
    { kind: "pop-front" },
    { kind: "pop-back" },
  ];
  agrees(deque(2), { operations, responses: [null, false, 1, 2] });
  const possible: readonly (null | false)[] = [null, false];
  agrees(ownerMutex(), {
    operations: (["acquire", "release"] as const).flatMap((kind) => ["a", "b"].map((owner) => ({ kind, owner }))),
    responses: possible,
  });
  const additions: CounterOperation[] = [
    { kind: "increment", by: 5 },
    { kind: "add-and-get", by: -1 },
    { kind: "read" },
  ];
  agrees(counter(), { operations: additions, responses: [null, 0, 5, 4, -1] });
});

test("reads of a whole set, and of a bank whose balances its first read gives, are decided as by definition", () => {
  const operations: SnapshotSetOperation[] = [
    { kind: "add", key: 1 },
    { kind: "add", key: 2 },
    { kind: "remove", key: 1 },
    { kind: "read" },
  ];
  agrees(snapshotSet(), { operations, responses: [true, false, [], [1], [2, 1]] });
  const transfers: BankOperation[] = [
    { kind: "transfer", from: "a", to: "b", amount: 1 },
    { kind: "transfer", from: "b", to: "a", amount: 2 },
    { kind: "read" },
  ];
  agrees(bank({ overdraft: "refused" }), {
    operations: transfers,
    responses: [null, { a: 2, b: 1 }, { a: 1, b: 2 }, { b: 3 }],
  });
});

test("a bank with unknown initial balances is decided as if the right ones were known", () => {
  const random = new Random(9);
  const operations: BankOperation[] = [
    { kind: "transfer", from: "a", to: "b", amount: 1 },
    { kind: "transfer", from: "b", to: "a", amount: 2 },
    { kind: "read" },
  ];
  const counts = { holds: 0, violated: 0 };
  for (let i = 0; i < 300; i += 1) {
    const [a, b] = [random.below(4), random.below(4)];
    const history = randomHistory(bank({ initial: { a, b }, overdraft: "refused" }), random, {
      operations,
      responses: [null, { a: 2, b: 1 }, { a: 1, b: 2 }, { b: 3 }, { a: 3 }],
      length: 3 + random.below(3),
      clients: 2,
      wrongOneIn: 6,
    });
    // Six operations of at most 2 ask for at most 12 in an account.
    const known = Array.from({ length: 13 * 13 }, (_, n) => ({ a: n % 13, b: Math.floor(n / 13) }));
    const expected = known.some((initial) =>
      isLinearizableByDefinition(history, bank({ initial, overdraft: "refused" })),
    )
      ? "holds"
      : "violated";
    counts[expected] += 1;
    expect([i, check(history, bank({ overdraft: "refused" })).kind]).toEqual([i, expected]);
  }
  expect(Math.min(counts.holds, counts.violated)).toBeGreaterThan(50);
});

test("a model with several next states is decided as by definition", () => {
  /** A bag: pop takes any value, or returns null although it is not empty. */
  const bag: Model<readonly number[], ContainerOperation, number | null> = {
    name: "bag",
    initial: [],
    next(state, operation, response) {
      if (operation.kind === "push") return [[...state, Number(operation.value)].toSorted()];
      const taken = state.map((value, at) => ({ value, next: state.toSpliced(at, 1) }));
      return [
        ...(response === null || response === undefined ? [state] : []),
        ...taken.flatMap(({ value, next }) => (response === undefined || response === value ? [next] : [])),
      ];
    },
    key: (state) => state.join(),
  };
  agrees(
    bag,
    { operations: [{ kind: "pop" }, { kind: "push", value: 1 }, { kind: "push", value: 2 }], responses: [null, 1, 2] },
    4,
  );
});

/** The same operations at other times: between whole numbers, and some at equal times, so that they overlap. */
function retimed<Operation, Response>(
  history: HistoryOperation<Operation, Response>[],
): HistoryOperation<Operation, Response>[] {
  const time = (at: number): number => Math.floor(at / 2) + 0.25;
  return history.map((item) => ({
    ...item,
    invokedAt: time(item.invokedAt),
    respondedAt: item.respondedAt === undefined ? undefined : time(item.respondedAt),
  }));
}

function agreesAtEqualTimes<State, Operation, Response>(
  model: Model<State, Operation, Response>,
  operations: readonly Operation[],
  responses: readonly Response[],
): void {
  const random = new Random(8);
  const counts = { holds: 0, violated: 0 };
  for (let i = 0; i < EXECUTIONS / 2; i += 1) {
    const history = retimed(
      randomHistory(model, random, {
        operations,
        responses,
        length: 2 + random.below(6),
        clients: 2 + random.below(3),
        wrongOneIn: 6,
      }),
    );
    const expected = isLinearizableByDefinition(history, model) ? "holds" : "violated";
    counts[expected] += 1;
    expect([i, check(history, model).kind]).toEqual([i, expected]);
    expect([i, check(history, model, { method: "search" }).kind]).toEqual([i, expected]);
  }
  expect(Math.min(counts.holds, counts.violated)).toBeGreaterThan(EXECUTIONS / 40);
}

test("operations at equal times overlap, by monitor and by search", () => {
  const registerOperations: RegisterOperation[] = [
    { kind: "read" },
    { kind: "read" },
    ...[1, 2, 3, 4].map((value) => ({ kind: "write", value }) as const),
  ];
  const counterOperations: CounterOperation[] = [{ kind: "increment" }, { kind: "read" }];
  const containerOperations: ContainerOperation[] = [
    { kind: "pop" },
    { kind: "pop" },
    { kind: "push", value: 1 },
    { kind: "push", value: 2 },
    { kind: "push", value: 3 },
    { kind: "push", value: 4 },
  ];
  for (const model of [queue(), stack(), priorityQueue()])
    agreesAtEqualTimes(model, containerOperations, [null, 1, 2, 3, 4]);
  agreesAtEqualTimes(register(0), registerOperations, [0, 1, 2, 3, 4, null]);
  agreesAtEqualTimes(
    set(),
    (["add", "remove", "has"] as const).map((kind) => ({ kind, key: 1 })),
    [true, false],
  );
  agreesAtEqualTimes(counter(), counterOperations, [null, 0, 1, 2, 3, -1]);
});

test("a mutex that two clients hold at once is a violation, unless a release is pending", () => {
  const held = (client: number, at: number): HistoryOperation<{ kind: "acquire" | "release" }, null> => ({
    client,
    operation: { kind: "acquire" },
    response: null,
    invokedAt: at,
    respondedAt: at + 1,
  });
  expect(check([held(0, 0), held(1, 2)], mutex())).toMatchObject({ kind: "violated", impossible: 1 });
  expect(
    check(
      [
        held(0, 0),
        { client: 2, operation: { kind: "release" }, response: undefined, invokedAt: 1, respondedAt: undefined },
        held(1, 2),
      ],
      mutex(),
    ).kind,
  ).toBe("holds");
});

/** Writes of distinct values that never return, then the reads that saw the later half of them. */
function crashedWrites(count: number): HistoryOperation<CasRegisterOperation, number | null>[] {
  const crashed = Array.from({ length: count }, (_, i): HistoryOperation<CasRegisterOperation, number | null> => ({
    client: i,
    operation: { kind: "write", value: i },
    response: undefined,
    invokedAt: i,
    respondedAt: undefined,
  }));
  const reads = crashed
    .slice(count / 2)
    .map(({ client }, i): HistoryOperation<CasRegisterOperation, number | null> => ({
      client: "reader",
      operation: { kind: "read" },
      response: Number(client),
      invokedAt: count + 2 * i,
      respondedAt: count + 2 * i + 1,
    }));
  return [...crashed, ...reads];
}

test("a hundred crashed writes are decided either way, at once", () => {
  const history = crashedWrites(100);
  expect(check(history, casRegister(null), { method: "search" }).kind).toBe("holds");
  const last = history.at(-1);
  if (last === undefined) throw new Error("empty");
  const again = { ...last, response: 60, invokedAt: 900, respondedAt: 901 };
  expect(check([...history, again], casRegister(null), { method: "search" })).toMatchObject({
    kind: "violated",
    impossible: history.length,
  });
});

/** Pushes that all overlap, then pops in a shuffled order: wide, and only one order explains it. */
function overlappingPushes(
  count: number,
  popped: (values: number[]) => number[],
): HistoryOperation<ContainerOperation, number | null>[] {
  const values = Array.from({ length: count }, (_, i) => i + 1);
  const pushes = values.map((value): HistoryOperation<ContainerOperation, number | null> => ({
    client: value,
    operation: { kind: "push", value },
    response: null,
    invokedAt: value,
    respondedAt: 100 + value,
  }));
  const pops = popped(values).map((value, i): HistoryOperation<ContainerOperation, number | null> => ({
    client: "popper",
    operation: { kind: "pop" },
    response: value,
    invokedAt: 300 + 2 * i,
    respondedAt: 301 + 2 * i,
  }));
  return [...pushes, ...pops];
}

test("a bound ends the search with its progress, and depth first succeeds where breadth does not fit", () => {
  const history = overlappingPushes(12, (values) => values.toReversed());
  const bounded = check(history, queue(), { method: "search", configurationsMax: 1_000 });
  expect(bounded).toMatchObject({ kind: "unknown", because: "memory", operations: 24 });
  if (bounded.kind === "unknown") expect(bounded.open.length).toBeGreaterThan(5);
  const easy = overlappingPushes(12, (values) => values);
  expect(check(easy, queue(), { method: "search", configurationsMax: 50_000 }).kind).toBe("holds");
});

test("breadth and depth in turn decide wide histories, whatever the order they need", () => {
  const shuffled = (values: number[]): number[] => values.map((_, i) => values[(i * 5 + 3) % values.length] ?? 0);
  for (const order of [(values: number[]) => values.toReversed(), shuffled]) {
    const history = overlappingPushes(8, order);
    expect(check(history, queue(), { method: "search" }).kind).toBe("holds");
    const twice = history.map((item) => (item.response === 4 ? { ...item, response: 5 } : item));
    const impossible = twice.findLastIndex(({ response }) => response === 5);
    expect(check(twice, queue(), { method: "search" })).toMatchObject({ kind: "violated", impossible });
  }
});

test("a time limit is kept, by the given clock", () => {
  const history = overlappingPushes(14, (values) => values.toReversed());
  let now = 0;
  const verdict = check(history, queue(), {
    method: "search",
    timeLimit: {
      ms: 20,
      now() {
        now += 1;
        return now;
      },
    },
  });
  expect(verdict).toMatchObject({ kind: "unknown", because: "time" });
  expect(now).toBeLessThan(40);
});

test("the states of a long history are dropped behind its front", () => {
  const history = Array.from(
    { length: 300_000 },
    (_, i): HistoryOperation<{ kind: "write"; value: number } | { kind: "read" }, number | null> =>
      i % 2 === 0
        ? {
            client: i % 3,
            operation: { kind: "write", value: i },
            response: null,
            invokedAt: 2 * i,
            respondedAt: 2 * i + 1,
          }
        : { client: i % 3, operation: { kind: "read" }, response: i - 1, invokedAt: 2 * i, respondedAt: 2 * i + 1 },
  );
  let kept = 0;
  const model = register(0);
  const counting: typeof model = { ...model, key: (state) => ((kept += 1), model.key(state)) };
  expect(check(history, counting, { method: "search" }).kind).toBe("holds");
  expect(kept).toBeLessThan(900_000);
});

test("an operation that responds before it is invoked is reported", () => {
  const history = [{ client: 7, operation: { kind: "read" }, response: 0, invokedAt: 5, respondedAt: 3 }] as const;
  expect(() => check(history, register(0), { method: "search" })).toThrow(
    "operation 0 of client 7 responds at 3, before its invocation at 5",
  );
  expect(() => check(history, register(0))).toThrow(
    "operation 0 of client 7 responds at 3, before its invocation at 5",
  );
});

test("a model that throws, or is not deterministic as declared, is a fault", () => {
  const history = [{ client: 0, operation: { kind: "read" }, response: 0, invokedAt: 0, respondedAt: 1 }] as const;
  const base: Model<number, { kind: "read" }, number> = {
    name: "mine",
    initial: 0,
    next: () => [0],
    key: (state) => state,
  };
  expect(() =>
    check(history, {
      ...base,
      next: () => {
        throw new Error("no such key");
      },
    }),
  ).toThrow(new ModelError("mine", 'throws at {"kind":"read"} answering 0: no such key'));
  expect(() => check(history, { ...base, deterministic: true, next: () => [0, 1] })).toThrow(
    "model mine says that it is deterministic, and",
  );
  let calls = 0;
  expect(() => check(history, { ...base, deterministic: true, next: () => [(calls += 1)] })).toThrow(
    "asked twice in one state",
  );
  expect(check(history, { ...base, deterministic: true }).kind).toBe("holds");
});
