import { PassThrough } from "node:stream";
import { stripVTControlCharacters } from "node:util";
import fc from "fast-check";
import { expect, test } from "vitest";
import type { AccessRow, Execution, OperationRow, Row } from "./recorded-execution.ts";
import { paintFor, storyOf } from "./story.ts";
import { foldRows } from "./story-folding.ts";

function access(step: number, thread: number, name: string, place: string, more: Partial<AccessRow> = {}): AccessRow {
  return {
    kind: "access",
    step,
    thread,
    access: name,
    place,
    object: place.split(".")[0] ?? "",
    effect: "",
    writes: name.startsWith("write"),
    holds: [],
    ...more,
  };
}

function operation(step: number, thread: number, kind: "begin" | "end", text: string): OperationRow {
  return { kind, step, thread, operation: 0, text };
}

const revival: Execution = {
  scenario: "peers-acquire",
  threads: ["reader", "collector"],
  rows: [
    operation(0, 0, "begin", "get v4/1"),
    access(0, 0, "readOnce", "peer#1.refcount", {
      effect: "1",
      holds: ["rcu"],
      location: { file: "impl/sync/refcount.ts", line: 12 },
    }),
    access(1, 1, "atomicAddReturn", "peer#1.refcount", {
      effect: "1 → 0",
      writes: true,
      location: { file: "impl/sync/refcount.ts", line: 30 },
    }),
    access(2, 0, "writeOnce", "peer#1.refcount", {
      effect: "0 → 2",
      holds: ["rcu", "ref peer#1"],
      location: { file: "impl/sync/refcount.ts", line: 14 },
    }),
  ],
  violation: { property: "never-rises-from-zero", because: "a dead peer was revived", object: "peer#1" },
};

test("the story begins with the verdict, ends with the replay, and gives each thread its column", () => {
  expect(storyOf(revival, { replay: "npx quiesce replay reports/out/peers-acquire.trace.json" })).toEqual(
    [
      "VIOLATED never-rises-from-zero: a dead peer was revived",
      "",
      "      reader                              collector",
      "      ▸ get v4/1",
      "   1  readOnce peer#1.refcount 1                                              impl/sync/refcount.ts:12  rcu",
      "   2                                      atomicAddReturn peer#1.refcount 1 → 0   impl/sync/refcount.ts:30",
      "   3  writeOnce peer#1.refcount 0 → 2  ← here                                 impl/sync/refcount.ts:14  rcu, ref peer#1",
      "",
      "replay  npx quiesce replay reports/out/peers-acquire.trace.json",
    ].map((line, index) => (index < 2 || index > 6 ? line : expect.stringMatching(loosely(line)))),
  );
});

/** The line with any number of blanks where it has several: another test checks widths. */
function loosely(line: string): RegExp {
  return new RegExp(`^${line.replace(/[.*+?^${}()|[\]\\]/g, "\\$&").replace(/ {2,}/g, " {2,}")}$`);
}

test("orderings and the nearest passing schedule come after the rows", () => {
  const lines = storyOf(revival, {
    orderings: ["a before b", "c before d"],
    explained: "100 of 100",
    neighbour: "with b before a",
  });
  expect(lines.slice(-4)).toEqual([
    "matters  a before b",
    "    and  c before d",
    "         100 of 100",
    " passes  with b before a",
  ]);
});

test("where no ordering matters, the story states why", () => {
  expect(storyOf(revival, { explained: "no ordering: one thread alone does it" }).at(-1)).toBe(
    "matters  no ordering: one thread alone does it",
  );
});

test("an execution that violates nothing has a headline instead of a verdict, and no mark", () => {
  const { violation: _, ...passing } = revival;
  const lines = storyOf(passing, { headline: "peers-acquire: it holds" });
  expect(lines[0]).toBe("peers-acquire: it holds");
  expect(lines.join("\n")).not.toContain("← here");
  expect(storyOf(passing)[0]).toBe("peers-acquire: nothing is violated");
});

test("text from a trace cannot control the terminal", () => {
  const evil = "\u001b]0;title\u0007\u202e\n";
  const lines = storyOf(
    {
      scenario: evil,
      threads: [evil, evil],
      rows: [
        operation(0, 0, "begin", evil),
        access(0, 0, evil, evil, { effect: evil, holds: [evil], location: { file: evil, line: 1 } }),
        access(1, 1, evil, evil),
        access(2, 1, evil, evil),
      ],
      violation: { property: evil, because: evil },
    },
    { orderings: [evil], explained: evil, neighbour: evil, headline: evil },
  );
  // oxlint-disable-next-line no-control-regex -- the test is about controls
  for (const line of lines) expect(line).not.toMatch(/[\u0000-\u001f\u007f-\u009f\u202a-\u202e]/);
});

const anyExecution: fc.Arbitrary<Execution> = fc
  .array(
    fc.record({
      thread: fc.nat(3),
      name: fc.constantFrom("readOnce", "writeOnce", "spinLock", "spinUnlock", "free", "rcuDereference"),
      place: fc.constantFrom("peer#1.refcount", "peer#2.left", "pool.lock", "v4.root", "peer#12.address[3]"),
      effect: fc.constantFrom("", "1", "0 → 1", "→ peer#2", "peer#1"),
      holds: fc.subarray(["rcu", "pool.lock", "ref peer#1"]),
      starts: fc.boolean(),
    }),
    { maxLength: 200 },
  )
  .map((steps) => {
    const rows: Row[] = steps.flatMap(({ thread, name, place, effect, holds, starts }, step) => [
      ...(starts ? [operation(step, thread, "begin", "get v4/10 create")] : []),
      access(step, thread, name, place, { effect, holds, location: { file: "impl/peers/lookup.ts", line: step + 1 } }),
    ]);
    return {
      scenario: "s",
      threads: ["reader", "writer", "gc worker", "rcu callback 1"],
      rows,
      violation: { property: "p", because: "b", object: "peer#1" },
    };
  });

test("no line is wider than requested, and no story longer", () => {
  fc.assert(
    fc.property(
      anyExecution,
      fc.integer({ min: 80, max: 160 }),
      fc.integer({ min: 5, max: 40 }),
      (execution, width, rowsMax) => {
        const lines = storyOf(execution, { width, rowsMax });
        for (const line of lines) expect(line.length).toBeLessThanOrEqual(width);
        // Verdict, blank and header come before the rows.
        expect(lines.length - 3).toBeLessThanOrEqual(Math.max(rowsMax, 2));
      },
    ),
    { seed: 1, numRuns: 200 },
  );
});

test("folding loses no row, and keeps their order", () => {
  fc.assert(
    fc.property(anyExecution, fc.integer({ min: 1, max: 300 }), (execution, rowsMax) => {
      const rows = foldRows(execution, { rowsMax }).flatMap((line) => (line.kind === "shown" ? [line.row] : line.rows));
      expect(rows).toEqual(execution.rows);
    }),
    { seed: 1 },
  );
});

test("an execution that is short enough is shown whole", () => {
  fc.assert(
    fc.property(anyExecution, (execution) => {
      expect(foldRows(execution, { rowsMax: execution.rows.length }).every(({ kind }) => kind === "shown")).toBe(true);
    }),
    { seed: 1 },
  );
});

test("private data is folded first, accesses that matter and the end last", () => {
  const rows = [
    ...[0, 1, 2, 3].map((step) => access(step, 0, "writeOnce", "own.data")),
    access(4, 0, "readOnce", "shared.word"),
    access(5, 0, "readOnce", "shared.word"),
    access(6, 0, "spinLock", "pool.lock"),
    access(7, 0, "writeOnce", "peer#1.left"),
    access(8, 1, "writeOnce", "shared.word"),
    access(9, 1, "writeOnce", "shared.word"),
    access(10, 1, "readOnce", "other.word"),
  ];
  const execution: Execution = {
    scenario: "s",
    threads: ["a", "b"],
    rows,
    violation: { property: "p", because: "b", object: "peer#1" },
  };
  const shown = (rowsMax: number, matters: number[] = []): number[] =>
    foldRows(execution, { rowsMax, matters: new Set(matters) }).flatMap((line) =>
      line.kind === "shown" && line.row.kind === "access" ? [line.row.step] : [],
    );
  expect(shown(11)).toHaveLength(11);
  // The very first access is a switch as well: none precedes it.
  expect(shown(9)).toEqual([0, 4, 5, 6, 7, 8, 9, 10]);
  // A row that would be folded alone is shown: its fold would also take a line.
  expect(shown(5, [9])).toEqual([7, 8, 9, 10]);
  expect(shown(4, [9])).toEqual([8, 9, 10]);
  expect(shown(2, [9])).toEqual([10]);
});

test("a folded line names its count, its operation and its objects", () => {
  const rows = [
    operation(0, 0, "begin", "get v4/10"),
    ...Array.from({ length: 6 }, (_, step) => access(step, 0, "readOnce", `peer#${step}.left`)),
    access(6, 1, "free", "peer#1"),
  ];
  const text = storyOf({ scenario: "s", threads: ["reader", "writer"], rows }, { rowsMax: 2 }).join("\n");
  expect(text).toContain("… get v4/10: 6 accesses to peer#0, peer#1, peer#2, …");
});

test("when nothing else is short enough, several threads fold into one line that names them", () => {
  const rows = [
    ...Array.from({ length: 40 }, (_, step) => access(step, step % 2, "readOnce", "own.data")),
    access(40, 1, "free", "peer#1"),
  ];
  const text = storyOf({ scenario: "s", threads: ["reader", "writer"], rows }, { rowsMax: 5 }).join("\n");
  expect(text).toContain("… 40 accesses to own by reader, writer");
});

test("a stream that is not a terminal gets no colours, and colours do not change the text", () => {
  const plain = storyOf(revival);
  expect(storyOf(revival, { paint: paintFor(new PassThrough()) })).toEqual(plain);
  const coloured = storyOf(revival, { paint: (look, text) => `\u001b[${look === "bad" ? 31 : 2}m${text}\u001b[0m` });
  expect(coloured[0]).toContain("\u001b[31m");
  expect(coloured.map(stripVTControlCharacters)).toEqual(plain);
});

test("a narrow story names files without their folders, and leaves out held resources", () => {
  const text = storyOf(revival, { width: 80 }).join("\n");
  expect(text).toContain(" refcount.ts:12");
  expect(text).not.toContain("impl/sync");
  expect(text).not.toContain("rcu");
});
