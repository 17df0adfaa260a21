/**
 * A counterexample with few preemptions, if nothing else is needed: nobody will read it, so it need not be short.
 *
 * The cheapest steps come first: the execution as found, the same with blocks of its schedule removed, every schedule
 * with few preemptions as far as the budget lasts, and then shrinking as for a reader.
 */
import { Machine } from "#fuzz/machine/machine.ts";
import type { Subject } from "#fuzz/subjects/subject.ts";
import { blocksOf, type Run } from "./follow.ts";
import { type BudgetOptions, SearchBudget } from "./search-budget.ts";
import { smallest } from "./shrink.ts";
import { withoutBlocks } from "./shrink-schedule.ts";

/** Execution budget of the search through schedules with few preemptions. */
const BOUNDED_EXECUTIONS_MAX = 20_000;

/**
 * Looks for a run that violates the same property with at most so many preemptions.
 *
 * @returns the run with the fewest preemptions found, which may be more; undefined if `choices` violates nothing
 */
export async function withFewPreemptions(
  subject: Subject,
  choices: ArrayLike<number>,
  preemptionsMax: number,
  options: BudgetOptions,
): Promise<Run | undefined> {
  const budget = new SearchBudget(options);
  const machine = new Machine(subject.makeProgram());
  const found = budget.follow(machine, blocksOf(choices));
  if (found.violation === undefined) return undefined;
  const isEnough = ({ preemptions }: Run): boolean => preemptions <= preemptionsMax;
  if (isEnough(found)) return found;

  const { property } = found.violation;
  const run = await withoutBlocks(machine, found, property, budget);
  if (isEnough(run)) return run;
  const bounded = await budget.searchBounded(machine, property, preemptionsMax, BOUNDED_EXECUTIONS_MAX);
  if (bounded.run !== undefined) return bounded.run;
  return (await smallest({ subject, machine, run }, {}, budget, isEnough)).run;
}
