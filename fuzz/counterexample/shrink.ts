/**
 * Shrinking: from any execution that violates a property to its shortest story.
 *
 * First operations and threads are removed, then preemptions, then accesses, repeatedly, as long as anything changes;
 * then the orderings that matter are found. Every step is run, and accepted only if the same property is violated with
 * no more preemptions. The search is deterministic and bounded by its number of executions; when stopped, it keeps its
 * result so far.
 *
 * Not promised: the smallest of all. `fewestPreemptions` reports that no schedule of the result's scenario has fewer.
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

/** Default execution budget of shrinking. */
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
  /** Preemptions of the original execution. */
  readonly preemptionsBefore: number;
  readonly fewestPreemptions: boolean;
  readonly executions: number;
  /** False if it was stopped, or its executions were spent, before it was minimal. */
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
  // The orderings come last and matter most to a reader: some executions are reserved for them.
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

/** The smallest result so far. */
export interface Smallest extends Sized {
  /** No schedule of its scenario has fewer preemptions and violates the property. */
  readonly fewestPreemptions: boolean;
}

/**
 * Removes operations and threads, then preemptions and accesses, repeatedly, as long as anything changes.
 *
 * @param isEnough ends the search as soon as a run is good enough
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
