/** The native target's lock and RCU in every execution, under strong and weak memory. */
import { expect, test } from "vitest";
import { search } from "#fuzz/search/search.ts";
import { explore, type ExplorerModel } from "#fuzz/explore/explore.ts";
import { Machine } from "#fuzz/machine/machine.ts";
import { nativeSync } from "#fuzz/systems/native-sync/native-sync.ts";
import { parseScenario } from "#fuzz/systems/parse-scenario.ts";
import type { Scenario } from "#fuzz/systems/scenario.ts";
import { strategyNamed } from "#fuzz/strategies/strategies.ts";
import { type Access, assertHolds, loadAcquire, read, storeRelease, write } from "#impl/memory/access.ts";
import { acquireLock, releaseLock } from "#impl/native/lock.ts";
import { awaitGracePeriod, goOffline, passQuiescentState, ThreadSlot } from "#impl/native/rcu.ts";

for (const model of ["sc", "tso", "ra"] satisfies ExplorerModel[]) {
  test(`two threads exclude each other in every execution under ${model}`, () => {
    const [list, lock, counter] = [1, 3, 4];
    const counts: number[] = [];
    const result = explore(
      {
        threads: [1, 2].map(
          (me) =>
            function* (): Access {
              yield* acquireLock(lock, me, list);
              const count = (yield read(counter)) + 1;
              yield write(counter, count);
              yield* releaseLock(lock, list);
              counts[me] = count;
            },
        ),
      },
      { model, onExecution: () => void expect(counts.slice(1).toSorted()).toEqual([1, 2]), executionsMax: 20_000 },
    );
    expect(result.complete).toBe(true);
    expect(result.executions).toBeGreaterThan(10);
  });
}

test("no thread sleeps for ever: two threads at a lock, under every schedule", () => {
  const scenario: Scenario<unknown> = {
    name: "meeting",
    system: "native-sync",
    initial: [],
    threads: ["first", "second"].map((name) => ({ name, operations: [{ kind: "increment" }] })),
  };
  const machine = new Machine(nativeSync.compile(parseScenario(nativeSync, scenario)));
  const result = search(machine, strategyNamed("dfs").create({ seed: 1 }), { executionsMax: 100_000 });
  expect(result.kind).toBe("exhausted");
  expect(result.executions).toBeGreaterThan(100);
});

for (const model of ["sc", "tso", "ra"] satisfies ExplorerModel[]) {
  test(`a found object stays unchanged until its reader's section is over, in every execution under ${model}`, () => {
    const rcu = { epoch: 1, slots: [2, 4] };
    const [root, first, second] = [6, 7, 8];
    const result = explore(
      {
        initial: new Map([
          [1, 1],
          [root, first],
          [first, 10],
        ]),
        threads: [
          function* reader(): Access {
            for (let section = 0; section < 2; section++) {
              yield* passQuiescentState(rcu, 2);
              const found = yield loadAcquire(root);
              const value = yield read(found);
              yield assertHolds(value >= 10, "a reader finds no value of what was reclaimed");
            }
            yield* goOffline(2);
          },
          function* writer(): Access {
            yield write(second, 11);
            yield storeRelease(root, second);
            yield* awaitGracePeriod(rcu);
            yield write(first, -1);
          },
        ],
      },
      { model, executionsMax: 50_000 },
    );
    expect(result).toMatchObject({ complete: true, blocked: 0 });
    expect(result.failure).toBeUndefined();
    expect(result.executions).toBeGreaterThan(5);
  });
}

test("without the barrier after coming online, weak memory reclaims under a reader", () => {
  const [epoch, slot, root, first, second] = [1, 2, 6, 7, 8];
  const rcu = { epoch, slots: [slot] };
  const { failure } = explore(
    {
      initial: new Map([
        [epoch, 1],
        [root, first],
        [first, 10],
      ]),
      threads: [
        function* reader(): Access {
          yield storeRelease(ThreadSlot.seen(slot), 1);
          const found = yield loadAcquire(root);
          const value = yield read(found);
          yield assertHolds(value >= 10, "a reader finds no value of what was reclaimed");
        },
        function* writer(): Access {
          yield write(second, 11);
          yield storeRelease(root, second);
          yield* awaitGracePeriod(rcu);
          yield write(first, -1);
        },
      ],
    },
    { model: "tso" },
  );
  expect(failure?.message).toContain("a reader finds no value");
});
