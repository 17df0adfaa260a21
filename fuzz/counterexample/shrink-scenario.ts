/**
 * Fewer threads and operations: each smaller scenario is tried with the rest of the schedule, then with a bounded
 * search around it. It is accepted only if the same property is violated with no more preemptions.
 */
import type { AccessRow, OperationRow } from "#reports/recorded-execution.ts";
import { Machine } from "#fuzz/machine/machine.ts";
import type { MachineSettings } from "#fuzz/machine/machine-settings.ts";
import type { Program } from "#fuzz/machine/program.ts";
import { randomWalk } from "#fuzz/strategies/random-walk.ts";
import { replay } from "./replay.ts";
import type { Subject } from "#fuzz/subjects/subject.ts";
import { blocksOf, type Run } from "./follow.ts";
import type { SearchBudget } from "./search-budget.ts";
import { withoutBlocks } from "./shrink-schedule.ts";

/** Execution budget of the search around a projected schedule. */
const AROUND_EXECUTIONS_MAX = 600;

export interface Sized {
  readonly subject: Subject;
  readonly machine: Machine;
  readonly run: Run;
}

/** Removes operations and threads from the subject until no more can go. */
export async function shrinkScenario(start: Sized, settings: MachineSettings, budget: SearchBudget): Promise<Sized> {
  let best = start;
  for (;;) {
    const better = await firstSmaller(best, settings, budget);
    if (better === undefined) return best;
    best = better;
  }
}

async function firstSmaller(best: Sized, settings: MachineSettings, budget: SearchBudget): Promise<Sized | undefined> {
  const property = best.run.violation?.property ?? "";
  const program = best.subject.makeProgram();
  const owners = operationOfAccesses(program, best.run, settings);
  const mustPass = WAITING.has(property) && passes(best.machine);
  for (const { subject, keeps } of best.subject.smaller()) {
    if (budget.isSpent) return undefined;
    if (subject.size >= best.subject.size) continue;
    const machine = new Machine(subject.makeProgram(), settings);
    const projected = project(best.run, owners, keeps, program, machine.program);
    const run = await violating(machine, projected, property, best.run.preemptions, budget);
    // Without the operation that a thread waits for, every schedule ends in a wait: another fault, or none.
    if (run !== undefined && (!mustPass || passes(machine))) return { subject, machine, run };
  }
  return undefined;
}

/** Properties that an execution may violate because an operation is missing. */
const WAITING: ReadonlySet<string> = new Set(["deadlock", "progress"]);

/** Schedules tried for one that passes. */
const PASSING_EXECUTIONS_MAX = 200;

/** Whether some schedule violates nothing. */
function passes(machine: Machine): boolean {
  const random = randomWalk(1);
  for (let execution = 0; execution < PASSING_EXECUTIONS_MAX; execution++)
    if (machine.run(random) === undefined) return true;
  return false;
}

async function violating(
  machine: Machine,
  projected: readonly number[],
  property: string,
  preemptionsMax: number,
  budget: SearchBudget,
): Promise<Run | undefined> {
  const run = budget.follow(machine, blocksOf(projected));
  await budget.pause();
  if (run.violation?.property === property) {
    const reduced = run.preemptions > preemptionsMax ? await withoutBlocks(machine, run, property, budget) : run;
    if (reduced.preemptions <= preemptionsMax) return reduced;
  }
  for (let preemptions = 0; preemptions <= preemptionsMax; preemptions++) {
    const found = await budget.searchBounded(machine, property, preemptions, AROUND_EXECUTIONS_MAX);
    if (found.run !== undefined) return found.run;
    if (!found.complete) break;
  }
  return undefined;
}

/** The operation that each access belongs to, -1 for an access outside all. */
function operationOfAccesses(program: Program, run: Run, settings: MachineSettings): number[] {
  const { execution } = replay(program, { choices: run.choices }, { machine: settings });
  const open = new Map<number, number>();
  const owners: number[] = [];
  for (const row of execution.rows) {
    if (row.kind === "access") owners.push(ownerOf(row, open));
    else noteOperation(row, open);
  }
  return owners;
}

function ownerOf({ thread }: AccessRow, open: ReadonlyMap<number, number>): number {
  return open.get(thread) ?? -1;
}

function noteOperation({ kind, thread, operation }: OperationRow, open: Map<number, number>): void {
  if (kind === "begin") open.set(thread, operation);
  else open.delete(thread);
}

/**
 * The schedule without the accesses of the removed operations. Threads keep their names, not their numbers; callbacks
 * are assumed to start in the same order.
 */
function project(
  run: Run,
  owners: readonly number[],
  keeps: (operation: number) => boolean,
  from: Program,
  to: Program,
): number[] {
  const numbers = new Map(
    from.threads.map(({ name }, thread) => [thread, to.threads.findIndex((other) => other.name === name)]),
  );
  const shift = to.threads.length - from.threads.length;
  const projected: number[] = [];
  for (const [step, thread] of run.choices.entries()) {
    const owner = owners[step] ?? -1;
    if (owner !== -1 && !keeps(owner)) continue;
    const number = thread < from.threads.length ? (numbers.get(thread) ?? -1) : thread + shift;
    if (number !== -1) projected.push(number);
  }
  return projected;
}
