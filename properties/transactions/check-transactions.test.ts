import { expect, test } from "vitest";
import type { Anomaly } from "./anomaly.ts";
import type { TransactionsVerdict } from "./check-transactions.ts";
import type { Level } from "./consistency-levels.ts";
import type { PlainTransaction } from "./levels-by-definition.ts";
import { concurrent, inOrder, plainTransaction, verdictOf } from "./plain-transactions.fixture.ts";
import type { Assumption } from "./assumption.ts";

interface Expected {
  readonly anomalies: readonly Anomaly[];
  /** The weakest levels ruled out, as in Elle's `:not`. */
  readonly not: readonly Level[];
  readonly levels?: readonly Level[];
  readonly assumptions?: readonly Assumption[];
}

function summaryOf({ anomalies, not }: TransactionsVerdict): Pick<Expected, "anomalies" | "not"> {
  return { anomalies: anomalies.map(({ anomaly }) => anomaly), not };
}

/** Each history was written to contain the given anomalies, by their definitions. */
function listAppend(title: string, transactions: readonly PlainTransaction[], expected: Expected): void {
  test(`list-append: ${title}`, () => judge("list-append", transactions, expected));
}

function rwRegister(title: string, transactions: readonly PlainTransaction[], expected: Expected): void {
  test(`rw-register: ${title}`, () => judge("rw-register", transactions, expected));
}

function judge(
  model: "list-append" | "rw-register",
  transactions: readonly PlainTransaction[],
  { anomalies, not, levels, assumptions }: Expected,
): void {
  const verdict = verdictOf(model, transactions, {
    ...(levels === undefined ? {} : { levels }),
    ...(assumptions === undefined ? {} : { assumptions }),
  });
  expect(summaryOf(verdict)).toEqual({ anomalies, not });
  expect(verdict.kind).toBe(anomalies.length === 0 ? "holds" : "violated");
}

const NOTHING = { anomalies: [], not: [] } as const;
const READ_SKEW = { anomalies: ["G-single-item"], not: ["consistent-view", "repeatable-read"] } as const;

// Correct histories.

listAppend("a read after an append", inOrder("append x 1", "r x [1]"), NOTHING);
listAppend("a read before an append", inOrder("r x []", "append x 1", "r x [1]"), NOTHING);
listAppend(
  "reads of growing prefixes",
  inOrder("append x 1", "append x 2", "r x [1 2]", "append x 3", "r x [1 2 3]"),
  NOTHING,
);
listAppend("concurrent appends, in the order of a read", concurrent("append x 1", "append x 2", "r x [2 1]"), NOTHING);
listAppend("a transaction sees its own appends", concurrent("append x 1, r x [1], append x 2", "r x [1 2]"), NOTHING);
listAppend("one transaction updates a list twice", concurrent("r x [], append x 1, append x 2", "r x [1 2]"), NOTHING);
listAppend(
  "a chain of updates",
  inOrder("r x [], append x 1", "r x [1], append x 2", "r x [1 2], append x 3"),
  NOTHING,
);
listAppend("a failed append is not seen", concurrent("fail: append x 1", "append x 2", "r x [2]"), NOTHING);
listAppend("an unknown outcome that was seen", concurrent("info: append x 1", "r x [1]"), NOTHING);
listAppend("an unknown outcome that was not seen", inOrder("info: append x 1", "append x 2", "r x [2]"), NOTHING);
listAppend(
  "an unknown outcome that takes effect late",
  inOrder("info: append x 1", "r x []", "append y 1", "r x [1]"),
  NOTHING,
);
listAppend("two keys, each with its own order", concurrent("append x 1", "append y 1", "r x [1], r y []"), NOTHING);
listAppend(
  "two updates, one of which may have failed",
  concurrent("append x 1", "r x [1], append x 2", "info: append x 3"),
  NOTHING,
);

// Cycles of writes and reads.

listAppend(
  "G0: two transactions overwrite each other",
  concurrent("append x 1, append y 1", "append x 2, append y 2", "r x [1 2], r y [2 1]"),
  { anomalies: ["G0"], not: ["read-uncommitted"] },
);
listAppend(
  "G0: three overwrite each other in a circle",
  concurrent(
    "append x 1, append z 2",
    "append x 2, append y 1",
    "append y 2, append z 1",
    "r x [1 2], r y [1 2], r z [1 2]",
  ),
  { anomalies: ["G0"], not: ["read-uncommitted"] },
);
listAppend(
  "G0 by a write that no read shows",
  concurrent("append x 1, append y 1", "append x 2, append y 2", "r x [1]", "r y [2]"),
  // y: the unseen append comes after 2; x: it comes after 1. The reader of y misses T1's write …
  { anomalies: ["G-single-item", "G0"], not: ["read-uncommitted"] },
);
listAppend(
  "G1c: one overwrites the other and reads from it",
  concurrent("append x 1, r y [1]", "append x 2, append y 1", "r x [1 2]"),
  { anomalies: ["G1c"], not: ["read-committed"] },
);
listAppend("G1c: two read from each other", concurrent("append x 1, r y [1]", "append y 1, r x [1]"), {
  anomalies: ["G1c"],
  not: ["read-committed"],
});
listAppend(
  "G1c: three read from each other in a circle",
  concurrent("append x 1, r z [1]", "append y 1, r x [1]", "append z 1, r y [1]"),
  { anomalies: ["G1c"], not: ["read-committed"] },
);
listAppend(
  "G1c and orders that contradict each other",
  concurrent("append x 1, r y [1]", "append x 2", "append x 3, append y 1", "r x [1 3]", "r x [1 2 3]"),
  { anomalies: ["G1c", "incompatible-order"], not: ["read-committed"] },
);
listAppend("G-single: a fractured read", concurrent("append x 1, append y 1", "r x [1], r y []"), READ_SKEW);
listAppend(
  "G-single: overwritten by one whose other write it missed",
  concurrent("append x 1, append y 1", "append x 2, r y []", "r x [1 2]"),
  READ_SKEW,
);
listAppend(
  "G-single: through a third transaction",
  concurrent("append x 1", "r x [1], append y 1", "r y [1], r x []"),
  READ_SKEW,
);
listAppend(
  "G-single: a read missed an append that no read shows",
  concurrent("append x 1", "append x 2, append y 1", "r x [1], r y [1]"),
  READ_SKEW,
);
listAppend(
  "G-single: by an unknown outcome that was seen",
  concurrent("info: append x 1, append y 1", "r x [1], r y []"),
  READ_SKEW,
);
listAppend("G-nonadjacent: a long fork", concurrent("append x 1", "append y 1", "r x [1], r y []", "r x [], r y [1]"), {
  anomalies: ["G-nonadjacent-item"],
  not: ["repeatable-read", "snapshot-isolation"],
});
listAppend(
  "G-nonadjacent: a long fork over three keys",
  concurrent("append x 1", "append y 1", "append z 1", "r x [1], r y []", "r y [1], r z []", "r z [1], r x []"),
  { anomalies: ["G-nonadjacent-item"], not: ["repeatable-read", "snapshot-isolation"] },
);
listAppend(
  "G-nonadjacent: updates between",
  concurrent("append x 1, append t 1", "r x [1], r y []", "append y 1, append z 1", "r z [1], r t []"),
  { anomalies: ["G-nonadjacent-item"], not: ["repeatable-read", "snapshot-isolation"] },
);
listAppend("G2: write skew", concurrent("append x 1, r y []", "append y 1, r x []"), {
  anomalies: ["G2-item"],
  not: ["repeatable-read"],
});
listAppend("G2: write skew of three", concurrent("append x 1, r y []", "append y 1, r z []", "append z 1, r x []"), {
  anomalies: ["G2-item"],
  not: ["repeatable-read"],
});
listAppend(
  "G2: two anti-dependencies in a row, and one apart",
  concurrent(
    "r a [], r e [1]",
    "append a 1, r b []",
    "append b 1, append c 1",
    "r c [1], r d []",
    "append d 1, append e 1",
  ),
  { anomalies: ["G2-item"], not: ["repeatable-read"] },
);
listAppend(
  "the read-only transaction anomaly of snapshot isolation",
  concurrent("r x [], r y [], append x 1", "r x [], r y [], append y 1", "r x [], r y [1]", "r x [1], r y [1]"),
  { anomalies: ["G2-item"], not: ["repeatable-read"] },
);

// Lost updates.

listAppend(
  "lost update, found without the order of the writes",
  concurrent("append x 1", "r x [1], append x 2", "r x [1], append x 3"),
  { anomalies: ["G2-item", "lost-update"], not: ["update-atomic", "cursor-stability"] },
);
listAppend("lost update of an empty list", concurrent("r x [], append x 2", "r x [], append x 3"), {
  anomalies: ["G2-item", "lost-update"],
  not: ["update-atomic", "cursor-stability"],
});
listAppend(
  "lost update whose order a read shows",
  concurrent("append x 1", "r x [1], append x 2", "r x [1], append x 3", "r x [1 2 3]"),
  { anomalies: ["G-single-item", "lost-update"], not: ["update-atomic", "cursor-stability"] },
);
listAppend(
  "no lost update if one of two may have failed",
  concurrent("append x 1", "r x [1], append x 2", "info: append x 3"),
  NOTHING,
);

// Reads that no execution explains.

listAppend("G1a", concurrent("fail: append x 1", "r x [1]"), { anomalies: ["G1a"], not: ["read-committed"] });
listAppend(
  "G1a in the middle of a list, and a dirty update",
  concurrent("fail: append x 1", "append x 2", "r x [1 2]"),
  { anomalies: ["G1a", "dirty-update"], not: ["read-committed"] },
);
listAppend(
  "a dirty update across an unknown outcome",
  concurrent("fail: append x 1", "info: append x 2", "append x 3", "r x [1 2 3]"),
  { anomalies: ["G1a", "dirty-update"], not: ["read-committed"] },
);
listAppend("no dirty update by an unknown outcome", concurrent("fail: append x 1", "info: append x 2", "r x [1 2]"), {
  anomalies: ["G1a"],
  not: ["read-committed"],
});
listAppend(
  "no dirty update where the failed append came last",
  concurrent("append x 1", "fail: append x 2", "r x [1 2]"),
  { anomalies: ["G1a"], not: ["read-committed"] },
);
listAppend("G1b, with the rest of the transaction missed", concurrent("append x 1, append x 2", "r x [1]"), {
  anomalies: ["G-single-item", "G1b"],
  not: ["read-committed"],
});
listAppend("no G1b within the transaction", concurrent("append x 1, r x [1], append x 2", "r x [1 2]"), NOTHING);
listAppend("internal: its own append is missing", concurrent("append x 1, r x []", "r x [1]"), {
  anomalies: ["internal"],
  not: ["read-atomic"],
});
listAppend(
  "internal: a foreign element after its own append",
  concurrent("append x 1, append x 2", "append y 1", "append x 3, r x [1 2 3 4], r y [1]", "append x 4"),
  // The element after its own append was read from a transaction that overwrote that append.
  { anomalies: ["G1c", "internal"], not: ["read-committed"] },
);
listAppend("internal: two reads of a key differ", concurrent("append x 1", "r x [], r x [1]"), {
  anomalies: ["G-single-item", "internal"],
  not: ["read-atomic", "consistent-view", "repeatable-read"],
});
listAppend("internal: an append vanished", inOrder("append x 1", "r x [1], append x 2, r x [1]", "r x [1 2]"), {
  anomalies: ["internal"],
  not: ["read-atomic"],
});
listAppend("future-read", concurrent("append x 1", "r x [1 2], append x 2"), {
  anomalies: ["future-read"],
  not: ["read-committed"],
});
listAppend("future-read between own appends", concurrent("append x 2, r x [1 2], append x 1", "r x [1 2]"), {
  // The order 1, 2 is not the order of the appends either, and 2 was not the last append.
  anomalies: ["G1b", "future-read", "incompatible-order"],
  not: ["read-committed"],
});
listAppend("duplicate-elements", concurrent("append x 1", "append x 2", "r x [1 2 1]"), {
  anomalies: ["duplicate-elements"],
  not: ["read-uncommitted"],
});
listAppend(
  "incompatible-order: an element is missing",
  concurrent("append x 1", "append x 2", "r x [1 2]", "r x [2]"),
  { anomalies: ["incompatible-order"], not: ["read-committed"] },
);
listAppend(
  "incompatible-order: elements change places",
  concurrent("append x 1", "append x 2", "append x 3", "r x [1 2 3]", "r x [2 1]"),
  // The second read counts as one of the state after 1, and misses 2, which came next.
  { anomalies: ["incompatible-order"], not: ["read-committed"] },
);
listAppend(
  "incompatible-order: appends of one transaction change places",
  concurrent("append x 1, append x 2", "r x [2 1]"),
  { anomalies: ["G1b", "incompatible-order"], not: ["read-committed"] },
);
listAppend("incompatible-order: the first of two appends is lost", concurrent("append x 1, append x 2", "r x [2]"), {
  // Unseen appends should come later; but here the unseen one is the transaction's earlier append.
  anomalies: ["G-single-item", "incompatible-order"],
  not: ["read-committed"],
});
listAppend("garbage-read", concurrent("append x 1", "r x [1 9]"), {
  anomalies: ["garbage-read"],
  not: ["read-uncommitted"],
});

// Orders of processes and of real time.

/** `0-3 append x 1`: invoked and completed at those places. */
function timed(...texts: readonly string[]): PlainTransaction[] {
  return texts.map((text) => {
    const [, invoked, completed, rest = ""] = /^(\d+)-(\d+) (.*)$/.exec(text) ?? [];
    return plainTransaction(rest, Number(invoked), Number(completed));
  });
}

listAppend("G0-realtime", inOrder("append x 1", "append x 2", "r x [2 1]"), {
  anomalies: ["G0-realtime"],
  not: ["strong-read-uncommitted"],
});
listAppend("G1c-realtime: a read from the future", inOrder("r x [1]", "append x 1"), {
  anomalies: ["G1c-realtime"],
  not: ["strong-read-committed"],
});
listAppend("G-single-realtime: a stale read", inOrder("append x 1", "r x []"), {
  anomalies: ["G-single-item-realtime"],
  not: ["strong-snapshot-isolation"],
});
listAppend("G-single-realtime: a stale read long after", inOrder("append x 1", "append y 1", "append z 1", "r x []"), {
  anomalies: ["G-single-item-realtime"],
  not: ["strong-snapshot-isolation"],
});
listAppend("G-nonadjacent-realtime", timed("0-7 r x [1], r y []", "1-6 append x 1", "2-3 append y 1", "4-5 r x []"), {
  anomalies: ["G-nonadjacent-item-realtime"],
  not: ["strong-snapshot-isolation"],
});
listAppend("G2-realtime", timed("0-5 append x 1, r y []", "1-2 append y 1", "3-4 r x []"), {
  anomalies: ["G2-item-realtime"],
  not: ["strict-serializable"],
});
listAppend("reads of concurrent appends may be stale", timed("0-5 append x 1", "1-2 r x [1]", "3-4 r y []"), NOTHING);
listAppend("real time does not matter to serializability", inOrder("append x 1", "r x []", "r x [1]"), {
  ...NOTHING,
  levels: ["serializable"],
});
listAppend("real time across processes does not matter to sessions", inOrder("0 append x 1", "1 r x []", "2 r x [1]"), {
  ...NOTHING,
  levels: ["strong-session-serializable"],
});
listAppend("G0-process", inOrder("0 append x 1", "0 append x 2", "1 r x [2 1]"), {
  anomalies: ["G0-process"],
  not: ["strong-session-read-uncommitted"],
  levels: ["strong-session-serializable"],
});
listAppend("G1c-process", inOrder("0 r x [1]", "0 append x 1"), {
  anomalies: ["G1c-process"],
  not: ["strong-session-read-committed"],
  levels: ["strong-session-snapshot-isolation"],
});
listAppend("G1c-process by way of another process", inOrder("1 r x [1], append y 1", "2 r y [1]", "2 append x 1"), {
  anomalies: ["G1c-process"],
  not: ["strong-session-read-committed"],
  levels: ["strong-session-snapshot-isolation"],
});
listAppend("G-single-process: a session does not see its own write", inOrder("0 append x 1", "0 r x []", "1 r x [1]"), {
  anomalies: ["G-single-item-process"],
  not: ["strong-session-snapshot-isolation"],
  levels: ["strong-session-snapshot-isolation"],
});
listAppend("G-nonadjacent-process", inOrder("0 r x [], r z [1]", "1 append x 1", "1 r z []", "2 append z 1"), {
  anomalies: ["G-nonadjacent-item-process"],
  not: ["strong-session-snapshot-isolation"],
  levels: ["strong-session-snapshot-isolation"],
});
listAppend("G2-process", inOrder("0 append x 1, r y []", "1 append y 1", "1 r x []"), {
  anomalies: ["G2-item-process"],
  not: ["strong-session-serializable"],
  levels: ["strong-session-serializable"],
});
listAppend(
  "an unknown outcome after a session's transaction",
  inOrder("0 append x 1", "0 info: append y 1, r x ?", "1 r y [1]"),
  NOTHING,
);

// Levels that a history satisfies.

const KEPT: readonly (readonly [string, readonly PlainTransaction[], readonly Level[], readonly Level[]])[] = [
  [
    "write skew",
    concurrent("append x 1, r y []", "append y 1, r x []"),
    ["snapshot-isolation", "parallel-snapshot-isolation", "consistent-view", "strong-snapshot-isolation"],
    ["serializable", "repeatable-read", "strict-serializable"],
  ],
  [
    "a long fork",
    concurrent("append x 1", "append y 1", "r x [1], r y []", "r x [], r y [1]"),
    ["parallel-snapshot-isolation", "consistent-view", "read-atomic", "cursor-stability"],
    ["snapshot-isolation", "repeatable-read"],
  ],
  [
    "a fractured read",
    concurrent("append x 1, append y 1", "r x [1], r y []"),
    ["read-committed", "cursor-stability"],
    ["read-atomic", "update-atomic", "consistent-view", "parallel-snapshot-isolation"],
  ],
  [
    "a fractured read across the update of another",
    concurrent("append y 1", "append x 1, append y 2", "r y [], r x [1]", "r y [1 2]"),
    ["read-committed", "cursor-stability"],
    ["read-atomic", "update-atomic", "consistent-view", "parallel-snapshot-isolation"],
  ],
  [
    "read skew through a third transaction",
    concurrent("append x 1", "r x [1], append y 1", "r y [1], r x []"),
    ["read-atomic", "update-atomic"],
    ["parallel-snapshot-isolation", "consistent-view", "repeatable-read"],
  ],
  [
    "circular information flow",
    concurrent("append x 1, r y [1]", "append y 1, r x [1]"),
    ["read-uncommitted", "strong-read-uncommitted"],
    ["read-committed", "read-atomic", "cursor-stability"],
  ],
  [
    "a lost update",
    concurrent("append x 1", "r x [1], append x 2", "r x [1], append x 3"),
    ["read-atomic", "read-committed"],
    ["cursor-stability", "update-atomic", "snapshot-isolation"],
  ],
  [
    "a stale read",
    inOrder("0 append x 1", "1 r x []", "2 r x [1]"),
    ["serializable", "strong-session-serializable", "strong-read-committed"],
    ["strict-serializable", "strong-snapshot-isolation"],
  ],
];

for (const [title, transactions, kept, broken] of KEPT)
  test(`${title} satisfies ${kept.join(", ")}, and not ${broken.join(", ")}`, () => {
    for (const level of [...kept, ...broken]) {
      const { kind, levels, anomalies } = verdictOf("list-append", transactions, { levels: [level] });
      const expected = kept.includes(level) ? "holds" : "violated";
      expect([level, kind, levels[level]]).toEqual([level, expected, expected]);
      expect(anomalies.length > 0).toBe(expected === "violated");
    }
  });

test("a fractured read of registers, across the update of another", () => {
  const transactions = concurrent("w y 1", "r y 1, w y 2, w x 1", "r y nil, r x 1");
  const verdict = verdictOf("rw-register", transactions, { levels: ["read-atomic"] });
  expect(verdict.anomalies).toMatchObject([
    {
      anomaly: "G-single-item",
      knownAs: "fractured read",
      because: "T1 saw what T2 wrote to x, x = 1, and read y = nil, before T2 wrote 2 there",
    },
  ]);
});

// Registers.

rwRegister("a read after a write", inOrder("w x 1", "r x 1"), NOTHING);
rwRegister("a read before a write", inOrder("r x nil", "w x 1", "r x 1"), NOTHING);
rwRegister("a chain of updates", inOrder("r x nil, w x 1", "r x 1, w x 2", "r x 2"), NOTHING);
rwRegister("a transaction sees its own write", inOrder("r y nil, w x 2, r x 2, w x 1, r x 1", "r x 1"), NOTHING);
rwRegister("concurrent writes in any order", concurrent("w x 1", "w x 2", "r x 1", "r x 2"), NOTHING);
rwRegister("an unknown outcome that was seen", concurrent("info: w x 1", "r x 1"), NOTHING);
rwRegister("an unknown outcome that was not seen", inOrder("r y nil, w x 1", "info: w x 2", "r x 1"), NOTHING);
rwRegister("a value from before the history", concurrent("r x 7", "w x 1", "r x 1"), NOTHING);
rwRegister("G1a", concurrent("fail: w x 1", "r x 1"), { anomalies: ["G1a"], not: ["read-committed"] });
rwRegister("G1b", concurrent("w x 1, w x 2", "r x 1"), { anomalies: ["G1b"], not: ["read-committed"] });
rwRegister("no G1b within the transaction", concurrent("w x 1, r x 1, w x 2", "r x 2"), NOTHING);
rwRegister("G1c: two read from each other", concurrent("w x 1, r y 1", "w y 1, r x 1"), {
  anomalies: ["G1c"],
  not: ["read-committed"],
});
rwRegister("G1c: each writes what the other replaced", concurrent("r x 2, w x 1", "r x 1, w x 2"), {
  anomalies: ["G1c"],
  not: ["read-committed"],
});
rwRegister("internal: two reads differ", concurrent("w x 2", "w x 1", "r x 1, r x 2"), {
  anomalies: ["internal"],
  not: ["read-atomic"],
});
rwRegister("internal: its own write is missing", concurrent("w x 1", "w x 2, r x 1", "r x 1, r y nil"), {
  anomalies: ["internal"],
  not: ["read-atomic"],
});
rwRegister("future-read", concurrent("r x 1, w x 1", "r x 1"), { anomalies: ["future-read"], not: ["read-committed"] });
rwRegister("garbage-read beside nil", concurrent("r x nil", "r x 7", "w x 1", "r x 1"), {
  anomalies: ["garbage-read"],
  not: ["read-uncommitted"],
});
rwRegister("garbage-read: two values that nobody wrote", concurrent("r x 6", "r x 7", "w x 1"), {
  anomalies: ["garbage-read"],
  not: ["read-uncommitted"],
});
rwRegister("a value that nobody wrote, read after another was", inOrder("w x 1", "r x 7"), {
  anomalies: ["G-single-item-realtime"],
  not: ["strong-snapshot-isolation"],
});
rwRegister("G-single: a fractured read of first values", concurrent("w y 1, w x 2", "r x nil, r y 1"), READ_SKEW);
rwRegister("G-single: writes follow reads", concurrent("w y 1", "r y 1, w x 1, w y 2", "r x 1, r y 1"), READ_SKEW);
rwRegister("the same, without that assumption", concurrent("w y 1", "r y 1, w x 1, w y 2", "r x 1, r y 1"), {
  ...NOTHING,
  assumptions: [],
});
rwRegister(
  "G-single by an unknown outcome that was seen",
  concurrent("info: w x 1, w y 1", "r x 1, r y nil"),
  READ_SKEW,
);
rwRegister("G2: write skew", concurrent("r x nil, w y 1", "r y nil, w x 1"), {
  anomalies: ["G2-item"],
  not: ["repeatable-read"],
});
rwRegister("G2: write skew of later values", concurrent("w x 1, w y 1", "r x 1, r y 1, w x 2", "r x 1, r y 1, w y 2"), {
  anomalies: ["G2-item"],
  not: ["repeatable-read"],
});
rwRegister("G-nonadjacent: a long fork", concurrent("w x 1", "w y 1", "r x 1, r y nil", "r x nil, r y 1"), {
  anomalies: ["G-nonadjacent-item"],
  not: ["repeatable-read", "snapshot-isolation"],
});
rwRegister("lost update", concurrent("w x 1", "r x 1, w x 2", "r x 1, w x 3"), {
  anomalies: ["G2-item", "lost-update"],
  not: ["update-atomic", "cursor-stability"],
});
rwRegister("lost update, without assumptions", concurrent("w x 1", "r x 1, w x 2", "r x 1, w x 3"), {
  anomalies: ["lost-update"],
  not: ["update-atomic", "cursor-stability"],
  assumptions: [],
});
rwRegister("lost update of a first value", concurrent("r x nil, w x 2", "r x nil, w x 3"), {
  anomalies: ["G2-item", "lost-update"],
  not: ["update-atomic", "cursor-stability"],
});
rwRegister("G-single-realtime: a stale read of nil", inOrder("w x 1", "r x nil"), {
  anomalies: ["G-single-item-realtime"],
  not: ["strong-snapshot-isolation"],
});
rwRegister("G1c-realtime", inOrder("r x 1", "w x 1"), { anomalies: ["G1c-realtime"], not: ["strong-read-committed"] });
rwRegister("G-single-realtime: a stale read, by the real time of the writes", inOrder("w x 1", "w x 2", "r x 1"), {
  anomalies: ["G-single-item-realtime"],
  not: ["strong-snapshot-isolation"],
});
rwRegister(
  "G-single-realtime: a stale read, by the real time of another read",
  timed("0-5 w x 1", "1-4 w x 2", "6-7 r x 2", "8-9 r x 1", "2-3 r x 1"),
  { anomalies: ["G-single-item-realtime"], not: ["strong-snapshot-isolation"] },
);
rwRegister("a stale read, where real time does not matter", inOrder("w x 1", "w x 2", "r x 1"), {
  ...NOTHING,
  levels: ["serializable"],
});
rwRegister("G-single-process: a stale read of its own write", inOrder("0 w x 1", "0 w x 2", "0 r x 1"), {
  anomalies: ["G-single-item-process"],
  not: ["strong-session-snapshot-isolation"],
  levels: ["strong-session-serializable"],
});
rwRegister("the same, if each key is linearizable", inOrder("w x 1", "w x 2", "r x 1"), {
  anomalies: ["G-single-item-realtime", "cyclic-versions"],
  not: ["read-uncommitted"],
  assumptions: ["linearizable-keys"],
});
rwRegister("the same, if each key is sequential, by one process", inOrder("0 w x 1", "0 w x 2", "0 r x 1"), {
  anomalies: ["G-single-item-realtime", "cyclic-versions"],
  not: ["read-uncommitted"],
  assumptions: ["sequential-keys"],
});
rwRegister("the same by three processes", inOrder("0 w x 1", "1 w x 2", "2 r x 1"), {
  ...NOTHING,
  levels: ["strong-session-serializable"],
  assumptions: ["sequential-keys"],
});
rwRegister(
  "G0, if each key is sequential",
  timed("0-2 0 w x 1, w y 2", "1-3 1 w x 2, w y 1", "4-5 0 r x 2", "6-7 1 r y 2"),
  { anomalies: ["G0"], not: ["read-uncommitted"], assumptions: ["sequential-keys"] },
);
rwRegister("G0, if each key is linearizable", timed("0-2 w x 1, w y 2", "1-3 w x 2, w y 1", "4-5 r x 2", "6-7 r y 2"), {
  anomalies: ["G0"],
  not: ["read-uncommitted"],
  assumptions: ["linearizable-keys"],
});
rwRegister("versions in a circle, and reads as well", inOrder("r x 4, w x 3", "w x 4"), {
  anomalies: ["G1c-realtime", "cyclic-versions"],
  not: ["read-uncommitted"],
  assumptions: ["writes-follow-reads", "linearizable-keys"],
});
