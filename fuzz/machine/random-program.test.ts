/**
 * The machine against a definitional interpreter: program, schedule, enabled threads, results, end.
 */
import fc from "fast-check";
import { expect, test } from "vitest";
import * as access from "#impl/memory/access.ts";
import { type Access, ACCESS, type AccessKind, request } from "#impl/memory/access.ts";
import { createHeap, place } from "#impl/memory/heap.ts";
import { struct } from "#impl/memory/struct.ts";
import { Random } from "#properties/random.ts";
import { Machine } from "./machine.ts";

interface Instruction {
  readonly kind: AccessKind;
  /** 0 … 2 a word, 3 the lock. */
  readonly word: number;
  readonly operand: number;
  readonly expected: number;
}

const Shared = struct("shared", { word: 3, lock: 1 });
const heap = createHeap(8);
const shared = place(heap, Shared, "shared");

const of = (kind: AccessKind, word = 0, operand = 0, expected = 0): Instruction => ({ kind, word, operand, expected });

/** Requests any access directly through the registers. */
function ask({ kind, word, operand, expected }: Instruction): AccessKind {
  request.address = shared + word;
  request.operand = operand;
  request.expected = expected;
  return kind;
}

function* run(instructions: readonly Instruction[], results: number[]): Access {
  for (const instruction of instructions) results.push(yield ask(instruction));
}

const value = fc.integer({ min: -1, max: 2 });
const onWord: fc.Arbitrary<Instruction> = fc.record({
  kind: fc.integer({ min: ACCESS.read, max: ACCESS.atomicAddReturnRelease }) as fc.Arbitrary<AccessKind>,
  word: fc.nat(2),
  operand: value,
  expected: value,
});
const wait: fc.Arbitrary<Instruction> = fc.record({
  kind: fc.constantFrom<AccessKind>(ACCESS.awaitEqual, ACCESS.awaitUnequal),
  word: fc.nat(2),
  operand: value,
  expected: fc.constantFrom(-1, 1),
});
const body = fc.oneof({ weight: 6, arbitrary: onWord }, { weight: 1, arbitrary: wait });
const alone = (instruction: Instruction): fc.Arbitrary<Instruction[]> => fc.constant(null).map(() => [instruction]);
const block: fc.Arbitrary<Instruction[]> = fc.oneof(
  { weight: 5, arbitrary: fc.array(body, { minLength: 1, maxLength: 1 }) },
  {
    weight: 1,
    arbitrary: fc
      .array(onWord, { maxLength: 2 })
      .map((inside) => [of(ACCESS.spinLock, 3), ...inside, of(ACCESS.spinUnlock, 3)]),
  },
  {
    weight: 2,
    arbitrary: fc
      .array(body, { maxLength: 2 })
      .map((inside) => [of(ACCESS.rcuReadLock), ...inside, of(ACCESS.rcuReadUnlock)]),
  },
  { weight: 1, arbitrary: alone(of(ACCESS.synchronizeRcu)) },
  { weight: 1, arbitrary: alone(of(ACCESS.smpMb)) },
);
const threads = fc.array(
  fc.array(block, { maxLength: 3 }).map((blocks) => blocks.flat()),
  { minLength: 1, maxLength: 3 },
);

/** One thread of the interpreter. */
interface Line {
  readonly instructions: readonly Instruction[];
  at: number;
  /** Open sections, and sections that open with the next access. */
  open: number;
  opening: number;
  /** The unique number of the open section. */
  section: number;
  /** The sections that its grace period waits for, once it has begun. */
  awaited: readonly number[] | undefined;
  readonly results: number[];
}

class Interpreter {
  readonly words = new Map<number, number>();
  readonly lines: Line[];
  #sections = 0;

  constructor(programs: readonly (readonly Instruction[])[]) {
    this.lines = programs.map((instructions) => ({
      instructions,
      at: 0,
      open: 0,
      opening: 0,
      section: 0,
      awaited: undefined,
      results: [],
    }));
    for (const line of this.lines) this.#goOn(line);
  }

  enabled(): number[] {
    return this.lines.flatMap((line, thread) =>
      line.at < line.instructions.length && (line.opening > 0 || this.#isReady(line)) ? [thread] : [],
    );
  }

  step(thread: number): void {
    const line = this.lines[thread];
    const instruction = line?.instructions[line.at];
    if (line === undefined || instruction === undefined) throw new Error(`thread ${thread} has returned`);
    if (line.opening > 0 && line.open === 0) line.section = ++this.#sections;
    line.open += line.opening;
    line.opening = 0;
    if (!this.#isReady(line)) return;
    if (instruction.kind === ACCESS.synchronizeRcu) {
      line.awaited ??= this.#openSections();
      if (!this.#isReady(line)) return;
      line.awaited = undefined;
    }
    line.results.push(this.#perform(instruction));
    line.at++;
    this.#goOn(line);
  }

  #openSections(): number[] {
    return this.lines.filter(({ open }) => open > 0).map(({ section }) => section);
  }

  #isReady(line: Line): boolean {
    const instruction = line.instructions[line.at];
    if (instruction === undefined) return false;
    const { kind, word, operand, expected } = instruction;
    const found = this.words.get(word) ?? 0;
    if (kind === ACCESS.spinLock) return found === 0;
    if (kind === ACCESS.awaitEqual) return (found & expected) === operand;
    if (kind === ACCESS.awaitUnequal) return (found & expected) !== operand;
    if (kind === ACCESS.synchronizeRcu)
      return line.awaited === undefined || !this.#openSections().some((section) => line.awaited?.includes(section));
    return true;
  }

  /** Carries out everything up to the next access. */
  #goOn(line: Line): void {
    for (;;) {
      const kind = line.instructions[line.at]?.kind;
      if (kind === ACCESS.rcuReadLock) line.opening++;
      else if (kind === ACCESS.rcuReadUnlock && line.opening > 0) line.opening--;
      else if (kind === ACCESS.rcuReadUnlock) line.open--;
      else if (kind !== ACCESS.smpMb) return;
      line.results.push(0);
      line.at++;
    }
  }

  #perform({ kind, word, operand, expected }: Instruction): number {
    const found = this.words.get(word) ?? 0;
    const name = Object.keys(ACCESS)[kind] ?? "";
    if (/^(read|load|rcuDereference|await)/.test(name)) return found;
    if (name === "spinLock" || name === "spinUnlock") {
      this.words.set(word, name === "spinLock" ? 1 : 0);
      return 0;
    }
    if (name === "synchronizeRcu") return 0;
    if (name.startsWith("atomicAdd")) {
      this.words.set(word, found + operand);
      return found + operand;
    }
    if (!name.startsWith("cmpxchg") || found === expected) this.words.set(word, operand);
    return found;
  }
}

test("behaves like a definitional interpreter for random programs and schedules", () => {
  let deadlocks = 0;
  let ends = 0;
  fc.assert(
    fc.property(threads, fc.nat(), (programs, seed) => {
      // A dereference outside a section is a violation; here it is an ordinary access.
      const instructions = programs.map((lines) =>
        lines.map((line) => (line.kind === ACCESS.rcuDereference ? { ...line, kind: ACCESS.readOnce } : line)),
      );
      const results: number[][] = instructions.map(() => []);
      const machine = new Machine(
        {
          name: "random",
          heap,
          watchers: [],
          threads: instructions.map((lines, thread) => ({
            name: `t${thread}`,
            body: () => run(lines, results[thread] ?? []),
          })),
        },
        { dataRaces: false },
      );
      const interpreter = new Interpreter(instructions);
      const random = new Random(seed);
      let steps = 0;
      const catchUp = (): void => {
        for (; steps < machine.steps; steps++) {
          const thread = machine.choices[steps] ?? -1;
          expect(interpreter.enabled()).toContain(thread);
          interpreter.step(thread);
        }
      };
      const violation = machine.run({
        name: "random",
        begin() {},
        choose({ enabled, enabledCount }) {
          catchUp();
          expect(Array.from(enabled.subarray(0, enabledCount))).toEqual(interpreter.enabled());
          return enabled[random.below(enabledCount)] ?? 0;
        },
      });
      catchUp();
      expect(interpreter.enabled()).toEqual([]);
      const stuck = interpreter.lines.some(({ at, instructions }) => at < instructions.length);
      expect(violation?.property).toBe(stuck ? "deadlock" : undefined);
      if (stuck) deadlocks++;
      else ends++;
      expect(results).toEqual(interpreter.lines.map((line) => line.results));
      for (const word of [0, 1, 2]) expect(heap.words[shared + word]).toBe(interpreter.words.get(word) ?? 0);
    }),
    { seed: 3, numRuns: 2000 },
  );
  expect(deadlocks).toBeGreaterThan(100);
  expect(ends).toBeGreaterThan(100);
});

test("setting the registers directly is equivalent to calling the functions", () => {
  expect(ask(of(ACCESS.cmpxchg, 1, 2, 3))).toBe(ACCESS.cmpxchg);
  const { count, ...byRegisters } = request;
  access.cmpxchg(shared + 1, 3, 2);
  expect(request).toEqual({ ...byRegisters, count: count + 1 });
});
