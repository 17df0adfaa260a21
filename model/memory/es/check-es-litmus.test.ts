import fc from "fast-check";
import { expect, test } from "vitest";
import { checkEsLitmus, type EsAnswer } from "./check-es-litmus.ts";
import { enumerateOutcomes, type EnumeratedAnswer } from "./direct-enumeration.fixture.ts";
import { parseJavaScriptLitmus } from "./notation/javascript-litmus.ts";
import { parseJsonLitmus } from "./notation/json-litmus.ts";
import { keyOf, type Row } from "./outcome.ts";
import { randomAccesses, randomCycles, randomWaits } from "./random-agents.ts";
import { expected, keysOf, textOf } from "./test-data.fixture.ts";
import type { LitmusBounds } from "../litmus/candidate-search.ts";

function decide(text: string, bounds: LitmusBounds = {}): EsAnswer {
  const result = checkEsLitmus({ program: parseJsonLitmus(text), text }, bounds);
  if (result.kind === "undecided") throw new Error(result.because);
  return result;
}

function decideJavaScript(text: string): EsAnswer {
  const result = checkEsLitmus({ program: parseJavaScriptLitmus(text, "test"), text });
  if (result.kind === "undecided") throw new Error(result.because);
  return result;
}

test("all 232 tests have exactly their expected outcomes", () => {
  expect(Object.keys(expected)).toHaveLength(232);
  for (const [name, wanted] of Object.entries(expected)) {
    const found = decide(textOf(name));
    expect(found.columns, name).toEqual(wanted.columns);
    expect(keysOf(found.outcomes), name).toEqual(keysOf(wanted.outcomes));
    expect(keysOf(found.needsCycle), name).toEqual(keysOf(wanted.needsCycle));
    expect(keysOf(found.needsValueCycle), name).toEqual(keysOf(wanted.needsValueCycle));
    expect(keysOf(found.interleaved), name).toEqual(keysOf(wanted.sc));
    expect(found.race, name).toBe(wanted.race);
  }
});

/** Programs whose enumeration takes more combinations of runs are left out. */
const COMBINATIONS_MAX = 300;

function agreesWithEnumeration(text: string): void {
  let wanted: EnumeratedAnswer;
  try {
    wanted = enumerateOutcomes(parseJsonLitmus(text), COMBINATIONS_MAX);
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    fc.pre(false);
    return;
  }
  const { outcomes, needsCycle, needsValueCycle, race } = decide(text);
  const keys = (rows: readonly Row[]): ReadonlySet<string> => new Set(rows.map(keyOf));
  const found: EnumeratedAnswer = {
    outcomes: keys(outcomes),
    needsCycle: keys(needsCycle),
    needsValueCycle: keys(needsValueCycle),
    race,
  };
  expect(found).toEqual(wanted);
}

test("the search and an enumeration of the definition agree on random accesses of mixed sizes", () => {
  fc.assert(fc.property(randomAccesses, agreesWithEnumeration), { seed: 1, numRuns: 80 });
});

test("the search and an enumeration of the definition agree on random waits and notifies", () => {
  fc.assert(fc.property(randomWaits, agreesWithEnumeration), { seed: 1, numRuns: 40 });
});

test("the search and an enumeration of the definition agree on random cycles of agents", () => {
  fc.assert(fc.property(randomCycles, agreesWithEnumeration), { seed: 1, numRuns: 40 });
});

test("pruned and whole search agree on random programs", () => {
  const agrees = (text: string): void => {
    expect(decide(text, { space: "whole" })).toEqual(decide(text));
  };
  fc.assert(fc.property(randomAccesses, agrees), { seed: 1, numRuns: 40 });
  fc.assert(fc.property(randomWaits, agrees), { seed: 1, numRuns: 20 });
});

test("interleaved outcomes need no cycle, and without a data race there are no others", () => {
  const holds = (text: string): void => {
    const { outcomes, needsCycle, interleaved, race } = decide(text);
    const withoutCycle = keysOf(outcomes).difference(keysOf(needsCycle));
    expect(keysOf(interleaved).isSubsetOf(withoutCycle)).toBe(true);
    if (!race) expect(keysOf(outcomes)).toEqual(keysOf(interleaved));
  };
  fc.assert(fc.property(randomAccesses, holds), { seed: 2, numRuns: 300 });
  fc.assert(fc.property(randomWaits, holds), { seed: 2, numRuns: 150 });
});

/** Each access as s (seq-cst) or u (plain), in the order of the agents. */
type Mix = readonly ("s" | "u")[];

const isAll =
  (...positions: readonly number[]) =>
  (mix: Mix): boolean =>
    positions.every((position) => mix[position] === "s");

/** Accesses by agent, W writes and R reads; the weak outcome by column; when it is forbidden. */
const shapes: readonly {
  readonly name: string;
  readonly agents: readonly (readonly string[])[];
  readonly weak: Readonly<Record<string, number>>;
  readonly isForbidden: (mix: Mix) => boolean;
}[] = [
  {
    name: "SB",
    agents: [
      ["Wx1", "Ry"],
      ["Wy1", "Rx"],
    ],
    weak: { "0:r0": 0, "1:r0": 0 },
    isForbidden: isAll(0, 1, 2, 3),
  },
  {
    name: "MP",
    agents: [
      ["Wx1", "Wy1"],
      ["Ry", "Rx"],
    ],
    weak: { "1:r0": 1, "1:r1": 0 },
    isForbidden: isAll(1, 2),
  },
  {
    name: "LB",
    agents: [
      ["Rx", "Wy1"],
      ["Ry", "Wx1"],
    ],
    weak: { "0:r0": 1, "1:r0": 1 },
    isForbidden: (mix) => isAll(0, 3)(mix) || isAll(1, 2)(mix),
  },
  { name: "CoRR", agents: [["Wx1"], ["Rx", "Rx"]], weak: { "1:r0": 1, "1:r1": 0 }, isForbidden: isAll(0, 1) },
  { name: "CoWW", agents: [["Wx1", "Wx2"]], weak: { "x[0]": 1 }, isForbidden: () => true },
  { name: "CoRW1", agents: [["Rx", "Wx1"]], weak: { "0:r0": 1 }, isForbidden: () => true },
  { name: "CoWR", agents: [["Wx1", "Rx"], ["Wx2"]], weak: { "0:r0": 2, "x[0]": 1 }, isForbidden: isAll(0, 1, 2) },
  { name: "CoRW", agents: [["Rx", "Wx1"], ["Wx2"]], weak: { "0:r0": 2, "x[0]": 2 }, isForbidden: isAll(0, 2) },
  {
    name: "S",
    agents: [
      ["Wx2", "Wy1"],
      ["Ry", "Wx1"],
    ],
    weak: { "1:r0": 1, "x[0]": 2 },
    isForbidden: isAll(1, 2),
  },
  {
    name: "R",
    agents: [
      ["Wx1", "Wy1"],
      ["Wy2", "Rx"],
    ],
    weak: { "1:r0": 0, "y[0]": 2 },
    isForbidden: isAll(0, 1, 2, 3),
  },
  {
    name: "2+2W",
    agents: [
      ["Wx1", "Wy2"],
      ["Wy1", "Wx2"],
    ],
    weak: { "x[0]": 1, "y[0]": 1 },
    isForbidden: isAll(0, 1, 2, 3),
  },
  {
    name: "WRC",
    agents: [["Wx1"], ["Rx", "Wy1"], ["Ry", "Rx"]],
    weak: { "1:r0": 1, "2:r0": 1, "2:r1": 0 },
    isForbidden: isAll(0, 1, 2, 3),
  },
  {
    name: "ISA2",
    agents: [
      ["Wx1", "Wy1"],
      ["Ry", "Wz1"],
      ["Rz", "Rx"],
    ],
    weak: { "1:r0": 1, "2:r0": 1, "2:r1": 0 },
    isForbidden: isAll(1, 2, 3, 4),
  },
  {
    name: "IRIW",
    agents: [["Wx1"], ["Wy1"], ["Rx", "Ry"], ["Ry", "Rx"]],
    weak: { "2:r0": 1, "2:r1": 0, "3:r0": 1, "3:r1": 0 },
    isForbidden: isAll(0, 1, 2, 3, 4, 5),
  },
  {
    name: "RWC",
    agents: [["Wx1"], ["Rx", "Ry"], ["Wy1", "Rx"]],
    weak: { "1:r0": 1, "1:r1": 0, "2:r0": 0 },
    isForbidden: isAll(0, 1, 2, 3, 4),
  },
  {
    name: "3.SB",
    agents: [
      ["Wx1", "Ry"],
      ["Wy1", "Rz"],
      ["Wz1", "Rx"],
    ],
    weak: { "0:r0": 0, "1:r0": 0, "2:r0": 0 },
    isForbidden: isAll(0, 1, 2, 3, 4, 5),
  },
  {
    name: "3.LB",
    agents: [
      ["Rx", "Wy1"],
      ["Ry", "Wz1"],
      ["Rz", "Wx1"],
    ],
    weak: { "0:r0": 1, "1:r0": 1, "2:r0": 1 },
    isForbidden: (mix) => [isAll(1, 2)(mix), isAll(3, 4)(mix), isAll(5, 0)(mix)].filter(Boolean).length >= 2,
  },
  {
    name: "WWC",
    agents: [["Wx2"], ["Rx", "Wy1"], ["Ry", "Wx1"]],
    weak: { "1:r0": 2, "2:r0": 1, "x[0]": 2 },
    isForbidden: isAll(0, 1, 2, 3),
  },
];

function shapeText(name: string, agents: readonly (readonly string[])[], mix: Mix): string {
  let next = 0;
  const bodies = agents.map((accesses) => {
    let reads = 0;
    return accesses.map((access) => {
      const [kind = "", array = "", value = "0"] = access;
      const isAtomic = mix[next++] === "s";
      if (kind === "R") return { op: isAtomic ? "load" : "read", array, index: 0, reg: `r${reads++}` };
      return { op: isAtomic ? "store" : "write", array, index: 0, value: Number(value) };
    });
  });
  const names = [...new Set(agents.flat().map(([, array = ""]) => array))].toSorted();
  const arrays = names.map((array, i) => [array, { type: "Int32", offset: 4 * i, length: 1 }]);
  const final = names.map((array) => ({ array, index: 0 }));
  return JSON.stringify({ name, bytes: 12, arrays: Object.fromEntries(arrays), agents: bodies, final });
}

test.each(shapes)(
  "$name is forbidden exactly by the atomic accesses that theory requires",
  ({ name, agents, weak, isForbidden }) => {
    const count = agents.flat().length;
    for (let bits = 0; bits < 2 ** count; bits++) {
      const mix: Mix = Array.from({ length: count }, (_, i) => ((bits >>> i) & 1 ? "s" : "u"));
      const { columns, outcomes } = decide(shapeText(name, agents, mix));
      const isWeak = (row: Row): boolean =>
        Object.entries(weak).every(([column, value]) => row[columns.indexOf(column)] === value);
      expect(outcomes.some(isWeak), mix.join("")).toBe(!isForbidden(mix));
    }
  },
);

test("an index that depends on a value read reaches each possible element", () => {
  const { outcomes } = decideJavaScript(`
    const x = new Int32Array(new SharedArrayBuffer(12));
    function left() { x[0] = 1; x[1] = 5; x[2] = 6; }
    function right() { const at = x[0]; const seen = x[at + 1]; }`);
  expect(keysOf(outcomes)).toEqual(keysOf([[0, 0], [0, 5], [1, 0], [1, 6]])); // prettier-ignore
});

test("an index that an execution takes out of range is refused at its access", () => {
  const text = (value: number): string => `
    const x = new Int32Array(new SharedArrayBuffer(8));
    function left() { x[0] = ${value}; }
    function right() { const at = x[0]; const seen = x[at + 1]; }`;
  expect(() => decideJavaScript(text(1))).toThrow("4:54: an index of x is out of range here: it must be from 0 to 1");
  expect(decideJavaScript(text(0)).outcomes).toHaveLength(1);
});

test("big-endian and unaligned accesses through a DataView see the bytes that other accesses write", () => {
  const { outcomes } = decideJavaScript(`
    const buffer = new SharedArrayBuffer(8);
    const x = new Uint32Array(buffer);
    const view = new DataView(buffer);
    x[0] = 0x01020304;
    view.setUint16(6, 0x0506);
    function only() {
      const a = view.getUint16(1, true);
      const b = view.getUint16(1);
      const c = view.getUint32(3);
      const d = x[1];
    }`);
  // Bytes from 0 on: 04 03 02 01 00 00 05 06.
  expect(outcomes).toEqual([[0x0203, 0x0302, 0x01000005, 0x06050000]]);
});

test("hitting a bound leaves a program undecided", () => {
  const text = textOf("RND-g033");
  const bounded = checkEsLitmus({ program: parseJsonLitmus(text), text }, { candidatesMax: 50 });
  expect(bounded).toMatchObject({ kind: "undecided", because: "more than 50 candidates, complete or partial" });
});
