/**
 * The subject of replay and shrinking: a program, and the scenario it was made from, if there is one.
 *
 * A system's scenario is data, so operations can be removed from it; a program written by hand is taken as it is.
 */
import { subarray } from "fast-check";
import type { OperationNames, Program } from "#fuzz/machine/program.ts";
import type { Trace } from "#fuzz/machine/trace.ts";
import { ScenarioError } from "#fuzz/systems/scenario-error.ts";
import type { Scenario } from "#fuzz/systems/scenario.ts";

export interface Subject {
  /** As it is in a trace. */
  readonly scenario: Trace["scenario"];
  /** Threads and operations, initial ones included, that shrinking can count. */
  readonly size: number;
  /** A fresh program. */
  makeProgram(): Program;
  /** Names of operations and responses, for a program compiled here. */
  operationNames(program: Program): OperationNames;
  /** Smaller ones, the largest reductions first. */
  smaller(): Iterable<SmallerSubject>;
}

export interface SmallerSubject {
  readonly subject: Subject;
  /** Whether the operation with this number in the larger one is kept. */
  keeps(operation: number): boolean;
}

/** For a program that does not name its operations. */
const UNNAMED: OperationNames = {
  operation: (operation) => `operation ${operation}`,
  response: (_operation, word) => String(word),
};

/** A program written in TypeScript, which has nothing to remove. */
export function programSubject(scenario: Trace["scenario"], makeProgram: () => Program): Subject {
  return {
    scenario,
    size: 0,
    makeProgram,
    operationNames: (program) => program.operationNames ?? UNNAMED,
    smaller: () => [],
  };
}

/**
 * A scenario of a system.
 *
 * @param compile makes a program of a scenario; a {@link ScenarioError} from it ends that path of shrinking
 */
export function scenarioSubject(scenario: Scenario, compile: (scenario: Scenario) => Program): Subject {
  const operations = scenario.threads.flatMap((thread) => thread.operations);
  return {
    scenario: { ...scenario },
    size: scenario.threads.length + operations.length + scenario.initial.length + (scenario.finally?.length ?? 0),
    makeProgram: () => compile(scenario),
    operationNames: (program) => program.operationNames ?? UNNAMED,
    smaller: () => smallerScenarios(scenario, operations.length, compile),
  };
}

/**
 * Scenarios with fewer operations, as fast-check shrinks a sub-list: first many at once, then one at a time. A thread
 * disappears with its last operation.
 */
function* smallerScenarios(
  scenario: Scenario,
  operationCount: number,
  compile: (scenario: Scenario) => Program,
): Generator<SmallerSubject> {
  for (const [dropped] of scenario.threads.entries()) {
    if (scenario.threads.length === 1) break;
    const kept = new Set(numbersOf(scenario, (thread) => thread !== dropped));
    yield* compiling(withOperations(scenario, kept), kept, compile, operationCount);
  }
  const all = Array.from({ length: operationCount }, (_, operation) => operation);
  for (const kept of subLists(all)) {
    if (kept.size > 0) yield* compiling(withOperations(scenario, kept), kept, compile, operationCount);
  }
  const everything = new Set(all);
  const { finally: last = [] } = scenario;
  for (const kept of subLists([...last.keys()])) {
    const numbers = new Set([...all, ...[...kept].map((index) => operationCount + index)]);
    const smaller = { ...scenario, finally: last.filter((_, index) => kept.has(index)) };
    yield* compiling(smaller, numbers, compile, operationCount + last.length);
  }
  for (const initial of subLists([...scenario.initial.keys()])) {
    yield* compiling(
      { ...scenario, initial: scenario.initial.filter((_, index) => initial.has(index)) },
      everything,
      compile,
      operationCount,
    );
  }
}

/** Sub-lists as fast-check shrinks them, each once. */
function* subLists(all: readonly number[]): Generator<ReadonlySet<number>> {
  if (all.length === 0) return;
  for (const { value } of subarray([...all]).shrink([...all], undefined)) yield new Set(value);
  for (const without of all) yield new Set(all.filter((one) => one !== without));
}

/** The smaller subject, unless its system refuses it. */
function* compiling(
  scenario: Scenario,
  kept: ReadonlySet<number>,
  compile: (scenario: Scenario) => Program,
  counted: number,
): Generator<SmallerSubject> {
  try {
    compile(scenario);
  } catch (error) {
    if (error instanceof ScenarioError) return;
    throw error;
  }
  // The final operations are numbered after the threads' operations.
  const keeps = (operation: number): boolean => operation >= counted || kept.has(operation);
  yield { subject: scenarioSubject(scenario, compile), keeps };
}

/** Numbers of the operations of the threads that `keeps` wants. */
function numbersOf({ threads }: Scenario, keeps: (thread: number) => boolean): number[] {
  let number = 0;
  return threads.flatMap(({ operations }, thread) => operations.map(() => number++).filter(() => keeps(thread)));
}

function withOperations(scenario: Scenario, kept: ReadonlySet<number>): Scenario {
  let number = 0;
  const threads = scenario.threads.map(({ name, operations }) => ({
    name,
    operations: operations.filter(() => kept.has(number++)),
  }));
  return { ...scenario, threads: threads.filter(({ operations }) => operations.length > 0) };
}
