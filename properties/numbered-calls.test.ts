import { expect, test } from "vitest";
import { numberedCalls } from "./numbered-calls.ts";

test("each call on each object has a number of its own, asked of the checker once", () => {
  const asked: string[] = [];
  const checker = { internOperation: (operation: string) => asked.push(operation) };
  const { operationId } = numberedCalls(["get", "put"], 2, checker, (call, identity) => `${call} ${identity}`);
  const ids = [0, 1].flatMap((call) => [0, 1, 2].map((identity) => operationId(call, identity)));
  expect(asked).toEqual(["get 0", "get 1", "get 2", "put 0", "put 1", "put 2"]);
  expect([0, 1].flatMap((call) => [0, 1, 2].map((identity) => operationId(call, identity)))).toEqual(ids);
  expect(new Set(ids).size).toBe(6);
  expect(asked).toHaveLength(6);
});

test("a number that is no call's is refused", () => {
  const { callAt } = numberedCalls(["get"], 1, { internOperation: () => 0 }, (call) => call);
  expect(callAt(0)).toBe("get");
  expect(() => callAt(1)).toThrow("operation 1 is none of the scenario's 1");
});
