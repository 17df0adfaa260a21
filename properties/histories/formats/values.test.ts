import * as fc from "fast-check";
import { expect, test } from "vitest";
import { Literal } from "#model/literal.ts";
import { ednText } from "../edn-text.ts";
import { EdnError, ednValue, ednValueAt } from "./edn-value.ts";
import { exactJson } from "./exact-json.ts";
import { GoValueError, goLiteralAt, goPrintedStructAt } from "./go-value.ts";
import { createTimeline } from "./recorded-time.ts";

const literal = (edn: string): Literal => Literal.of(edn);

function ednFault(text: string): string {
  try {
    return `no fault: ${ednText(ednValue(text))}`;
  } catch (error) {
    if (error instanceof EdnError) return error.message;
    throw error;
  }
}

test("EDN: scalars, with every digit", () => {
  expect(
    ednValue('[nil true false 5 -0 +7 5N 1M 1. 1.5e3 9007199254740993 1/3 :a :a/b foo "a\\n\\u0041\\"" ##NaN]'),
  ).toEqual([
    null,
    true,
    false,
    5,
    0,
    7,
    5,
    1,
    1,
    1500,
    9007199254740993n,
    literal("1/3"),
    literal(":a"),
    literal(":a/b"),
    literal("foo"),
    'a\nA"',
    literal("##NaN"),
  ]);
});

test("EDN: characters, including brackets, by name or number", () => {
  expect(ednValue('[\\a \\\\ \\( \\) \\" \\; \\newline \\u0061 \\space]')).toEqual(
    ["\\a", "\\\\", "\\(", "\\)", '\\"', "\\;", "\\newline", "\\a", "\\space"].map(literal),
  );
});

test("EDN: collections, comments, and discarded values", () => {
  expect(ednValue("; a\n{:a [1 (2)], #_ :b #_{:c 1} :d #{1 2}, #_#_ 1 2 [1] x} ; b")).toEqual(
    new Map<unknown, unknown>([
      [literal(":a"), [1, [2]]],
      [literal(":d"), new Set([1, 2])],
      [literal("[1]"), literal("x")],
    ]),
  );
  expect(ednValue('#inst"2024" ')).toBe(literal('#inst "2024"'));
  expect(ednValue("#a/b #c [2 1]")).toBe(literal("#a/b #c [2 1]"));
  expect(ednValue("#t #{2 1}")).toBe(ednValue("#t #{1 2}"));
  expect(ednValueAt("  5 rest", 0)).toEqual({ value: 5, end: 3 });
});

test("EDN: faults are reported", () => {
  expect(
    [
      "",
      "[",
      "[1",
      "(1]",
      "{:a}",
      "{:a 1 :a 2}",
      "#{1 1}",
      "1 2",
      "012",
      "1/0",
      "1a",
      "\\",
      "\\foo",
      "#",
      "#1 2",
      "@x",
      ":",
      '"a',
      '"\\x"',
      "}",
    ].map(ednFault),
  ).toEqual([
    "expected a value, found the end",
    "expected a value, found the end",
    "expected a value, found the end",
    'expected a value, found "]"',
    "expected a value for each key of a map",
    "expected each key once, found :a again",
    "expected each member of a set once",
    'expected nothing more, found "2"',
    'expected a number, found "012"',
    'expected a number, found "1/0"',
    'expected a number, found "1a"',
    'expected a character, found "\\"',
    'expected a character, found "\\foo"',
    'expected a value, found "#"',
    'expected a value, found "#1 2"',
    'expected a value, found "@x"',
    'expected a value, found ":"',
    "expected the end of a text, found the end",
    "Unexpected escape character: \\x",
    'expected a value, found "}"',
  ]);
});

test("endlessly nested values are refused, not recursed into", () => {
  for (const piece of ["[", "(", "{:a ", "#_", "#a ", "[#_"])
    expect(ednFault(piece.repeat(100_000))).toBe("expected values within values at most 200 deep");
  for (const piece of ["[", '{"a":'])
    expect(() => exactJson(piece.repeat(100_000))).toThrow("expected values within values at most 200 deep");
  expect(exactJson(`["${"[".repeat(1_000)}\\"["]`)).toHaveLength(1); // brackets in a string are text
  expect(() => goLiteralAt("{".repeat(10_000), 0)).toThrow(GoValueError);
  expect(() => goPrintedStructAt("{A:".repeat(10_000), 0)).toThrow(GoValueError);
});

test("EDN: a written value is read back", () => {
  const scalars = fc.oneof(
    fc.integer(),
    fc.string({ unit: "binary" }).filter((text) => text.isWellFormed()),
    fc.boolean(),
    fc.constant(null),
  );
  const { value } = fc.letrec<{ value: unknown }>((tie) => ({
    value: fc.oneof(
      { maxDepth: 4 },
      scalars,
      fc.array(tie("value"), { maxLength: 4 }),
      fc.dictionary(fc.string(), tie("value"), { maxKeys: 4 }),
    ),
  }));
  fc.assert(
    fc.property(value, (each) => {
      expect(ednText(ednValue(ednText(each)))).toBe(ednText(each));
    }),
    { seed: 5, numRuns: 500 },
  );
});

test("JSON: numbers keep every digit, and short ones cost nothing", () => {
  expect(exactJson('[9007199254740993, 1.50, 1e2, 0.12345678901234567890, {"a": -9007199254740993}]')).toEqual([
    9007199254740993n,
    1.5,
    100,
    literal("0.1234567890123456789M"),
    { a: -9007199254740993n },
  ]);
  expect(() => exactJson("[1e999]")).toThrow("expected a number that can be held, found 1e999");
  fc.assert(
    fc.property(fc.jsonValue(), (each) => {
      const text = JSON.stringify(each);
      // -0 is 0, and doubles beyond 2^53 are bigints.
      expect(
        JSON.stringify(exactJson(text), (_name, value: unknown) => (typeof value === "bigint" ? Number(value) : value)),
      ).toBe(text);
    }),
    { seed: 6, numRuns: 500 },
  );
});

test("times: small places unchanged, nanoseconds and fractions from the first, dates", () => {
  const places = (...times: readonly unknown[]): unknown[] => {
    const timeline = createTimeline();
    return times.map((time) => timeline.placeOf(time));
  };
  expect(places(0, 7, 1_000_000)).toEqual([0, 7, 1_000_000]);
  expect(places(1761225307057190246n, 1761225307057190300n, 1761225307057190245n)).toEqual([0, 54, -1]);
  expect(places(exactJson("1761225307.057190246"), exactJson("1761225307.057190247"))).toEqual([0, 1e-9]);
  expect(
    places("2024-01-02T03:04:05.000000001Z", "2024-01-02 03:04:05,000000003", "2024-01-02T04:04:06+01:00"),
  ).toEqual([0, 2e-9, 0.999999999]);
  expect(places("1969-12-31T23:59:59.25Z", "1970-01-01T00:00:00.5Z")).toEqual([-0.75, 0.5]);
  // Too far from the first to be exact, or no time.
  expect(places(0, 2n ** 60n + 1n, "soon", null, "2024-13-01T00:00:00Z")).toEqual([
    0,
    undefined,
    undefined,
    undefined,
    undefined,
  ]);
});

test("Go: literals as written in source, and as %#v prints them", () => {
  const read = (text: string): unknown => goLiteralAt(text, 0).value;
  expect(
    read('porcupine.Event{ClientId: 0, Kind: porcupine.CallEvent, Value: kvInput{op: 0x1, key: "a\\"b"}, Id: -1,}'),
  ).toEqual({ ClientId: 0, Kind: "CallEvent", Value: { op: 1, key: 'a"b' }, Id: -1 });
  expect(read("registerInput{false, 100}")).toEqual([false, 100]);
  expect(read("&T{A: nil, B: interface {}(nil), C: []int{1, 2}, D: `x`, E: int64(9007199254740993)}")).toEqual({
    A: null,
    B: null,
    C: [1, 2],
    D: "x",
    E: 9007199254740993n,
  });
  for (const text of ["", "{1 2}", "{A: 1, 2}", '"a', "T{A: }", "f(1", "`a", '"\\q"'])
    expect(() => read(text)).toThrow(GoValueError);
});

test("Go: structs as %+v prints them, with unquoted strings", () => {
  expect(goPrintedStructAt("{ClientId:0 Value:{op:2 key:k value:x 0 1 y, z} Out:<nil> E:{} F:}", 0).value).toEqual({
    ClientId: 0,
    Value: { op: 2, key: "k", value: "x 0 1 y, z" },
    Out: null,
    E: {},
    F: "",
  });
  for (const text of ["", "{", "{1 2}", "{A:{B:1}"]) expect(() => goPrintedStructAt(text, 0)).toThrow(GoValueError);
});
