import { stripTypeScriptTypes } from "node:module";
import { expect, test } from "vitest";
import { cover, EndlessLoopError, isActive, NO_MUTANT, reachedBy, switchTo, threadBegins } from "./active-mutant.ts";
import { instrument, type InstrumentedFile, type Mutant } from "./instrument-file.ts";

// Stryker takes the removal of the first throw back, since there are mutants in what it throws.
const SOURCE = `export const LIMIT = 2 + 1;
export function classify(word: number) {
  if (word > LIMIT) return name("large");
  return word === 0 ? "zero" : "small";
}
export function* store(place: number) {
  yield writeOnce(place, 1);
  yield smpMb();
  if (place > 1) yield* store(place - 1);
  return record({ place });
}
export function count(to: number): number {
  if (to < 0) throw new RangeError("from" + (to + 1));
  let passed = 0;
  for (let at = 0; at < to; at++) passed++;
  return passed;
}
export function* claim(word: number) {
  yield assertHolds(word > 1, "it is large");
}
export function nameOf(word: number): string {
  return word === 0 ? "first" : "other";
}
`;

interface Code {
  readonly classify: (word: number) => string;
  readonly store: (place: number) => Generator<unknown, unknown>;
  readonly count: (to: number) => number;
}

/** Runs the instrumented text, without its imports, with the switches of this thread. */
function run(file: InstrumentedFile, first: number): Code {
  const text = stripTypeScriptTypes(file.instrumented(first)).replace(/^import .*\n/, "");
  const names = ["stryMutAct_9fa48", "stryCov_9fa48", "name", "writeOnce", "smpMb", "record"];
  const body = `${text.replaceAll("export ", "")}\nreturn { classify, store, count };`;
  // oxlint-disable-next-line typescript/no-implied-eval -- the text is what the test is about
  return new Function(...names, body)(
    isActive,
    cover,
    (text: string) => text,
    (place: number, value: number) => `write ${place} ${value}`,
    () => "barrier",
    (value: unknown) => value,
  ) as Code;
}

const file = await instrument("impl/example.ts", SOURCE);

function mutantAt(line: number, mutator: string, replacement: string): Mutant {
  const found = file.mutants.find(
    (mutant) => mutant.start.line === line && mutant.mutator === mutator && mutant.replacement === replacement,
  );
  if (found === undefined) throw new Error(`${SOURCE.split("\n")[line - 1]} has no ${mutator} ${replacement}`);
  return found;
}

/** What the code does with one mutant on. */
function withMutant<T>(mutant: Mutant, first: number, work: (code: Code) => T): T {
  const code = run(file, first);
  switchTo(first + mutant.number);
  try {
    return work(code);
  } finally {
    switchTo(NO_MUTANT);
  }
}

test("a mutant is active only when it is switched on, whatever number its file begins with", () => {
  const equal = mutantAt(4, "EqualityOperator", "word !== 0");
  for (const first of [0, 1_000]) {
    expect(run(file, first).classify(0)).toBe("zero");
    expect(withMutant(equal, first, ({ classify }) => classify(0))).toBe("small");
    expect(withMutant({ ...equal, number: file.mutants.length + 5 }, first, ({ classify }) => classify(0))).toBe(
      "zero",
    );
  }
});

test("every mutant does what it is told to be, wherever its file has others that are not made", () => {
  const negative = (replacement: string, work: (code: Code) => unknown): unknown =>
    withMutant(mutantAt(13, "EqualityOperator", replacement), 0, work);
  expect(() => negative("to <= 0", ({ count }) => count(0))).toThrow("from1");
  expect(() => negative("to >= 0", ({ count }) => count(0))).toThrow("from1");
  expect(() => withMutant(mutantAt(13, "ArithmeticOperator", "to - 1"), 0, ({ count }) => count(-1))).toThrow("from-2");
  expect(withMutant(mutantAt(15, "EqualityOperator", "at <= to"), 0, ({ count }) => count(3))).toBe(4);
});

test("a statement that makes one access is left out alone, and the rest runs as it stands", () => {
  const removed = mutantAt(7, "StatementRemoval", "");
  expect([...run(file, 0).store(2)]).toEqual(["write 2 1", "barrier", "write 1 1", "barrier"]);
  expect(withMutant(removed, 0, ({ store }) => [...store(2)])).toEqual(["barrier", "barrier"]);
  expect(withMutant(mutantAt(9, "StatementRemoval", ""), 0, ({ store }) => [...store(2)])).toEqual([
    "write 2 1",
    "barrier",
  ]);
});

test("mutants have the places of the source, also behind what is marked on their line", () => {
  expect(mutantAt(9, "ArithmeticOperator", "place + 1")).toMatchObject({
    start: { line: 9, column: 31 },
    end: { line: 9, column: 40 },
  });
  expect(mutantAt(9, "StatementRemoval", "")).toMatchObject({
    start: { line: 9, column: 18 },
    end: { line: 9, column: 42 },
  });
  expect(file.mutants.filter(({ replacement }) => replacement.includes("removable_"))).toEqual([]);
});

test("texts in calls, functions that return them, objects without fields and barriers are told as not tried, each with its reason", () => {
  const reasons = file.mutants.flatMap(({ start, ignored }) =>
    ignored === undefined ? [] : [`${start.line}: ${ignored.split(/[,:]/)[0]}`],
  );
  expect([...new Set(reasons)].toSorted()).toEqual([
    "10: the compiler refuses it",
    "19: an assertion",
    "21: a name or a message",
    "22: a name or a message",
    "3: a name or a message",
    "8: memory is sequentially consistent here",
  ]);
  expect(
    file.mutants.some(({ start, mutator, ignored }) => start.line === 4 && mutator === "StringLiteral" && !ignored),
  ).toBe(true);
});

test("what is reached is noted place by place, while modules load as well", async () => {
  let code: Code | undefined;
  const atLoad = await reachedBy(() => (code = run(file, 0)));
  expect(atLoad).toEqual([mutantAt(1, "ArithmeticOperator", "2 - 1").number]);
  const reached = await reachedBy(() => code?.classify(9));
  expect(reached).toContain(mutantAt(3, "EqualityOperator", "word >= LIMIT").number);
  expect(reached).not.toContain(mutantAt(4, "EqualityOperator", "word !== 0").number);
  expect(await reachedBy(() => {})).toEqual([]);
});

test("a mutant that loops for ever is stopped by an error, and the next thread begins anew", () => {
  const back = mutantAt(15, "UpdateOperator", "at--");
  expect(() => withMutant(back, 0, ({ count }) => count(3))).toThrow(EndlessLoopError);
  threadBegins();
  expect(run(file, 0).count(3)).toBe(3);
});
