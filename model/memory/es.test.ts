import { expect, test } from "vitest";
import { checkEsLitmus } from "./es/check-es-litmus.ts";
import { parseJsonLitmus } from "./es/notation/json-litmus.ts";
import { parseJavaScriptLitmus } from "./es/notation/javascript-litmus.ts";
import type { EsTest } from "./es/check-es-litmus.ts";
import { esSkeletonOf, type ByteEvent } from "./es/byte-event.ts";
import { keysOf, textOf } from "./es/test-data.fixture.ts";
import { atomicConditions, es, esAxioms, esDefinitions, esModel, memoryOrderDefinitions, type EsModel } from "./es.ts";
import { isAllowed, violationOf } from "./memory-model.ts";
import { emptyRelation, intersection, relationOf, union, within, type Pair } from "./relation.ts";

/** A store buffer between three agents: only the first condition for seq-cst events forbids that all miss it. */
const THIRD_WRITER = `
const x = new Int32Array(new SharedArrayBuffer(4));
const y = new Int32Array(new SharedArrayBuffer(4));
function left() { Atomics.store(x, 0, 2); const seen = Atomics.load(y, 0); }
function right() { Atomics.store(y, 0, 1); const seen = Atomics.load(x, 0); }
function third() { Atomics.store(x, 0, 1); }
locations(x[0]);
`;

function kept(name: string): EsTest {
  const text = textOf(name);
  return { program: parseJsonLitmus(text), text };
}

/** Outcomes, with the whole space searched, so that the model alone decides. */
function outcomesOf(check: EsTest, model: EsModel): ReadonlySet<string> {
  const result = checkEsLitmus(check, { space: "whole" }, model);
  if (result.kind === "undecided") throw new Error(result.because);
  return keysOf(result.outcomes);
}

const withoutAxiom = (name: string): EsModel =>
  esModel(
    esDefinitions,
    esAxioms.filter((axiom) => axiom.name !== name),
  );
const withoutCondition = (i: number): EsModel =>
  esModel({ ...esDefinitions, ...memoryOrderDefinitions(atomicConditions.toSpliced(i, 1)) });

const thirdWriter: EsTest = { program: parseJavaScriptLitmus(THIRD_WRITER, "third writer"), text: THIRD_WRITER };

/** Wrong models, each with a test that distinguishes it from the right one. */
const faults: readonly (readonly [fault: string, model: EsModel, check: EsTest])[] = [
  ["a read may read from the future", withoutAxiom("coherent-reads-past"), kept("CoRW1+uu")],
  ["a read may read what was overwritten", withoutAxiom("coherent-reads-latest"), kept("MP+us+su")],
  ["reads that never tear may tear", withoutAxiom("tear-free-reads"), kept("MIX-int32-no-tear")],
  ["there need be no memory-order", withoutAxiom("sequentially-consistent-atomics"), kept("SB+ss+ss")],
  ["the first condition is missing", withoutCondition(0), thirdWriter],
  ["the second condition is missing", withoutCondition(1), kept("CoWR+ss+s")],
  ["the third condition is missing", withoutCondition(2), kept("SB+ss+ss")],
  [
    "plain writes may not come between either, as before 2019",
    esModel({ ...esDefinitions, AtomicW: ({ W }) => W }),
    kept("ARMv8-counterexample"),
  ],
  [
    "accesses of other sizes synchronize",
    esModel({ ...esDefinitions, atomicRf: ({ SeqCst, rf }) => within(SeqCst, rf, SeqCst) }),
    kept("MIX-MP-16flag-32flag"),
  ],
  [
    "plain accesses synchronize",
    esModel({ ...esDefinitions, atomicRf: ({ rf, equalRange }) => intersection(rf, equalRange) }),
    kept("MP+uu+uu"),
  ],
  [
    "waiter lists do not synchronize, as before 2019",
    esModel({ ...esDefinitions, sw: ({ atomicRf, host }) => union(atomicRf, host) }),
    kept("WN-plainstore-notify"),
  ],
  [
    "the end of an agent is not seen",
    esModel({ ...esDefinitions, sw: ({ atomicRf, sections }) => union(atomicRf, sections) }),
    kept("CoWW+uu"),
  ],
  [
    "the zeros are not there before all else",
    esModel({ ...esDefinitions, initially: ({ rf }) => emptyRelation(rf.size) }),
    kept("MP+us+su"),
  ],
  [
    "no write tears",
    esModel({ ...esDefinitions, wholeRf: ({ rf, equalRange }) => intersection(rf, equalRange) }),
    kept("MIX-bigint64-plain-tears"),
  ],
];

test.each(faults)("a model in which %s has other outcomes", (_fault, model, check) => {
  expect(outcomesOf(check, model)).not.toEqual(outcomesOf(check, es));
});

test("a memory-order contains happens-before, so that demanding both adds no outcome", () => {
  for (const name of ["LB+ss+ss", "SB+ss+ss", "WN-store-notify"]) {
    expect(outcomesOf(kept(name), withoutAxiom("happens-before"))).toEqual(outcomesOf(kept(name), es));
  }
});

const zeros: ByteEvent = { kind: "init", agent: -1, order: "init", noTear: false, start: 0, end: 8 };

function access(kind: "read" | "write", agent: number, start: number, order: "unordered" | "seq-cst"): ByteEvent {
  return { kind, agent, order, noTear: true, start, end: start + 4 };
}

/** An execution given by events and relations alone, such as an explorer's. */
function isAllowedExecution(events: readonly ByteEvent[], ao: readonly Pair[], rf: readonly Pair[]): boolean {
  const skeleton = esSkeletonOf({ events, ao });
  const readsBytesFrom = skeleton.regions.map(({ start }) =>
    relationOf(
      events.length,
      rf.filter(([, read]) => events[read]?.start === start),
    ),
  );
  return isAllowed(es, es.over(skeleton)({ readsBytesFrom, sections: emptyRelation(events.length) }));
}

test("executions can be judged without a program: a message is passed by atomics, not by plain accesses", () => {
  const passing = (order: "unordered" | "seq-cst"): readonly ByteEvent[] => [
    zeros,
    access("write", 0, 0, "unordered"),
    access("write", 0, 4, order),
    access("read", 1, 4, order),
    access("read", 1, 0, "unordered"),
  ];
  const ao: readonly Pair[] = [
    [1, 2],
    [3, 4],
  ];
  const missed: readonly Pair[] = [
    [2, 3],
    [0, 4],
  ];
  const seen: readonly Pair[] = [
    [2, 3],
    [1, 4],
  ];
  expect(isAllowedExecution(passing("seq-cst"), ao, missed)).toBe(false);
  expect(isAllowedExecution(passing("seq-cst"), ao, seen)).toBe(true);
  expect(isAllowedExecution(passing("unordered"), ao, missed)).toBe(true);
});

test("a violation names its axiom", () => {
  const events = [zeros, access("write", 0, 0, "unordered"), access("read", 0, 0, "unordered")];
  const skeleton = esSkeletonOf({ events, ao: [[1, 2]] });
  const terms = es.over(skeleton)({ readsBytesFrom: [relationOf(3, [[0, 2]])], sections: emptyRelation(3) });
  expect(violationOf(es, terms)?.axiom.name).toBe("coherent-reads-latest");
});
