import fc from "fast-check";
import { expect, test } from "vitest";
import { LitmusError } from "../../litmus/litmus-error.ts";
import { checkEsLitmus, type EsAnswer } from "../check-es-litmus.ts";
import { expected, keysOf, textOf } from "../test-data.fixture.ts";
import { parseJavaScriptLitmus } from "./javascript-litmus.ts";
import { jsonTest, type JsonStatement } from "./json-shape.ts";

function decide(text: string): EsAnswer {
  const result = checkEsLitmus({ program: parseJavaScriptLitmus(text, "t"), text });
  if (result.kind === "undecided") throw new Error(result.because);
  return result;
}

function registersOf(body: readonly JsonStatement[]): readonly string[] {
  return body.flatMap((statement) => {
    if (statement.op === "if") return [...registersOf(statement.then), ...registersOf(statement.else ?? [])];
    return "reg" in statement && statement.reg !== undefined ? [statement.reg] : [];
  });
}

/** A test in JSON, with its agents as the JavaScript that it shows to people. */
function asJavaScript(text: string): string {
  const { bytes, arrays, init = [], agents, js = [], final = [] } = jsonTest.parse(JSON.parse(text));
  const isBigInt = (array: string): boolean => arrays[array]?.type.startsWith("Big") === true;
  return [
    `const buffer = new SharedArrayBuffer(${bytes});`,
    ...Object.entries(arrays).map(
      ([name, { type, offset, length }]) => `const ${name} = new ${type}Array(buffer, ${offset}, ${length});`,
    ),
    ...init.map(({ array, index, value }) => `${array}[${index}] = ${value}${isBigInt(array) ? "n" : ""};`),
    ...agents.map((body, i) => {
      const declared = [...new Set(registersOf(body))].map((name) => `let ${name};`);
      return `function a${i}() { ${declared.join(" ")} ${js[i]?.replace(/^agent \d+: /, "") ?? ""} }`;
    }),
    `locations(${final.map(({ array, index }) => `${array}[${index}]`).join(", ")});`,
  ].join("\n");
}

test("every test in JSON has the same outcomes as the JavaScript that it shows", () => {
  // The domain of this one, values out of thin air, has no place in JavaScript.
  const names = Object.keys(expected).filter((name) => name !== "AIR-data+data");
  for (const name of names) {
    const { outcomes, race } = decide(asJavaScript(textOf(name)));
    const named = outcomes.map((row) =>
      row.map((entry) => (typeof entry === "string" ? entry.replaceAll(/\ba(?=\d)/g, "") : entry)),
    );
    expect(keysOf(named), name).toEqual(keysOf(expected[name]?.outcomes ?? []));
    expect(race, name).toBe(expected[name]?.race);
  }
  expect(names).toHaveLength(231);
});

const MEMORY = `
const buffer = new SharedArrayBuffer(16);
const x = new Int32Array(buffer);
const q = new BigInt64Array(buffer, 8);
const f = new Float32Array(buffer, 0, 1);
const view = new DataView(buffer);
const ONE = 1;
`;

/** The only outcome of one agent that runs alone. */
function alone(body: string): readonly unknown[] {
  const { outcomes } = decide(`${MEMORY}function only() { ${body} }`);
  expect(outcomes).toHaveLength(1);
  return outcomes[0] ?? [];
}

const element = fc.constantFrom("x[0]", "x[1]", "b[0]", "b[5]", "u[2]");
const number = fc.constantFrom("0", "1", "-1", "3.7", "257", "-70000", "4294967297");
const operand = fc.oneof(number, element, fc.constantFrom("r0", "r1"));
const target = fc.constantFrom("r0", "r1");
const place = fc.constantFrom("x, 0", "x, 1", "b, 0", "b, 5", "u, 2");
const statement = fc.oneof(
  fc.tuple(element, fc.constantFrom("=", "+=", "-=", "^=", "<<="), operand).map((parts) => `${parts.join(" ")};`),
  fc
    .tuple(target, operand, fc.constantFrom("+", "*", "&", "%", ">>>", "===", "<"), operand)
    .map(([name, a, operator, b]) => `${name} = Number(${a} ${operator} ${b});`),
  fc
    .tuple(target, fc.constantFrom("add", "sub", "and", "or", "xor", "exchange", "store"), place, operand)
    .map(([name, operation, where, value]) => `${name} = Atomics.${operation}(${where}, ${value});`),
  fc
    .tuple(target, place, operand, operand)
    .map(([name, where, wanted, value]) => `${name} = Atomics.compareExchange(${where}, ${wanted}, ${value});`),
  fc
    .tuple(fc.constantFrom("Int16", "Uint32", "Float32", "Float64"), fc.nat(8), operand, fc.boolean())
    .map(([type, byte, value, isLittle]) => `view.set${type}(${byte}, ${value}, ${isLittle});`),
  fc
    .tuple(target, fc.constantFrom("Int8", "Uint16", "Int32"), fc.nat(8), fc.boolean())
    .map(([name, type, byte, isLittle]) => `${name} = view.get${type}(${byte}, ${isLittle});`),
  fc.tuple(operand, element, element).map(([condition, a, b]) => `if (${condition}) ${a}++; else --${b};`),
  fc.tuple(target, operand, element, element).map(([name, a, b, c]) => `${name} = ${a} ? ${b}++ : ${c} && ${b};`),
);

test("one agent that runs alone behaves as in Node", () => {
  const memory = `
    const buffer = new SharedArrayBuffer(16);
    const x = new Int32Array(buffer, 0, 2);
    const b = new Int8Array(buffer);
    const u = new Uint16Array(buffer, 2);
    const view = new DataView(buffer);`;
  fc.assert(
    fc.property(fc.array(statement, { minLength: 1, maxLength: 6 }), (statements) => {
      const reads = "const all = view.getInt32(0); const rest = view.getInt32(4);";
      const body = `let r0 = 0; let r1 = 1; ${statements.join(" ")} ${reads}`;
      // The values that Node itself computes from the same source.
      const inNode = new Function(`${memory} ${body} return [all, r0, r1, rest];`)();
      expect(decide(`${memory} function only() { ${body} }`).outcomes).toEqual([inNode]);
    }),
    { seed: 1, numRuns: 300 },
  );
});

test("accesses inside expressions take place from left to right, and compute as the language does", () => {
  expect(alone("x[0] = 3; x[1] = 4; const a = x[0] * 10 + x[1];")).toEqual([34]);
  expect(alone("x[0] = 5; const a = x[0]++; const b = ++x[0]; x[0] += 10; const c = x[0];")).toEqual([5, 7, 17]);
  expect(alone("q[0] = 5n; q[0]++; const a = q[0]; const b = Number(a) + 1; const c = BigInt(b);")).toEqual([
    6n,
    7,
    7n,
  ]);
  expect(alone("x[0] = 7; const a = -x[0] >>> 28; const b = ~x[0]; const c = !x[0];")).toEqual([15, -8, false]);
  expect(alone("const a = Atomics.add(x, 0, 3.9); const b = Atomics.store(x, 1, 3.7); const c = x[0];")).toEqual([
    0, 3, 3,
  ]);
  expect(alone("f[0] = 0.1; const a = f[0]; x[x.length - 1] = ONE; const b = x[3];")).toEqual([Math.fround(0.1), 1]);
});

test("the right side of a logical operator, and a conditional's branches, take place only if they are reached", () => {
  expect(alone("const a = x[0] && x[1]++; const b = x[1]; const c = x[0] || ++x[1];")).toEqual([0, 0, 1]);
  expect(alone("x[0] = 2; const a = x[0] ? x[0]++ : x[1]++; const b = x[0]; const c = x[1];")).toEqual([2, 3, 0]);
  expect(alone("let a; const b = a ?? x[0];")).toEqual([null, 0]);
});

test("return ends an agent, and later registers are never assigned", () => {
  expect(alone("let a = 1; if (x[0] === 0) return; a = 2;")).toEqual([1]);
  expect(alone("const a = 1; if (x[0] === 0) { return; } const b = 2;")).toEqual([1, null]);
});

test("small integers wrap, and expected values are compared as bytes", () => {
  const { outcomes } = decide(`
    const b = new Int8Array(new SharedArrayBuffer(1));
    function only() {
      b[0] = 1;
      const swapped = Atomics.compareExchange(b, 0, 257, 300);
      const after = b[0];
    }`);
  expect(outcomes).toEqual([[44, 1]]);
});

test("a wait with a timeout never sleeps forever; one without may", () => {
  const sleeper = (timeout: string): string => `
    const x = new Int32Array(new SharedArrayBuffer(4));
    function sleeper() { const result = Atomics.wait(x, 0, 0${timeout}); }`;
  expect(decide(sleeper(", 5")).outcomes).toEqual([["timed-out", ""]]);
  for (const timeout of ["", ", Infinity", ", NaN", ", undefined"]) {
    expect(decide(sleeper(timeout)).outcomes).toEqual([[null, "sleeper"]]);
  }
});

test("a condition may be about registers, about memory at the end, and about both", () => {
  const { question, columns } = decide(`${MEMORY}
    function left() { x[0] = 1; }
    function right() { const seen = x[0]; }
    forall(right.seen === 0 || (right.seen === ONE && x[0] === 1));`);
  expect(columns).toEqual(["right:seen", "x[0]"]);
  expect(question).toEqual({
    quantifier: "forall",
    conditionText: "right.seen === 0 || (right.seen === ONE && x[0] === 1)",
    positive: 2,
    negative: 0,
  });
});

function message(text: string): string {
  try {
    decide(text);
  } catch (error) {
    if (error instanceof LitmusError) return error.message;
    throw error;
  }
  return "accepted";
}

test("unsupported code in an agent is rejected with its place and an alternative", () => {
  const cases: readonly (readonly [string, string])[] = [
    ["while (x[0]) {}", "loops are not supported: write out the iterations"],
    ["x.fill(1);", "x.fill() makes several accesses, in its own order: write them one by one"],
    ["x[4] = 1;", "4 is not an index of x, as Int32: they go from 0 to 3"],
    ["const r = x[-1];", "-1 is not an index of x"],
    ["view.setInt32(13, 1);", "13 is not an index of view, as Int32: they go from 0 to 12"],
    ["Atomics.add(f, 0, 1);", "Atomics.add takes arrays of integers, and f is Float32"],
    ["Atomics.wait(f, 0, 1);", "Atomics.wait takes Int32 and BigInt64 arrays, and f is Float32"],
    ["Atomics.load(x);", "1 arguments: write Atomics.load(ARRAY, INDEX)"],
    ["Atomics.waitAsync(x, 0, 0);", "Atomics.waitAsync is not supported: write Atomics.wait"],
    ["Atomics.swap(x, 0, 0);", "Atomics.swap is not supported"],
    ["q[0] = 1;", "1 is not a BigInt, which BigInt64 elements are"],
    ["x[0] = 1n;", "1n is a BigInt, which Int32 elements are not"],
    ["const r = q[0] + 1;", "+: Cannot mix BigInt and other types"],
    ["const r = x[0]; q[0] = r;", "0 is not a BigInt, which BigInt64 elements are"],
    ["const r = 1; r = 2;", "r is a const: declare it with let"],
    ["r = 2;", "r is not a variable of this agent: declare it with let"],
    ["const r = y;", "y is not declared before it is used"],
    ["const r = x;", "x is memory, not a value: access an element of it"],
    ["let r; const s = (r = 1);", "an assignment inside an expression is not supported"],
    ["const [r] = x;", "destructuring is not supported"],
    ["let r; { let r; }", "r is declared twice in this agent"],
    ["const x = 1;", "x is declared outside: use another name"],
    ["return x[0];", "an agent's registers are its outcome"],
    ["helper();", "an agent calls nothing but Atomics and DataViews"],
    ["const r = new Date();", "NewExpression is not supported in an agent"],
    ["const r = view.getInt32(0, x[0]);", "the byte order must be a constant: true or false"],
    ["Atomics.notify(x, 0, x[1]);", "a count must be a constant number here"],
    ["x[0] &&= 1;", "&&= may or may not write: write an if"],
    ["x.length = 1;", "an access is to an element of an array that the test declares"],
    ["throw x[0];", "ThrowStatement is none of these"],
    ["let r = 0; const s = r++;", "an assignment inside an expression is not supported"],
    ["const r = x[0] in ONE;", "the operator in is not supported"],
    ["const r = x.fill(0);", "x.fill() "],
    ["const r = x.buffer;", "x.buffer is not supported in an agent"],
    ["const r = ONE.toString();", "ONE is not memory that the test declares"],
    ["const r = (1)[0];", "expected the name of an array that the test declares"],
    ["const r = view[0];", "view is not a typed array that the test declares"],
    ["x[0].at(1);", "at of this is not supported"],
    ["const r = x['0' + 0];", "00 is not an index of x, as Int32"],
  ];
  for (const [body, wanted] of cases) {
    expect(message(`${MEMORY}function only() { ${body} }`), body).toMatch(/^8:\d+: /);
    expect(message(`${MEMORY}function only() { ${body} }`), body).toContain(wanted);
  }
});

test("empty statements, lengths, NaN, Infinity and undefined are taken as the language has them", () => {
  expect(alone("; const r = x.length; const s = Infinity; const t = undefined ?? 7; if (x[0]) ; return;")).toEqual([
    4,
    Infinity,
    7,
  ]);
});

test("unsupported content of a test is rejected with its place", () => {
  const agent = "function a() { const r = 1; }";
  const cases: readonly (readonly [string, string])[] = [
    ["", "1:1: a test has at least one agent: function NAME() { … }"],
    ["const x = ;", "1:11: Unexpected token"],
    [
      `const x = new Int32Array(4); ${agent}`,
      "1:26: memory that is not shared makes no events: write new SharedArrayBuffer(N * 4)",
    ],
    [`const x = new Int32Array(new SharedArrayBuffer(6)); ${agent}`, "6 bytes are not a whole number of elements of 4"],
    [`const x = new Int32Array(new SharedArrayBuffer(8), 2, 1); ${agent}`, "offset 2 is not a multiple of 4"],
    [
      `const x = new Int32Array(new SharedArrayBuffer(8), 4, 2); ${agent}`,
      "2 elements from byte 4 on end beyond the buffer's 8",
    ],
    [`const b = new SharedArrayBuffer(1e9); ${agent}`, "a test has at most 1048576 bytes"],
    [`const b = new SharedArrayBuffer(8, { maxByteLength: 16 }); ${agent}`, "buffers that grow are not supported"],
    [`let x = 1; ${agent}`, "what all agents share is declared with const"],
    ["import fs from 'node:fs';", "the top level of a test declares memory"],
    ["async function a() {}", "a must be a plain function"],
    ["function a(x) {}", "a takes no arguments"],
    [`${agent} ${agent}`, "Identifier 'a' has already been declared"],
    [`${agent} exists(a.s === 1);`, "agent a declares no s: there are r"],
    [`${agent} exists(b.r === 1);`, "no agent b in this test"],
    [`${agent} exists(a.r); never(a.r);`, "a test has one condition"],
    [`${agent} exists();`, "exists(CONDITION)"],
    [Array.from({ length: 17 }, (_, i) => `function a${i}() {}`).join("\n"), "17:1: a test has at most 16 agents"],
    [`function a() { let r; ${"r = 1; ".repeat(500)} }`, "a test has at most 400 accesses and assignments"],
    ["(".repeat(20_000), "1:1: this is nested too deeply"],
  ];
  for (const [text, wanted] of cases) expect(message(text)).toContain(wanted);
});

test("a changed file is a test or an error with its place, never anything else", () => {
  const texts = ["RND-g009", "WN-timeout", "RMW-trylock", "MIX-float32-tears"].map((name) =>
    asJavaScript(textOf(name)),
  );
  const changed = fc
    .tuple(
      fc.constantFrom(...texts),
      fc.nat(),
      fc.nat(12),
      fc.oneof(fc.string({ maxLength: 4 }), fc.constantFrom("}", "x", "1n", "[0]", "r0", "=>")),
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
