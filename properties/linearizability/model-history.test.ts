import { expect, test } from "vitest";
import { counter, type CounterOperation } from "#model/objects/counter.ts";
import { modelHistory } from "./model-history.ts";

const operations: readonly CounterOperation[] = [{ kind: "increment" }, { kind: "read" }];
const history = modelHistory(counter(), {
  operations,
  responseOf: (word) => (word === -1 ? null : word),
  describe: ({ kind }) => kind,
});

test("a history that some order explains is let through", () => {
  history.reset();
  history.invoke(0, 0);
  history.invoke(1, 1);
  expect(history.respond(1, 1)).toBeUndefined();
  expect(history.respond(0, -1)).toBeUndefined();
});

test("a read that misses an increment which had ended is named, with its answer", () => {
  history.reset();
  history.invoke(0, 0);
  expect(history.respond(0, -1)).toBeUndefined();
  history.invoke(1, 1);
  expect(history.respond(1, 0)).toBe("read answers 0, and no order of the operations explains that");
});

test("a reset forgets what was violated", () => {
  history.reset();
  history.invoke(0, 1);
  expect(history.respond(0, 0)).toBeUndefined();
});

test("a number that no operation has is refused", () => {
  history.reset();
  expect(() => history.invoke(0, 2)).toThrow("operation 2 is none of the program's 2");
});
