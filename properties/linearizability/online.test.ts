import * as fc from "fast-check";
import { expect, test } from "vitest";
import type { Model } from "#model/model.ts";
import { isLinearizableByDefinition } from "./definition.ts";
import { type HistoryEvent, historyOfEvents } from "./event-history.fixture.ts";
import { createOnlineChecker } from "./online.ts";

type Operation = { readonly kind: "push"; readonly value: number } | { readonly kind: "pop" };
const EMPTY = -1;

/** A FIFO queue; the response of a push is 0. */
const queue: Model<readonly number[], Operation, number> = {
  name: "queue",
  initial: [],
  next(state, operation, response) {
    return outcomesOf(state, operation).flatMap((outcome) =>
      response === undefined || response === outcome.response ? [outcome.next] : [],
    );
  },
  key: (state) => state.join(),
};
const queueWithOutcomes: Model<readonly number[], Operation, number> = { ...queue, outcomes: outcomesOf };

function outcomesOf(state: readonly number[], operation: Operation): { response: number; next: readonly number[] }[] {
  if (operation.kind === "push") return [{ response: 0, next: [...state, operation.value] }];
  return [{ response: state[0] ?? EMPTY, next: state.slice(1) }];
}

/** Steps of up to 3 clients: an idle one invokes, a busy one responds. */
const steps = fc.array(
  fc.record({
    client: fc.nat(2),
    push: fc.boolean(),
    value: fc.integer({ min: 1, max: 3 }),
    response: fc.constantFrom(EMPTY, 1, 2, 3),
  }),
  { maxLength: 12 },
);

function eventsOf(
  choices: { client: number; push: boolean; value: number; response: number }[],
): HistoryEvent<Operation, number>[] {
  const open = new Map<number, Operation>();
  return choices.map(({ client, push, value, response }) => {
    const operation = open.get(client);
    if (operation !== undefined) {
      open.delete(client);
      return { kind: "respond", client, response: operation.kind === "push" ? 0 : response };
    }
    const invoked: Operation = push ? { kind: "push", value } : { kind: "pop" };
    open.set(client, invoked);
    return { kind: "invoke", client, operation: invoked };
  });
}

for (const [name, model] of [
  ["a model with outcomes", queueWithOutcomes],
  ["a model without outcomes", queue],
] as const) {
  test(`after every response, the online verdict is that of the definition: ${name}`, () => {
    const roomy = createOnlineChecker(model);
    const cramped = createOnlineChecker(model, { edgesMax: 20 });
    fc.assert(
      fc.property(steps, (choices) => {
        const events = eventsOf(choices);
        roomy.reset();
        cramped.reset();
        for (const [at, event] of events.entries()) {
          const client = Number(event.client);
          if (event.kind === "invoke") {
            roomy.invoke(client, event.operation);
            cramped.invoke(client, event.operation);
            continue;
          }
          const response = event.response ?? 0;
          const expected = isLinearizableByDefinition(historyOfEvents(events.slice(0, at + 1)), model);
          expect(roomy.respond(client, response)).toBe(expected);
          expect(cramped.respond(client, response)).toBe(expected);
          expect(roomy.stillPossible).toBe(expected);
        }
      }),
      { seed: 1, numRuns: 2_000 },
    );
    expect(cramped.statistics.restarts).toBeGreaterThan(10);
    expect(roomy.statistics.restarts).toBe(0);
  });
}

test("the verdict of a known history comes from the table, whichever threads made it", () => {
  const checker = createOnlineChecker(queue, { responseOf: (word) => word });
  const push = checker.internOperation({ kind: "push", value: 1 });
  const pop = checker.internOperation({ kind: "pop" });
  const run = (first: number, second: number, popped: number): boolean => {
    checker.reset();
    checker.invokeId(first, push);
    checker.invokeId(second, pop);
    checker.respondWord(first, 0);
    return checker.respondWord(second, popped);
  };
  expect([run(0, 1, 1), run(0, 1, 2), run(0, 1, EMPTY)]).toEqual([true, false, true]);
  const { computed } = checker.statistics;
  expect([run(5, 300, 1), run(7, 0, 2), run(1, 0, EMPTY)]).toEqual([true, false, true]);
  expect(checker.statistics.computed).toBe(computed);
});

test("an impossible response stays impossible until reset, and later events cost nothing", () => {
  const checker = createOnlineChecker(queue);
  checker.invoke(0, { kind: "pop" });
  expect(checker.respond(0, 7)).toBe(false);
  checker.invoke(0, { kind: "push", value: 7 });
  expect(checker.respond(0, 0)).toBe(false);
  expect(checker.stillPossible).toBe(false);
  checker.reset();
  expect(checker.stillPossible).toBe(true);
  checker.invoke(0, { kind: "pop" });
  expect(checker.respondId(0, checker.internResponse(EMPTY))).toBe(true);
});

test("misuse is reported", () => {
  const checker = createOnlineChecker(queue, { configurationsMax: 10 });
  expect(() => checker.respond(3, 0)).toThrow("thread 3 responds, but has no operation open");
  checker.invoke(3, { kind: "pop" });
  expect(() => checker.invoke(3, { kind: "pop" })).toThrow(
    "thread 3 invokes an operation while another one of it is open",
  );
  expect(() => checker.respondWord(3, 0)).toThrow("respondWord: this checker was made without responseOf");
  checker.reset();
  expect(() => {
    checker.invokeId(0, 99);
    checker.respond(0, 0);
  }).toThrow("operation 99 was not given a number by this checker");
  checker.reset();
  for (let value = 0; value < 4; value += 1) checker.invoke(value, { kind: "push", value });
  expect(() => checker.respond(0, 0)).toThrow("more than configurationsMax 10 configurations after one event of queue");
  checker.reset();
  for (let thread = 0; thread < 30; thread += 1) checker.invoke(thread, { kind: "pop" });
  expect(() => checker.invoke(30, { kind: "pop" })).toThrow("more than 30 operations open at once");
});
