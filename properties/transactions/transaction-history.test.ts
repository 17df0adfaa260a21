import { expect, test } from "vitest";
import { Literal } from "#model/literal.ts";
import type { TransactionModel } from "./transaction-model.ts";
import { historyOf } from "./plain-transactions.fixture.ts";
import type { TransactionEvent } from "./transaction-event.ts";
import { ABORTED, COMMITTED, INDETERMINATE } from "./transaction-history.ts";
import { transactionText } from "./transaction-text.ts";

type Line = readonly [TransactionEvent["process"], TransactionEvent["type"], unknown];

function eventsOf(lines: readonly Line[]): TransactionEvent[] {
  return lines.map(([process, type, value], i) => ({ process, type, f: "txn", value, line: i + 1 }));
}

function fault(model: TransactionModel, ...lines: readonly Line[]): string {
  try {
    historyOf(model, eventsOf(lines));
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
  return "none";
}

const word = (name: string): Literal => Literal.of(`:${name}`);

test("transactions are numbered in the order of their invocations, with their operations and outcomes", () => {
  const history = historyOf(
    "list-append",
    eventsOf([
      [0, "invoke", [[word("append"), word("x"), 1]]],
      [
        "a",
        "invoke",
        [
          ["r", "x", null],
          ["append", "y", 1],
        ],
      ],
      [0, "ok", [[word("append"), word("x"), 1]]],
      ["a", "fail", null],
      [0, "invoke", [[word("r"), word("x"), null]]],
      [
        "b",
        "invoke",
        [
          ["append", "y", 2],
          ["r", "y", null],
        ],
      ],
      [0, "ok", [[word("r"), word("x"), [1]]]],
      ["c", "invoke", []],
      ["c", "ok", []],
      [0, "invoke", [["append", 7, 1]]],
      [0, "info", "timeout"],
    ]),
  );
  expect([...history.outcome]).toEqual([COMMITTED, ABORTED, COMMITTED, INDETERMINATE, COMMITTED, INDETERMINATE]);
  expect([...history.line]).toEqual([3, 4, 7, 6, 9, 11]);
  expect([...history.invokedLine]).toEqual([1, 2, 5, 6, 8, 10]);
  expect([...history.process].map((process) => history.processes[process])).toEqual([0, "a", 0, "b", "c", 0]);
  // The keyword x and the string "x" are different keys.
  expect(history.versions.keys).toEqual([":x", '"x"', '"y"', 7]);
  expect([...history.outcome].map((_, transaction) => transactionText(history, transaction))).toEqual([
    "[append x 1]",
    "[r x ?] [append y 1]",
    "[r x [1]]",
    "[append y 2] [r y ?]",
    "",
    "[append 7 1]",
  ]);
});

test("long lists and long transactions are shortened", () => {
  const appends = Array.from({ length: 50 }, (_, i) => ["append", 1, i + 1]);
  const history = historyOf(
    "list-append",
    eventsOf([
      [0, "ok", appends],
      [1, "ok", [["r", 1, appends.map(([, , value]) => value)]]],
    ]),
  );
  expect(transactionText(history, 0)).toMatch(/^\[append 1 1\].*\[append 1 40\] … 50 in all$/);
  expect(transactionText(history, 1)).toBe("[r 1 [1 2 3 4 … 47 48 49 50] (50 elements)]");
});

test("completions without any invocation are a history too, without real time", () => {
  const history = historyOf(
    "list-append",
    eventsOf([
      [0, "ok", [["append", "x", 1]]],
      [0, "ok", [["r", "x", [1]]]],
    ]),
  );
  expect(history.hasInvocations).toBe(false);
  expect([...history.invokedAt]).toEqual([-1, -1]);
});

test.each([
  ["list-append", [], "test:1: expected transactions, found none: there is nothing to check"],
  [
    "list-append",
    [[0, "ok", [["w", "x", 1]]]],
    "test:1: expected micro-operations such as [[:append x 1] [:r y [1 2]]], " +
      'found "["w" "x" 1]": use --model rw-register',
  ],
  [
    "rw-register",
    [[0, "ok", [["append", "x", 1]]]],
    'test:1: expected micro-operations such as [[:w x 1] [:r y 2]], found "["append" "x" 1]": use --model list-append',
  ],
  [
    "rw-register",
    [[0, "ok", [["cas", "x", 1]]]],
    'test:1: expected micro-operations such as [[:w x 1] [:r y 2]], found "["cas" "x" 1]"',
  ],
  [
    "list-append",
    [[0, "ok", [["r", "x", 5]]]],
    "test:1: expected nil or a list that was read, " +
      'found "["r" "x" 5]": use --model rw-register if keys hold single values',
  ],
  ["list-append", [[0, "ok", [["append", "x"]]]], /^test:1: expected a value to write that is not nil/],
  ["rw-register", [[0, "ok", [["w", "x", null]]]], /^test:1: expected a value to write that is not nil/],
  ["rw-register", [[0, "ok", [["r", "x", 1, 2]]]], /^test:1: expected micro-operations such as/],
  ["rw-register", [[0, "ok", ["r x"]]], /^test:1: expected micro-operations such as .*, found ""r x""$/],
  ["rw-register", [[0, "ok", 5]], 'test:1: expected micro-operations such as [[:w x 1] [:r y 2]], found "5"'],
  [
    "rw-register",
    [
      [0, "invoke", [["r", "x"]]],
      [0, "ok", null],
    ],
    /^test:2: expected micro-operations .*, found "nil"$/,
  ],
  [
    "rw-register",
    [
      [0, "invoke", null],
      [0, "info", null],
    ],
    /^test:2: expected micro-operations .*, found "nil"$/,
  ],
  ["rw-register", [[0, "invoke", 7]], /^test:1: expected micro-operations .*, found "7"$/],
  [
    "list-append",
    [
      [0, "invoke", [["append", "x", 1]]],
      [0, "ok", [["append", "x", 1]]],
      [1, "invoke", [["append", "x", 1]]],
      [1, "fail", [["append", "x", 1]]],
    ],
    "test:4: expected that no value is written to a key twice, " +
      'found a write of 1 to "x", which is written in line 2 too: number the writes',
  ],
  [
    "rw-register",
    [
      [
        0,
        "ok",
        [
          ["w", "x", 1],
          ["w", "x", 1],
        ],
      ],
    ],
    /written before in this transaction: number the writes$/,
  ],
  [
    "list-append",
    [
      [0, "invoke", [["append", "x", 1]]],
      [0, "ok", [["append", "x", 2]]],
    ],
    'test:2: expected the transaction that line 1 invokes, found "[["append" "x" 2]]"',
  ],
  [
    "list-append",
    [
      [0, "invoke", [["append", "x", 1]]],
      [
        0,
        "ok",
        [
          ["append", "x", 1],
          ["r", "x", [1]],
        ],
      ],
    ],
    /^test:2: expected the transaction that line 1 invokes/,
  ],
  [
    "list-append",
    [
      [0, "invoke", [["r", "x"]]],
      [0, "invoke", [["r", "x"]]],
    ],
    "test:2: process 0 invokes txn while its transaction of line 1 is open",
  ],
  [
    "list-append",
    [
      [0, "invoke", [["r", "x"]]],
      [1, "ok", [["r", "x", []]]],
    ],
    "test:2: process 1 completes a transaction (ok), but has none open",
  ],
  [
    "list-append",
    [
      [0, "ok", [["r", "x", []]]],
      [1, "invoke", [["r", "x", []]]],
    ],
    "test:2: expected no invocation, as the transactions before have none: give all of them, or none at all",
  ],
] as const)("%s: input that is no history is an error with its line (%#)", (model, lines, expected) => {
  const message = fault(model, ...(lines as unknown as readonly Line[]));
  if (typeof expected === "string") expect(message).toBe(expected);
  else expect(message).toMatch(expected);
});
