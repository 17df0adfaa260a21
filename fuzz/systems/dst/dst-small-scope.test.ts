import { expect, test } from "vitest";
import { search } from "#fuzz/search/search.ts";
import { Machine } from "#fuzz/machine/machine.ts";
import { randomWalk } from "#fuzz/strategies/random-walk.ts";
import { dst } from "./dst.ts";
import { dstSmallScope } from "./dst-small-scope.ts";
import { parseScenario } from "../parse-scenario.ts";

test("every initial content of up to two keys is enumerated, with every operation after it", () => {
  const contents = dstSmallScope.initialContents(2);
  expect(contents).toHaveLength(6);
  expect(dstSmallScope.initialContents(1)).toHaveLength(5);
  expect(new Set(contents.map((content) => JSON.stringify(content))).size).toBe(6);
  const operations = [
    ...dstSmallScope.operationsOn(0),
    ...dstSmallScope.operationsOn(1),
    ...dstSmallScope.otherOperations,
  ];
  for (const initial of contents) {
    const scenario = parseScenario(dst, {
      name: "content",
      system: "dst",
      initial,
      threads: [{ name: "only", operations }],
    });
    expect(search(new Machine(dst.compile(scenario)), randomWalk(1), { executionsMax: 3 }).violation).toBeUndefined();
  }
});

test("only a release or a send without a reference is idle", () => {
  const [get, send, release, drop] = dstSmallScope.operationsOn(0);
  if (get === undefined || send === undefined || release === undefined || drop === undefined)
    throw new Error("there are four operations on a key");
  const isIdle = (operation: typeof get, ...before: (typeof get)[]) => dst.smallScope?.isIdle?.(operation, before);
  expect([isIdle(release), isIdle(send), isIdle(get), isIdle(drop)]).toEqual([true, true, false, false]);
  expect([
    isIdle(release, get),
    isIdle(send, get),
    isIdle(release, get, release),
    isIdle(release, get, get, release),
  ]).toEqual([false, false, true, false]);
  const [other] = dstSmallScope.operationsOn(1);
  expect(isIdle(release, ...(other === undefined ? [] : [other]))).toBe(true);
});
