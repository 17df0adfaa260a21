import fc from "fast-check";
import { expect, test } from "vitest";
import { checkEsLitmus } from "../check-es-litmus.ts";
import { LitmusError } from "../../litmus/litmus-error.ts";
import { textOf } from "../test-data.fixture.ts";
import { parseJsonLitmus } from "./json-litmus.ts";

const base = {
  name: "t",
  bytes: 16,
  arrays: {
    x: { type: "Int32", offset: 0, length: 2 },
    q: { type: "BigInt64", offset: 8, length: 1 },
    f: { type: "Float32", offset: 0, length: 1 },
  },
};

function message(test: unknown): string {
  const text = typeof test === "string" ? test : JSON.stringify(test, null, 1);
  try {
    parseJsonLitmus(text);
  } catch (error) {
    if (error instanceof LitmusError) return error.message;
    throw error;
  }
  return "accepted";
}

function agentWith(statement: unknown): unknown {
  return { ...base, agents: [[statement]] };
}

const read = { op: "read", array: "x", index: 0, reg: "r" };

test("errors are reported with their place and path", () => {
  const cases: readonly (readonly [unknown, string])[] = [
    ["", "1:1: not JSON: Unexpected end of input"],
    ['{"name": "t",}', "1:14: not JSON: Unexpected token RBrace"],
    ['{"name": \u0000}', "1:10: not JSON: Unexpected character '\\u{0}'"],
    ['{"name": "t", "bytes": 1,\n "name": "u"}', '2:2: "name" is given twice'],
    ["[1, 2]", "1:1: expected object, received array"],
    [`${"[".repeat(300)}`, "1:201: values are nested more than 200 deep"],
    [{ ...base, agents: [] }, "agents: must have at least one agent"],
    [{ ...base, agent: [] }, "agents: expected array, received undefined"],
    [{ ...base, agents: [[read]], extra: 1 }, "has no meaning here: extra"],
    [{ ...base, bytes: "16", agents: [[read]] }, "bytes: must be a number"],
    [{ ...base, bytes: 1e9, agents: [[read]] }, "bytes: 1000000000 bytes are too many"],
    [{ ...base, agents: Array.from({ length: 17 }, () => [read]) }, "agents: 17 agents are too many"],
    [
      { ...base, agents: [Array.from({ length: 500 }, () => read)] },
      "agents[0][400]: a test has at most 400 statements",
    ],
    [agentWith({ ...read, op: "fetch" }), "agents[0][0].op: is not an operation: there are read, load, write"],
    [agentWith({ ...read, arrray: "x" }), "agents[0][0]: has no meaning here: arrray"],
    [agentWith({ ...read, array: "z" }), 'agents[0][0].array: no array "z": there are x, q, f'],
    [agentWith({ ...read, index: 2 }), "agents[0][0].index: 2 is out of range of x, as Int32: the last is 1"],
    [agentWith({ ...read, index: -1 }), "agents[0][0].index: must not be negative"],
    [agentWith({ ...read, index: 0.5 }), "agents[0][0].index: must be a whole number"],
    [
      agentWith({ op: "add", array: "f", index: 0, value: 1 }),
      "Atomics.add takes arrays of integers, and f is Float32",
    ],
    [
      agentWith({ op: "wait", array: "f", index: 0, value: 1 }),
      "Atomics.wait takes Int32 and BigInt64 arrays, and f is Float32",
    ],
    [agentWith({ op: "write", array: "q", index: 0, value: 0.5 }), "agents[0][0].value: 0.5 is not a whole number"],
    [agentWith({ op: "write", array: "x", index: 0, value: {} }), "agents[0][0].value: must be a number, {"],
    [agentWith({ op: "write", array: "x", index: 0, value: "1" }), "agents[0][0].value: must be a number, {"],
    [agentWith({ op: "dvget", type: "Int24", byte: 0, reg: "r" }), "agents[0][0].type: no type Int24 of a DataView"],
    [
      agentWith({ op: "dvget", type: "Int32", byte: 13, reg: "r" }),
      "agents[0][0].byte: 13 is out of range of dv, as Int32",
    ],
    // oxlint-disable-next-line unicorn/no-thenable -- the format's own name
    [agentWith({ op: "if", cond: 1, then: [{ ...read, op: "x" }] }), "agents[0][0].then[0].op: is not an operation"],
    [{ ...base, agents: [[read]], final: [{ array: "x", index: 9 }] }, "final[0].index: 9 is out of range of x"],
    [
      { ...base, arrays: { x: { type: "Int33", offset: 0, length: 1 } }, agents: [[]] },
      "arrays.x.type: no element type Int33",
    ],
    [
      { ...base, arrays: { x: { type: "Int32", offset: 2, length: 1 } }, agents: [[]] },
      "arrays.x.offset: 2 is not a multiple of 4",
    ],
    [
      { ...base, arrays: { x: { type: "Int32", offset: 0, length: 5 } }, agents: [[]] },
      "arrays.x.length: 5 elements from byte 0",
    ],
  ];
  for (const [given, wanted] of cases) expect(message(given)).toContain(wanted);
});

test("the reported place is that of the value", () => {
  const text =
    `{"name": "t", "bytes": 4,\n "arrays": {"x": {"type": "Int32", "offset": 0, "length": 1}},\n ` +
    `"agents": [[{"op": "read", "array": "y", "index": 0}]]}`;
  expect(message(text)).toBe('3:38: agents[0][0].array: no array "y": there are x');
});

test("whole numbers of 64 bits keep their digits", () => {
  const wide = "18446744073709551615";
  const text = `{"name": "t", "bytes": 8, "arrays": {"q": {"type": "BigUint64", "offset": 0, "length": 1}},
    "agents": [[{"op": "store", "array": "q", "index": 0, "value": ${wide}},
      {"op": "load", "array": "q", "index": 0, "reg": "r"}]]}`;
  expect(checkEsLitmus({ program: parseJsonLitmus(text), text })).toMatchObject({ outcomes: [[BigInt(wide)]] });
});

test("numbers stand for BigInts in expressions, and a register that was never assigned for 0", () => {
  const text = JSON.stringify({
    ...base,
    agents: [
      [
        { op: "write", array: "q", index: 0, value: 3 },
        { op: "read", array: "q", index: 0, reg: "r" },
        { op: "let", reg: "sum", value: { op: "+", a: { reg: "r" }, b: { reg: "none" } } },
        { op: "let", reg: "less", value: { op: "<", a: { reg: "r" }, b: 4 } },
        { op: "write", array: "x", index: 0, value: { op: "*", a: { reg: "sum" }, b: 2 } },
        { op: "read", array: "x", index: 0, reg: "x" },
      ],
    ],
  });
  expect(checkEsLitmus({ program: parseJsonLitmus(text), text })).toMatchObject({
    columns: ["0:less", "0:r", "0:sum", "0:x"],
    outcomes: [[1, 3n, 3n, 6]],
  });
});

test("a changed file is a test or an error with its place, never anything else", () => {
  const texts = ["RND-g009", "WN-timeout", "RMW-trylock", "MIX-float32-tears"].map(textOf);
  const changed = fc
    .tuple(
      fc.constantFrom(...texts),
      fc.nat(),
      fc.nat(20),
      fc.oneof(fc.string({ maxLength: 4 }), fc.constantFrom("}", "[", "-1", "1e999", "null", "{}")),
    )
    .map(([text, at, length, instead]) => {
      const start = at % text.length;
      return text.slice(0, start) + instead + text.slice(start + length);
    });
  fc.assert(
    fc.property(changed, (text) => {
      expect(message(text)).toMatch(/^accepted$|^\d+:\d+: ./);
    }),
    { seed: 1, numRuns: 500 },
  );
});
