import { expect, test } from "vitest";
import { checkTransactions } from "./check-transactions.ts";
import type { TransactionsVerdict } from "./check-transactions.ts";
import { LEVELS, withWeaker } from "./consistency-levels.ts";
import type { Level } from "./consistency-levels.ts";
import type { TransactionModel } from "./transaction-model.ts";
import { historyOf } from "./plain-transactions.fixture.ts";
import { SIMULATED_LEVELS } from "./simulated-database.ts";
import type { SimulatedLevel } from "./simulated-database.ts";
import { simulateTransactions } from "./simulate-transactions.ts";

/** The levels beyond a database's own that its histories satisfy too; and those that they violate, if long enough. */
const KEPT: Readonly<Record<SimulatedLevel, readonly Level[]>> = {
  "strict-serializable": [],
  "strong-session-serializable": ["strong-read-committed"],
  serializable: ["strong-read-committed"],
  "strong-snapshot-isolation": [],
  "snapshot-isolation": ["strong-read-committed"],
  "parallel-snapshot-isolation": ["strong-read-committed"],
  "read-atomic": ["strong-read-committed", "cursor-stability", "update-atomic"],
  "read-committed": ["strong-read-committed"],
  "read-uncommitted": ["strong-read-uncommitted"],
};

function simulated(model: TransactionModel, level: SimulatedLevel, seed: number): TransactionsVerdict {
  const events = simulateTransactions({
    model,
    level,
    seed,
    transactions: 2000,
    processes: 8,
    keys: 5,
    // Little is known of registers but their initial value: the fewer writes of a key, the more can be inferred.
    writesPerKey: model === "list-append" ? 40 : 6,
    operationsMax: 4,
    failsOneIn: 30,
    // Without read locks, a read of a write of unknown outcome does not show that it committed.
    unknownOneIn: level === "read-uncommitted" ? 0 : 30,
  });
  return checkTransactions(historyOf(model, events), {
    levels: ["strict-serializable"],
    assumptions: ["writes-follow-reads"],
  });
}

for (const model of ["list-append", "rw-register"] as const)
  for (const level of SIMULATED_LEVELS)
    test(`${model}: histories of a ${level} database satisfy that level and, together, no stronger one`, () => {
      const verdicts = [1, 2, 3].map((seed) => simulated(model, level, seed));
      const kept = new Set([level, ...KEPT[level]].flatMap((each) => [...withWeaker(each)]));
      for (const { levels } of verdicts)
        expect(LEVELS.filter((each) => kept.has(each) && levels[each] !== "holds")).toEqual([]);
      const brokenSomewhere = LEVELS.filter((each) => verdicts.some(({ levels }) => levels[each] === "violated"));
      expect(brokenSomewhere).toEqual(LEVELS.filter((each) => !kept.has(each)));
    });

test("equal seeds give equal histories, other seeds others", () => {
  const events = (seed: number): string =>
    JSON.stringify([
      ...simulateTransactions({
        model: "list-append",
        level: "snapshot-isolation",
        seed,
        transactions: 50,
        processes: 4,
        keys: 3,
        writesPerKey: 8,
        operationsMax: 3,
        failsOneIn: 10,
        unknownOneIn: 10,
      }),
    ]);
  expect(events(1)).toBe(events(1));
  expect(events(1)).not.toBe(events(2));
});
