import { expect, test } from "vitest";
import type { TransactionsVerdict } from "#properties/transactions/check-transactions.ts";
import type { ShownAnomaly } from "#properties/transactions/shown-anomaly.ts";
import { transactionsText } from "./transactions-text.ts";

const HOLDS: TransactionsVerdict = {
  kind: "holds",
  model: "list-append",
  asked: ["serializable"],
  committed: 2,
  indeterminate: 0,
  aborted: 0,
  levels: { serializable: "holds" },
  anomalies: [],
  not: [],
  alsoNot: [],
  strongest: ["strict-serializable"],
  notes: [],
};

const SKEW: ShownAnomaly = {
  anomaly: "G2-item",
  meaning: "anti-dependency cycle",
  knownAs: "write skew",
  count: 3,
  transactions: [
    { name: "T1", line: 3, process: 0, outcome: "ok", operations: "[append x 1] [r y []]" },
    { name: "T2", line: 14, process: "b\u001B[31m", outcome: "info", operations: "[append y 1] [r x []]" },
  ],
  steps: [
    { from: "T1", to: "T2", kind: "rw", because: "T1 missed y" },
    { from: "T2", to: "T1", kind: "realtime", because: "T2 missed x" },
  ],
  isShortest: false,
};

const INTERNAL: ShownAnomaly = {
  anomaly: "internal",
  meaning: "its own write is missing",
  count: 2,
  transactions: [{ name: "T1", line: 3, process: 0, outcome: "ok", operations: "[append x 1] [r x []]" }],
  because: "T1 read x = []",
};

test("a level that holds is printed with the strongest that hold", () => {
  expect(transactionsText("a.edn", HOLDS)).toBe(`holds    a.edn  list-append, 2 transactions
  serializable: holds
  the strongest levels that still hold: strict-serializable`);
});

test("an anomaly is printed with its transactions, the dependencies between them, and its number of cases", () => {
  const text = transactionsText("a.edn", {
    ...HOLDS,
    kind: "violated",
    asked: ["read-atomic", "serializable"],
    indeterminate: 1,
    levels: { "read-atomic": "violated", serializable: "violated" },
    anomalies: [SKEW, INTERNAL],
    not: ["read-atomic", "repeatable-read"],
    strongest: [],
    notes: ["3 events left out"],
  });
  expect(text).toBe(`VIOLATED a.edn  list-append, 3 transactions (2 ok, 1 info)
  read-atomic: violated by internal
  serializable: violated by G2-item, internal

  G2-item: write skew; anti-dependency cycle (in 3 parts of the dependency graph; the shortest:)
    T1  line 3   process 0            ok    [append x 1] [r y []]
    T2  line 14  process b\\u{1b}[31m  info  [append y 1] [r x []]
    T1 → T2  rw        T1 missed y
    T2 → T1  realtime  T2 missed x
    there may be a shorter cycle: the search stopped at its bound

  internal: its own write is missing (2 cases; the first:)
    T1  line 3  process 0  ok  [append x 1] [r x []]
    T1 read x = []

  the strongest levels that still hold: none; the weakest that do not: read-atomic, repeatable-read
  note: 3 events left out`);
});

test("a single transaction, and a verdict stopped by time", () => {
  const unknown = { ...HOLDS, kind: "unknown", committed: 1, levels: {}, strongest: [] } as const;
  expect(transactionsText("a.edn", unknown)).toBe(`unknown  a.edn  list-append, 1 transaction
  serializable: unknown
  the strongest levels that still hold: none`);
  expect(
    transactionsText("a.edn", { kind: "unknown", model: "rw-register", asked: ["serializable"], because: "time" }),
  ).toBe("unknown  a.edn  rw-register: stopped at its time bound");
});
