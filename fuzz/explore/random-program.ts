/**
 * Small random programs over the whole vocabulary of the explorer, for checking it against other engines.
 */
import {
  type Access,
  type AccessKind,
  type Address,
  atomicAdd,
  atomicAddReturn,
  atomicAddReturnAcquire,
  atomicAddReturnRelaxed,
  atomicAddReturnRelease,
  awaitEqual,
  awaitUnequal,
  cmpxchg,
  cmpxchgAcquire,
  cmpxchgRelaxed,
  cmpxchgRelease,
  loadAcquire,
  mutexLock,
  mutexUnlock,
  rcuAssignPointer,
  read,
  readOnce,
  smpMb,
  smpRmb,
  smpWmb,
  spinLock,
  spinUnlock,
  storeRelease,
  write,
  writeOnce,
  xchg,
  xchgAcquire,
  xchgRelaxed,
  xchgRelease,
} from "#impl/memory/access.ts";
import fc from "fast-check";
import type { ExploredProgram } from "./explored-program.ts";

type MakeAccess = (word: Address, operand: number, expected: number) => AccessKind;

const EVERY_BIT = -1;

/** Kinds of access by name. */
const kinds: Readonly<Record<string, MakeAccess>> = {
  read,
  readOnce,
  loadAcquire,
  write,
  writeOnce,
  storeRelease,
  rcuAssignPointer,
  cmpxchg: (word, operand, expected) => cmpxchg(word, expected, operand),
  cmpxchgRelaxed: (word, operand, expected) => cmpxchgRelaxed(word, expected, operand),
  cmpxchgAcquire: (word, operand, expected) => cmpxchgAcquire(word, expected, operand),
  cmpxchgRelease: (word, operand, expected) => cmpxchgRelease(word, expected, operand),
  xchg,
  xchgRelaxed,
  xchgAcquire,
  xchgRelease,
  atomicAdd,
  atomicAddReturn,
  atomicAddReturnRelaxed,
  atomicAddReturnAcquire,
  atomicAddReturnRelease,
  awaitEqual: (word, _, expected) => awaitEqual(word, EVERY_BIT, expected),
  awaitUnequal: (word, _, expected) => awaitUnequal(word, EVERY_BIT, expected),
  smpMb,
  smpRmb,
  smpWmb,
};

/** One access or, with a `section`, a lock held around others. */
interface RandomStatement {
  readonly kind: string;
  readonly word: Address;
  readonly operand: number;
  readonly expected: number;
  /** Adds the result of the preceding access to the operand. */
  readonly usesResult: boolean;
  /** Skipped if the preceding access found 0. */
  readonly isGuarded: boolean;
}

interface RandomSection {
  readonly lock: "spin" | "mutex";
  readonly section: readonly RandomStatement[];
}

export type RandomThread = readonly (RandomStatement | RandomSection)[];

const LOCK = 9;

const BARRIERS: readonly string[] = ["smpMb", "smpRmb", "smpWmb"];
const ALL_KINDS = Object.keys(kinds);
const KINDS_WITHOUT_BARRIERS = ALL_KINDS.filter((kind) => !BARRIERS.includes(kind));

const statement = (kindNames: readonly string[], words: number): fc.Arbitrary<RandomStatement> =>
  fc.record({
    kind: fc.constantFrom(...kindNames),
    word: fc.integer({ min: 1, max: words }),
    operand: fc.integer({ min: 1, max: 2 }),
    expected: fc.integer({ min: 0, max: 1 }),
    usesResult: fc.boolean(),
    isGuarded: fc.nat(3).map((draw) => draw === 0),
  });

/**
 * `threads` threads or one fewer, of `accesses` accesses each or one fewer; a lock and its release count as two, around
 * any number that fits.
 */
export function randomThreads(limits: {
  readonly threads: number;
  readonly accesses: number;
  readonly words: number;
  /** There may be barriers unless false. */
  readonly barriers?: false;
}): fc.Arbitrary<readonly RandomThread[]> {
  const { threads, accesses, words, barriers } = limits;
  const any = statement(barriers === false ? KINDS_WITHOUT_BARRIERS : ALL_KINDS, words);
  const plain = fc.array(any, { minLength: accesses - 1, maxLength: accesses });
  const locked = fc
    .tuple(fc.constantFrom("spin", "mutex"), fc.array(any, { maxLength: accesses - 2 }))
    .map(([lock, section]): RandomThread => [{ lock, section }]);
  return fc.array(fc.oneof({ arbitrary: plain, weight: 3 }, { arbitrary: locked, weight: 1 }), {
    minLength: threads - 1,
    maxLength: threads,
  });
}

/** The program of such threads; all words are initially 0. */
export function randomProgram(threads: readonly RandomThread[]): ExploredProgram {
  return { name: "random", threads: threads.map((statements) => () => run(statements)) };
}

function* run(statements: RandomThread): Access {
  let result = 0;
  for (const each of statements) {
    if ("kind" in each) {
      result = yield* perform(each, result);
      continue;
    }
    yield each.lock === "spin" ? spinLock(LOCK) : mutexLock(LOCK);
    for (const inner of each.section) result = yield* perform(inner, result);
    yield each.lock === "spin" ? spinUnlock(LOCK) : mutexUnlock(LOCK);
  }
}

function* perform(
  { kind, word, operand, expected, usesResult, isGuarded }: RandomStatement,
  result: number,
): Access<number> {
  if (isGuarded && result === 0) return result;
  const make = kinds[kind];
  if (make === undefined) throw new RangeError(`there is no access named ${kind}`);
  return yield make(word, usesResult ? operand + (result & 1) : operand, expected);
}
