/**
 * Shrinking: from any execution that violates a property to the shortest story of it.
 *
 * First operations and threads go, then preemptions, then accesses; again, as long as that makes a difference; then the
 * orderings that matter are found. Every step is run, and taken only if the same property is violated with no more
 * preemptions. The search is deterministic and bounded by its number of executions; what was reached stands when it is
 * stopped.
 *
 * Not promised: the smallest of all. `fewestPreemptions` says when no schedule of the result's scenario has fewer.
 */
import { Machine } from "#fuzz/machine/machine.ts";
import type { MachineSettings } from "#fuzz/machine/machine-settings.ts";
import { replay, type Replayed } from "./replay.ts";
import type { Subject } from "#fuzz/subjects/subject.ts";
import { blocksOf, type Run } from "./follow.ts";
import { findOrderings, type Orderings } from "./orderings.ts";
import { type BudgetOptions, SearchBudget } from "./search-budget.ts";
import { isSmaller, shrinkSchedule } from "./shrink-schedule.ts";
import { shrinkScenario, type Sized } from "./shrink-scenario.ts";

/** Executions that shrinking runs unless told otherwise. */
const EXECUTIONS_MAX = 100_000;

export interface ShrinkOptions extends Partial<BudgetOptions> {
  readonly machine?: MachineSettings;
}

export interface Shrunk extends Orderings {
  readonly subject: Subject;
  readonly choices: Int32Array;
  /** The recorded execution of the result. */
  readonly replayed: Replayed;
  readonly preemptions: number;
  /** Preemptions of what it started from. */
  readonly preemptionsBefore: number;
  readonly fewestPreemptions: boolean;
  readonly executions: number;
  /** False when it was stopped, or its executions were spent, before nothing more could be taken away. */
  readonly finished: boolean;
}

/**
 * Shrinks the execution of `subject` under `choices`.
 *
 * @returns undefined if that execution violates nothing
 */
export async function shrink(
  subject: Subject,
  choices: ArrayLike<number>,
  options: ShrinkOptions = {},
): Promise<Shrunk | undefined> {
  const { machine: settings = {}, executionsMax = EXECUTIONS_MAX, shouldStop, progress } = options;
  // The orderings come last and are the better part of the result: some executions are kept for them.
  const budget = new SearchBudget({ executionsMax: Math.ceil(executionsMax * 0.8), shouldStop, progress });
  const machine = new Machine(subject.makeProgram(), settings);
  const run = budget.follow(machine, blocksOf(choices));
  if (run.violation === undefined) return undefined;
  const best = await smallest({ subject, machine, run }, settings, budget);
  const replayed = replay(
    best.subject.makeProgram(),
    { choices: best.run.choices },
    { machine: settings, operations: best.subject.operationNames(best.machine.program) },
  );
  const rest = new SearchBudget({
    executionsMax: budget.wasStopped ? 0 : Math.max(0, executionsMax - budget.executions),
    shouldStop,
    progress,
  });
  const orderings = await findOrderings(best.machine, best.run, replayed.accesses, rest);
  return {
    ...orderings,
    subject: best.subject,
    choices: best.run.choices,
    replayed,
    preemptions: best.run.preemptions,
    preemptionsBefore: run.preemptions,
    fewestPreemptions: best.fewestPreemptions,
    executions: budget.executions + rest.executions,
    finished: !budget.isSpent && !rest.isSpent,
  };
}

/** The smallest that was reached. */
export interface Smallest extends Sized {
  /** No schedule of its scenario has fewer preemptions and violates the property. */
  readonly fewestPreemptions: boolean;
}

/**
 * Takes operations and threads away, then preemptions and accesses, again as long as that makes a difference.
 *
 * @param isEnough ends it as soon as a run is good enough
 */
export async function smallest(
  start: Sized,
  settings: MachineSettings,
  budget: SearchBudget,
  isEnough: (run: Run) => boolean = () => false,
): Promise<Smallest> {
  let best: Smallest = { ...start, fewestPreemptions: start.run.preemptions === 0 };
  while (!isEnough(best.run)) {
    const smaller = await shrinkScenario(best, settings, budget);
    const { run, fewestPreemptions } = await shrinkSchedule(smaller.machine, smaller.run, budget);
    const isBetter = smaller.subject.size < best.subject.size || isSmaller(run, best.run);
    best = { ...smaller, run, fewestPreemptions };
    if (!isBetter || budget.isSpent) break;
  }
  return best;
}
