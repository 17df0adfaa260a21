import fc from "fast-check";
import { expect, test } from "vitest";
import { es } from "#model/memory/es.ts";
import type { AgentProgram } from "#model/memory/es/agent-program.ts";
import { forEachExecution, Judge } from "#model/memory/es/check-es-litmus.ts";
import { parseJavaScriptLitmus } from "#model/memory/es/notation/javascript-litmus.ts";
import { parseJsonLitmus } from "#model/memory/es/notation/json-litmus.ts";
import { keyOf, rowsOf, type Row } from "#model/memory/es/outcome.ts";
import { randomCells, randomWaits } from "#model/memory/es/random-agents.ts";
import { endingOf } from "#model/memory/es/search-executions.ts";
import { expected, keysOf, textOf } from "#model/memory/es/test-data.fixture.ts";
import { flagsOf, isAllowed } from "#model/memory/memory-model.ts";
import { overlappingRanges } from "./agent-cells.ts";
import { AgentError, exploreAgents } from "./explore-agents.ts";

/** Number of random programs; set it to 2,000 for the whole comparison. */
const PROGRAMS = Number(process.env["ES_PROGRAMS"] ?? 150);

test("each of the 215 tests without overlaps has the outcomes of the axioms, except those that need a cycle", () => {
  const explored = Object.entries(expected).filter(([name]) => !overlappingRanges(parseJsonLitmus(textOf(name))));
  expect(explored).toHaveLength(215);
  for (const [name, wanted] of explored) {
    const found = exploreAgents(parseJsonLitmus(textOf(name)));
    expect(found.interleavedBecause, name).toBeUndefined();
    expect(found.columns, name).toEqual(wanted.columns);
    const outcomes = wanted.outcomesStrongInit ?? wanted.outcomes;
    expect(keysOf(found.outcomes), name).toEqual(keysOf(outcomes).difference(keysOf(wanted.needsCycle)));
    expect(found.race, name).toBe(wanted.raceNoCycle);
  }
});

test("a test with overlaps is interleaved, and the result reports it", () => {
  const overlapping = Object.entries(expected).filter(([name]) => overlappingRanges(parseJsonLitmus(textOf(name))));
  expect(overlapping).toHaveLength(17);
  for (const [name, wanted] of overlapping) {
    const found = exploreAgents(parseJsonLitmus(textOf(name)));
    expect(found.interleavedBecause, name).toMatch(/^the accesses to bytes \d+ to \d+ and \d+ to \d+ overlap$/);
    expect([found.executions, found.race], name).toEqual([undefined, undefined]);
    expect(keysOf(found.outcomes), name).toEqual(keysOf(wanted.sc));
  }
});

/** Outcomes of the valid executions without a cycle, and whether one of them has a data race. */
function acyclic(
  program: AgentProgram,
  text: string,
): { readonly outcomes: ReadonlySet<string>; readonly race: boolean } {
  const outcomes = new Set<string>();
  const judge = new Judge(es);
  const rowOf = rowsOf(program);
  let race = false;
  forEachExecution(
    { program, text },
    {},
    () => true,
    (candidate) => {
      const terms = judge.termsOf(candidate);
      if (!isAllowed(es, terms) || judge.cycleOf(candidate, terms) !== "none") return;
      outcomes.add(keyOf(rowOf(endingOf(candidate))));
      race ||= flagsOf(es, terms).includes("data-race");
    },
  );
  return { outcomes, race };
}

function agreesWithAxioms(text: string): void {
  const program = parseJsonLitmus(text);
  const found = exploreAgents(program);
  const keys = (rows: readonly Row[]): ReadonlySet<string> => new Set(rows.map(keyOf));
  expect({ outcomes: keys(found.outcomes), race: found.race }).toEqual(acyclic(program, text));
}

test("random accesses have the outcomes of the valid executions without cycles, and race if one of these does", () => {
  fc.assert(fc.property(randomCells, agreesWithAxioms), { seed: 1, numRuns: PROGRAMS });
});

test("random waits and notifies have the outcomes of the valid executions without cycles", () => {
  fc.assert(fc.property(randomWaits, agreesWithAxioms), { seed: 1, numRuns: Math.ceil(PROGRAMS / 10) });
});

test("without a data race all outcomes are those of interleavings", () => {
  const found = exploreAgents(
    parseJavaScriptLitmus(
      `const data = new Int32Array(new SharedArrayBuffer(4));
const flag = new Int32Array(new SharedArrayBuffer(4));
function writer() {
  data[0] = 42;
  Atomics.store(flag, 0, 1);
}
function reader() {
  const ready = Atomics.load(flag, 0);
  const value = ready === 1 ? data[0] : -1;
}`,
      "published",
    ),
  );
  expect(found.race).toBe(false);
  expect(found.outcomes).toEqual([
    [0, -1],
    [1, 42],
  ]);
});

const TORN = `const cell = new Float64Array(new SharedArrayBuffer(8));
function writer() {
  cell[0] = 1.1;
}
function reader() {
  const seen = cell[0];
}`;

test("a plain read of a float is torn byte by byte", () => {
  // 1.1 is 3f f1 99 99 99 99 99 9a: eight bytes that each differ from zero.
  expect(exploreAgents(parseJavaScriptLitmus(TORN, "torn")).outcomes).toHaveLength(2 ** 8);
});

test("an index out of range in some execution is an error", () => {
  const text = `const x = new Int32Array(new SharedArrayBuffer(8));
function a() {
  x[0] = 5;
}
function b() {
  const i = x[0];
  const value = x[i];
}`;
  expect(() => exploreAgents(parseJavaScriptLitmus(text, "index"))).toThrow(AgentError);
});

test("a bound that is hit leaves the exploration incomplete", () => {
  expect(exploreAgents(parseJavaScriptLitmus(TORN, "torn"), { executionsMax: 10 }).complete).toBe(false);
  const overlapping = parseJsonLitmus(textOf("MIX-32w+16r16r"));
  expect(exploreAgents(overlapping, { executionsMax: 2 })).toMatchObject({ outcomes: [], complete: false });
});
