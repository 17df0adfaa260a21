import { expect, test } from "vitest";
import { Machine } from "#fuzz/machine/machine.ts";
import { strategyNamed } from "#fuzz/strategies/strategies.ts";
import { parseScenario } from "../parse-scenario.ts";
import { nativeSync } from "./native-sync.ts";

function compile(initial: readonly object[], operations: readonly object[]) {
  const threads = [{ name: "one", operations }];
  return nativeSync.compile(parseScenario(nativeSync, { name: "alone", system: "native-sync", initial, threads }));
}

test("dying and forgetting do nothing if no thread may die, or if the dead thread would forget itself", () => {
  const program = compile(
    [{ kind: "die" }, { kind: "forget" }],
    [{ kind: "forget" }, { kind: "die" }, { kind: "read" }],
  );
  expect(new Machine(program).run(strategyNamed("random").create({ seed: 1 }))).toBeUndefined();
});

test("a lock that is still held at the end is reported", () => {
  const program = compile([], [{ kind: "increment" }]);
  const watcher = program.watchers.find(({ property }) => property === "lock-is-free");
  const words = program.heap.words.slice();
  expect(watcher?.ended?.(words)).toBeUndefined();
  expect(watcher?.ended?.(words.fill(1))).toMatch(/^the lock at word \d+ is held/u);
});
