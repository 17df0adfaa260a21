import { expect, test } from "vitest";
import type { AccessRow, Execution } from "#reports/recorded-execution.ts";
import { causeOf } from "./cause.ts";

function access(thread: number, access: string, place: string, line: number): AccessRow {
  const object = place.split(".")[0] ?? "";
  const writes = access.startsWith("write");
  return {
    kind: "access",
    step: line,
    thread,
    access,
    place,
    object,
    effect: "",
    writes,
    holds: [],
    location: { file: "impl/a.ts", line, column: 1 },
  };
}

function execution(...rows: readonly AccessRow[]): Execution {
  return { scenario: "any", threads: ["a", "b", "c"], rows };
}

const story = [
  access(0, "writeOnce", "peer#1.refcount", 3),
  access(1, "readOnce", "peer#1.left", 4),
  access(1, "readOnce", "peer#1.refcount", 5),
  access(1, "readOnce", "peer#1.right", 6),
];

test("the cause has the lines of the last two accesses of different threads to one word, one of them a write", () => {
  expect(causeOf("leak", execution(...story)).lines).toBe("impl/a.ts:3 impl/a.ts:5");
  expect(causeOf("leak", execution(...story.slice(1))).lines).toBe("impl/a.ts:6");
  expect(causeOf("leak", execution()).lines).toBe("");
});

test("other threads and objects of the same kind do not change the cause", () => {
  const renamed = story.map((row) => ({
    ...row,
    thread: row.thread === 0 ? 2 : 0,
    place: row.place.replace("#1", "#7"),
    object: "peer#7",
  }));
  expect(causeOf("leak", execution(...renamed))).toEqual(causeOf("leak", execution(...story)));
});

test("another property, line or story is another cause", () => {
  const { cause } = causeOf("leak", execution(...story));
  expect(causeOf("data-race", execution(...story)).cause).not.toBe(cause);
  expect(
    causeOf("leak", execution(...story.map((row) => ({ ...row, location: { file: "impl/b.ts", line: 1, column: 1 } }))))
      .cause,
  ).not.toBe(cause);
  const [first, ...rest] = story;
  if (first === undefined) throw new Error("no story");
  expect(causeOf("leak", execution(first, first, ...rest)).cause).not.toBe(cause);
});
