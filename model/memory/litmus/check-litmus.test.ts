import fc from "fast-check";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { lkmm } from "../lkmm.ts";
import type { MemoryModel } from "../memory-model.ts";
import { memoryModels } from "../models.ts";
import { sc } from "../sc.ts";
import { tso } from "../tso.ts";
import { ra } from "../ra.ts";
import { checkLitmus, type LitmusAnswer } from "./check-litmus.ts";
import { lockedCounter, rcuRing } from "./families.ts";
import { LitmusError } from "./litmus-error.ts";
import { randomLitmus } from "./random-litmus.ts";

const OURS = join(import.meta.dirname, "tests");
const OTHERS = join(import.meta.dirname, "../../../../shared/data/litmus");

interface Answer {
  readonly verdict: string;
  readonly states: number;
  readonly flags: readonly string[];
}

function decide(text: string, model: MemoryModel = lkmm): LitmusAnswer {
  const result = checkLitmus(text, model);
  if (result.kind === "undecided") throw new Error(result.because);
  return result;
}

function answerOf({ verdict, states, flags }: LitmusAnswer): Answer {
  return { verdict, states: states.length, flags };
}

function textsIn(folder: string): Map<string, string> {
  const files = readdirSync(folder).filter((name) => name.endsWith(".litmus"));
  return new Map(files.map((name) => [name.replace(/\.litmus$/, ""), readFileSync(join(folder, name), "utf8")]));
}

function answersIn(folder: string, model: MemoryModel): Record<string, Answer> {
  return Object.fromEntries([...textsIn(folder)].map(([name, text]) => [name, answerOf(decide(text, model))]));
}

function expectedIn(folder: string): Record<string, Answer> {
  return JSON.parse(readFileSync(join(folder, "expected.json"), "utf8"));
}

test("our 28 tests have the reference simulator's verdicts, states and flags", () => {
  const expected = expectedIn(OURS);
  expect(Object.keys(expected)).toHaveLength(28);
  expect(answersIn(OURS, lkmm)).toEqual(expected);
});

test.skipIf(!existsSync(OTHERS))(
  "the 250 kernel tests have the reference simulator's verdicts, states and flags (skips without them)",
  () => {
    const expected = expectedIn(OTHERS);
    expect(Object.keys(expected)).toHaveLength(250);
    expect(answersIn(OTHERS, lkmm)).toEqual(expected);
  },
);

test("the comparison fails when the model loses a rule", () => {
  for (const lost of ["happens-before", "propagation", "rcu", "coherence", "atomicity"]) {
    const weakened: MemoryModel = { ...lkmm, axioms: lkmm.axioms.filter(({ name }) => name !== lost) };
    // The search also prunes by coherence and atomicity, so their absence shows only in the whole space.
    const texts = [...textsIn(OURS).values(), rcuRing("RG"), LOST_UPDATE, BACKWARDS];
    const differs = texts.some((text) => {
      const found = checkLitmus(text, weakened, { space: "whole", candidatesMax: 20_000 });
      const right = checkLitmus(text, lkmm);
      return found.kind === "decided" && right.kind === "decided" && found.states.join() !== right.states.join();
    });
    expect(differs, lost).toBe(true);
  }
});

const LOST_UPDATE = `C lost-update
{}
P0(atomic_t *x) { atomic_inc(x); }
P1(atomic_t *x) { atomic_inc(x); }
exists (x=1)
`;

const BACKWARDS = `C backwards
{}
P0(int *x) { WRITE_ONCE(*x, 1); }
P1(int *x) { int r0; int r1; r0 = READ_ONCE(*x); r1 = READ_ONCE(*x); }
exists (1:r0=1 /\\ 1:r1=0)
`;

/** Decides once under each model, and compares the sets of states of pairs of them. */
function expectSubsets(text: string, pairs: readonly (readonly [MemoryModel, MemoryModel])[]): void {
  const states = new Map<MemoryModel, ReadonlySet<string>>();
  for (const model of new Set(pairs.flat())) states.set(model, new Set(decide(text, model).states));
  for (const [stronger, weaker] of pairs) {
    const extra = [...(states.get(stronger) ?? [])].filter((state) => states.get(weaker)?.has(state) !== true);
    expect(extra, `${stronger.name} beyond ${weaker.name}: ${text}`).toEqual([]);
  }
}

test("sc allows no state that lkmm, tso or ra forbids, and tso none that lkmm forbids, on every file", () => {
  const texts = [...textsIn(OURS).values(), ...(existsSync(OTHERS) ? textsIn(OTHERS).values() : [])];
  for (const text of texts)
    expectSubsets(text, [
      [sc, lkmm],
      [sc, tso],
      [sc, ra],
      [tso, lkmm],
    ]);
});

test("sc allows no state of a random program that lkmm, tso or ra forbids", () => {
  fc.assert(
    fc.property(randomLitmus, (text) => {
      try {
        expectSubsets(text, [
          [sc, lkmm],
          [sc, tso],
          [sc, ra],
        ]);
      } catch (error) {
        if (!(error instanceof LitmusError)) throw error;
      }
    }),
    { seed: 5, numRuns: 80 },
  );
});

test("pruned and whole search agree on random programs in verdict, states and flags, under every model", () => {
  let compared = 0;
  fc.assert(
    fc.property(randomLitmus, fc.constantFrom(...memoryModels.values()), (text, model) => {
      const whole = attempt(() => checkLitmus(text, model, { space: "whole", candidatesMax: 4_000 }));
      if (whole === "too large") return;
      compared++;
      expect(attempt(() => checkLitmus(text, model))).toEqual(whole);
    }),
    { seed: 11, numRuns: 300 },
  );
  expect(compared).toBeGreaterThan(150);
});

/** The answer; or the error of the test; or that there is none within the bound. */
function attempt(check: () => ReturnType<typeof checkLitmus>): Answer | string {
  try {
    const result = check();
    return result.kind === "decided" ? answerOf(result) : "too large";
  } catch (error) {
    if (error instanceof LitmusError) return error.message;
    throw error;
  }
}

test("rings of grace periods and readers follow the counting rule", () => {
  for (const shape of ["RG", "GR", "RRG", "RGG", "RGRG", "RRGG", "RRRGG", "RGRGRG", "RRGRGR", "RGRGRGRG"]) {
    const sections = shape.replaceAll("G", "").length;
    const isAllowed = sections > shape.length - sections;
    const answer = decide(rcuRing(shape));
    expect(answer.verdict, shape).toBe(isAllowed ? "Sometimes" : "Never");
    expect(answer.states, shape).toHaveLength(2 ** shape.length - (isAllowed ? 0 : 1));
  }
});

test("a counter under one lock loses nothing, whatever the number of sections", () => {
  for (const [processes, each] of [
    [2, 1],
    [5, 1],
    [3, 2],
  ] as const) {
    const { verdict, states, positive, negative } = decide(lockedCounter(processes, each));
    expect(verdict).toBe("Never");
    expect(states).toEqual([`[x]=${processes * each};`]);
    // One execution for each order of the sections that keeps those of a process in place.
    expect(positive + negative).toBe({ 2: 2, 5: 120, 3: 90 }[processes]);
  }
});

test("a family rejects a shape that it does not have", () => {
  expect(() => rcuRing("RX")).toThrow('shape "RX" must be a word over R and G');
});

test("a search over its limit is undecided and has no verdict", () => {
  const result = checkLitmus(rcuRing("RGRG"), lkmm, { candidatesMax: 10 });
  expect(result).toEqual({
    kind: "undecided",
    name: "rcu-ring-RGRG",
    because: "more than 10 candidates, complete or partial",
  });
});

test("a search whose time is up is undecided", () => {
  const result = checkLitmus(rcuRing("RGRGRGRG"), lkmm, { isTimeUp: () => true });
  expect(result).toEqual({ kind: "undecided", name: "rcu-ring-RGRGRGRG", because: "time is up" });
});

test("cutting a file anywhere, or changing a character, gives a result or an error with its place", () => {
  const texts = [...textsIn(OURS).values()];
  const characters = '(){}[]*=;,:&|^~<>!+-/\\"x0 \nPré\0'.split("");
  const mutation = fc.record({
    text: fc.constantFrom(...texts),
    at: fc.nat(),
    how: fc.constantFrom("cut", "replace", "delete", "insert"),
    character: fc.constantFrom(...characters),
  });
  fc.assert(
    fc.property(mutation, ({ text, at: anywhere, how, character }) => {
      const at = anywhere % text.length;
      const rest = {
        cut: "",
        replace: character + text.slice(at + 1),
        delete: text.slice(at + 1),
        insert: character + text.slice(at),
      };
      const mutated = text.slice(0, at) + rest[how];
      try {
        expect(["decided", "undecided"]).toContain(checkLitmus(mutated, lkmm, { candidatesMax: 3_000 }).kind);
      } catch (error) {
        if (!(error instanceof LitmusError)) throw error;
        const lines = mutated.split("\n");
        expect(error.position.line).toBeLessThanOrEqual(lines.length);
        expect(error.position.column).toBeLessThanOrEqual((lines[error.position.line - 1] ?? "").length + 1);
      }
    }),
    { seed: 3, numRuns: 1_500 },
  );
});

/** Decides one process over x, y. */
function one(body: string, condition: string, init = ""): LitmusAnswer {
  return decide(`C one\n{${init}}\nP0(int *x, int *y)\n{\n${body}\n}\n${condition}\n`);
}

test("integers wrap at 32 bits and divide towards zero", () => {
  expect(one("r0 = 2147483647 + 1; r1 = 0 - 7; r2 = r1 / 2;", "forall (0:r0=-2147483648 /\\ 0:r2=-3)").verdict).toBe(
    "Always",
  );
});

test("operators follow C's precedence", () => {
  expect(one("r0 = 1 | 2 ^ 3 & 6 == 6; r1 = 2 + 3 * 4 - 1;", "exists (0:r0=3 /\\ 0:r1=13)").verdict).toBe("Always");
  expect(one("r0 = (1 < 2) + (2 <= 2) + (3 > 4) + (3 >= 3) + (1 != 1);", "exists (0:r0=3)").verdict).toBe("Always");
});

test("an address equals only itself, and is true", () => {
  const body = "r0 = x == x; r1 = x == y; r2 = x != 0; r3 = x ^ x; r4 = x + 0; r5 = x > 0; r6 = x - x; r7 = x | 0;";
  const condition = "exists (0:r0=1 /\\ 0:r1=0 /\\ 0:r2=1 /\\ 0:r3=0 /\\ 0:r4=x /\\ 0:r5=1 /\\ 0:r6=0 /\\ 0:r7=x)";
  expect(one(body, condition).verdict).toBe("Always");
  expect(
    one(
      "r0 = 1; if (x) r0 = 2; r1 = 0 + x; r2 = 0 | x; r3 = 0 < x; r4 = x + 4 - 4;",
      "exists (0:r0=2 /\\ 0:r1=x /\\ 0:r2=x /\\ 0:r3=1 /\\ 0:r4=x)",
    ).verdict,
  ).toBe("Always");
});

test("a test is rejected if an execution divides by zero or computes with an address", () => {
  expect(() => one("r0 = 1 / READ_ONCE(*x);", "exists (0:r0=0)")).toThrow(
    "an execution of the test computes a division by zero",
  );
  expect(() => one("r0 = x & 0;", "exists (0:r0=0)")).toThrow("& on the address of a variable");
  expect(() => one("if (x * 1) r0 = 1;", "exists (0:r0=0)")).toThrow("* on the address of a variable");
});

test("a read through an integer is no execution, a write through one invalidates the test", () => {
  expect(answerOf(one("r0 = READ_ONCE(*x); r1 = READ_ONCE(*r0);", "exists (0:r1=0)"))).toEqual({
    verdict: "Never",
    states: 0,
    flags: [],
  });
  expect(() => one("r0 = READ_ONCE(*x);\nWRITE_ONCE(*r0, 1);", "exists (0:r0=0)")).toThrow(
    "6:1: P0 can use 0 as the address of a variable here",
  );
});

test("pointers may be followed through memory", () => {
  const { verdict, states } = one(
    "r0 = READ_ONCE(*x); WRITE_ONCE(*r0, 5); r1 = READ_ONCE(*y); **x = 6;",
    "exists (0:r1=5 /\\ y=6)",
    "x=y;",
  );
  expect(verdict).toBe("Always");
  expect(states).toEqual(["0:r1=5; [y]=6;"]);
});

/** Two processes that copy, one of them through `value`, each reading what the other wrote. */
function circle(value: string): string {
  return (
    `C circle\n{}\nP0(int *x, int *y) { int r0; r0 = *x; *y = ${value}; }\n` +
    "P1(int *x, int *y) { int r0; r0 = *y; *x = r0; }\nexists (0:r0=0)\n"
  );
}

test("a value that depends on itself through an operation does not exist, one that is copied cyclically does", () => {
  expect(decide(circle("r0")).states).toEqual(["0:r0=0;", "0:r0=S1;"]);
  for (const value of ["r0 + 0", "r0 | 0", "0 + r0"]) expect(decide(circle(value)).states).toHaveLength(2);
  for (const value of ["r0 * 1", "r0 - r0", "1 + (r0 & 0)"])
    expect(decide(circle(value)).states).not.toContain("0:r0=S1;");
});

/** Whether a condition holds where x is 1 in the end. */
function holds(condition: string): boolean {
  return one("WRITE_ONCE(*x, 1);", `exists (${condition})`).verdict === "Always";
}

test("propositions bind => tighter than and, and that tighter than or", () => {
  expect(holds("x=1 \\/ x=0 /\\ x=2")).toBe(true);
  expect(holds("x=0 => x=2 /\\ x=2")).toBe(false);
  expect(holds("not x=0 /\\ ~(x=2) /\\ x!=3 /\\ x<>4 /\\ x==1")).toBe(true);
  expect(holds("[x]=[x] /\\ x=*x /\\ 0:x=x /\\ true /\\ ~false")).toBe(true);
  expect(holds("x=y")).toBe(false);
  expect(holds("P0:x=&x")).toBe(true);
});

test("the quantifier changes the condition's reading but not the verdict", () => {
  for (const condition of ["exists (x=1)", "~exists (x=1)", "forall (x=1)", "(x=1)"]) {
    expect(one("WRITE_ONCE(*x, 1);", condition).verdict).toBe("Always");
  }
  const none = one("WRITE_ONCE(*x, 1);", "");
  expect([none.verdict, none.states]).toEqual(["Always", [""]]);
});

function racy(filter: string): string {
  return `C filtered
{}
P0(int *x) { *x = 1; }
P1(int *x) { int r0; r0 = READ_ONCE(*x); }
${filter} exists (1:r0=1)
`;
}

test("a filter removes executions, with their states and flags", () => {
  expect(answerOf(decide(racy("")))).toEqual({ verdict: "Sometimes", states: 2, flags: ["data-race"] });
  expect(decide(racy("filter (1:r0=1)")).verdict).toBe("Always");
  expect(decide(racy("filter (1:r0=2)")).states).toEqual([]);
});

function flagsOf(body: string): readonly string[] {
  return decide(`C misuse\n{}\nP0(int *x, spinlock_t *l, struct srcu_struct *d)\n{\n${body}\n}\nexists (x=0)\n`).flags;
}

test("misuse of locks and RCU is flagged", () => {
  expect(flagsOf("rcu_read_unlock();")).toEqual(["unmatched-rcu-unlock"]);
  expect(flagsOf("rcu_read_lock(); synchronize_srcu(d); rcu_read_unlock();")).toEqual(["invalid-sleep"]);
  expect(flagsOf("spin_unlock(l);")).toEqual(["unmatched-unlock"]);
  expect(flagsOf("r0 = srcu_read_lock(d);")).toEqual(["unmatched-srcu-lock"]);
  expect(flagsOf("srcu_read_unlock(d, 0);")).toEqual(["unmatched-srcu-unlock"]);
  expect(flagsOf("r0 = srcu_read_lock(d); srcu_read_unlock(d, r0); srcu_read_unlock(d, r0);")).toEqual([
    "multiple-srcu-matches",
  ]);
  expect(flagsOf("spin_lock(x); spin_unlock(x);")).toEqual(["lock-final"]);
});

/** States of a process beside one that takes the lock and keeps it. */
function statesBeside(body: string): number {
  const holder = "P1(spinlock_t *l)\n{\nspin_lock(l);\n}\n";
  const text = `C stuck\n{}\nP0(spinlock_t *l)\n{\n${body}\n}\n${holder}exists (0:r0=0)\n`;
  return decide(text).states.length;
}

test("locks that can only deadlock leave no execution", () => {
  expect(statesBeside("spin_lock(l); spin_lock(l);")).toBe(0);
  expect(statesBeside("spin_lock(l);")).toBe(0);
  expect(statesBeside("spin_lock(l); spin_unlock(l);")).toBe(1);
  expect(statesBeside("spin_lock(l); r0 = spin_is_locked(l); spin_unlock(l);")).toBe(1);
});

/** Why a test with these processes and this condition has no execution. */
function reasonFor(processes: string, final = "exists (x=1)"): string | undefined {
  return decide(`C t\n{}\n${processes}\n${final}\n`).noExecution;
}

test("a test without an execution is reported with the reason", () => {
  const locks = "(spinlock_t *s, int *x)";
  expect(reasonFor(`P0${locks} {\nspin_lock(s);\nspin_lock(s);\n}`)).toBe(
    "a deadlock: P0 takes s in line 5, which it holds since line 4",
  );
  expect(reasonFor(`P0${locks} {\nspin_lock(s);\n}\nP1${locks} {\nspin_lock(s);\n}`)).toBe(
    "a deadlock: P0 takes s in line 4, P1 in line 7, and neither unlocks it",
  );
  expect(reasonFor("P0(int *x) {\nrcu_read_lock();\nsynchronize_rcu();\nrcu_read_unlock();\n}")).toBe(
    "a deadlock: P0 waits, in line 5, for the end of its own read-side critical section, lines 4 to 6",
  );
  const srcu = "r0 = srcu_read_lock(d);\nsynchronize_srcu(d);\nsrcu_read_unlock(d, r0);";
  expect(reasonFor(`P0(struct srcu_struct *d) {\nint r0;\n${srcu}\n}`)).toBe(
    "a deadlock: P0 waits, in line 6, for the end of its own read-side critical section, lines 5 to 7",
  );
  expect(reasonFor("P0(int *x) { WRITE_ONCE(*x, 1); }", "filter (x=7) exists (x=1)")).toBe(
    "its filter holds in no execution that lkmm allows",
  );
  expect(reasonFor("P0(int **x) { int r0; int r1; r0 = READ_ONCE(*x); r1 = READ_ONCE(*r0); }")).toBe(
    "no choice of what the reads read gives values that fit together",
  );
  expect(reasonFor("P0(int *x) { WRITE_ONCE(*x, 1); }")).toBeUndefined();
});

test("a grace period of another domain causes no deadlock", () => {
  const body = "r0 = srcu_read_lock(d); synchronize_srcu(e); srcu_read_unlock(d, r0);";
  const text = `C t\n{}\nP0(struct srcu_struct *d, struct srcu_struct *e) { int r0; ${body} }\nexists (x=0)\n`;
  expect(decide(text)).toMatchObject({ positive: 1, noExecution: undefined });
});

test("negations and logical operators have C's meaning", () => {
  const truth = (condition: string): readonly string[] =>
    decide(
      "C t\n{}\nP0(int *x, int *y) { int r0; int r1; int r2; r0 = READ_ONCE(*x); r1 = READ_ONCE(*y); " +
        `if (${condition}) r2 = 1; }\n` +
        "P1(int *x, int *y) { WRITE_ONCE(*x, 2); WRITE_ONCE(*y, 1); }\nlocations [0:r0; 0:r1] exists (0:r2=1)\n",
    )
      .states.filter((state) => state.includes("0:r2=1"))
      .map((state) => state.replace(/ 0:r2=1;.*$/, ""));
  const [none, second, first, both] = ["0:r0=0; 0:r1=0;", "0:r0=0; 0:r1=1;", "0:r0=2; 0:r1=0;", "0:r0=2; 0:r1=1;"];
  expect(truth("!r0")).toEqual([none, second]);
  expect(truth("!!r0")).toEqual([first, both]);
  // 2 & 1 is 0, and 2 && 1 is not.
  expect(truth("r0 & r1")).toEqual([]);
  expect(truth("r0 && r1")).toEqual([both]);
  expect(truth("r0 || r1")).toEqual([second, first, both]);
  expect(truth("!r0 && r1 || r0 && !r1")).toEqual([second, first]);
  expect(truth("-r0 == -2")).toEqual([first, both]);
  expect(truth("~r0 == -1")).toEqual([none, second]);
  expect(() => truth("r0 && READ_ONCE(*x)")).toThrow(
    "the right side of && makes an access only if the left side does not decide: write an if",
  );
});

test("conditions may be written with C's operators", () => {
  const text = (condition: string): string =>
    `C t\n{}\nP0(int *x) { WRITE_ONCE(*x, 1); }\nP1(int *x) { int r0; r0 = READ_ONCE(*x); }\nexists (${condition})\n`;
  for (const [ours, theirs] of [
    ["1:r0=1 && x=1", "1:r0=1 /\\ x=1"],
    ["1:r0=1 || x=0", "1:r0=1 \\/ x=0"],
    ["!1:r0=1 && !(x=0)", "~1:r0=1 /\\ ~(x=0)"],
  ] as const) {
    const [{ positive, negative }, wanted] = [decide(text(ours)), decide(text(theirs))];
    expect([positive, negative]).toEqual([wanted.positive, wanted.negative]);
  }
});

test("smp_store_mb is a store and then a full barrier", () => {
  const buffering = (between: string): string =>
    decide(
      `C t\n{}\nP0(int *x, int *y) { int r0; ${between.replaceAll("v", "x")} r0 = READ_ONCE(*y); }\n` +
        `P1(int *x, int *y) { int r0; ${between.replaceAll("v", "y")} r0 = READ_ONCE(*x); }\n` +
        "exists (0:r0=0 /\\ 1:r0=0)\n",
    ).verdict;
  expect(buffering("WRITE_ONCE(*v, 1);")).toBe("Sometimes");
  expect(buffering("smp_store_mb(*v, 1);")).toBe("Never");
  expect(buffering("if (1) smp_store_mb(*v, 1);")).toBe("Never");
});

test("a register that is never assigned causes a warning and is 0", () => {
  const { verdict, warnings } = one("r0 = 1;", "exists (0:r9=0)");
  expect(verdict).toBe("Always");
  expect(warnings).toEqual([{ message: "P0 has no register r9: it stays 0", position: { line: 7, column: 11 } }]);
});
