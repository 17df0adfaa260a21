import { search } from "#fuzz/search/search.ts";
import { Machine } from "#fuzz/machine/machine.ts";
import type { Program } from "#fuzz/machine/program.ts";
import { derivedSeed } from "#properties/random.ts";
import { toyChecks } from "#fuzz/programs/toy-program.ts";
import { toyProgramNamed } from "#fuzz/programs/toy-programs.ts";
import { strategyNamed } from "#fuzz/strategies/strategies.ts";
import { DEPTH_FIRST_SCHEDULES } from "./reference-figures.ts";
import { type Granularity, spawnedByMain } from "./spawned.ts";

export interface Task {
  readonly program: string;
  readonly strategy: string;
  readonly trials: number;
  readonly schedulesMax: number;
  readonly seed: number;
  readonly granularity: Granularity;
}

export interface TaskResult {
  readonly program: string;
  readonly strategy: string;
  /** Trials run; always one for a strategy that enumerates. */
  readonly trials: number;
  readonly schedulesMax: number;
  /** Schedules until the first bug, the failing one included, of each trial that found it, in ascending order. */
  readonly schedulesToBug: readonly number[];
  /** Accesses, and choices between several threads, per execution on average. */
  readonly stepsPerRun: number;
  readonly choicesPerRun: number;
  /**
   * A violation of a property that the program's bug does not violate, if any: the program then differs from its
   * description.
   */
  readonly unexpected?: string;
}

/** Looks for the program's bug with each seed, on one machine. Deterministic. */
export function runTask(task: Task): TaskResult {
  const program = toyProgramNamed(task.program);
  const entry = strategyNamed(task.strategy);
  const machine = new Machine(granulated(program.create(), task.granularity), toyChecks);
  const trials = entry.enumerates ? 1 : task.trials;
  const schedulesMax = entry.name === "dfs" ? DEPTH_FIRST_SCHEDULES : task.schedulesMax;
  const schedulesToBug: number[] = [];
  let executions = 0;
  let steps = 0;
  let choicePoints = 0;
  let unexpected: string | undefined;
  for (let trial = 0; trial < trials; trial++) {
    const result = search(machine, entry.create({ seed: derivedSeed(task.seed, trial) }), {
      executionsMax: schedulesMax,
    });
    executions += result.executions;
    steps += result.steps;
    choicePoints += result.choicePoints;
    if (result.violation === undefined) continue;
    if (program.bug?.violates.includes(result.violation.property) === true) schedulesToBug.push(result.executions);
    else unexpected = `${result.violation.property}: ${result.violation.because}`;
  }
  return {
    program: task.program,
    strategy: task.strategy,
    trials,
    schedulesMax,
    schedulesToBug: schedulesToBug.toSorted((a, b) => a - b),
    stepsPerRun: steps / executions,
    choicesPerRun: choicePoints / executions,
    ...(unexpected === undefined ? {} : { unexpected }),
  };
}

function granulated(program: Program, granularity: Granularity): Program {
  return granularity === "accesses" ? program : spawnedByMain(program);
}
