/**
 * `quiesce explore` of a program that only the machine can judge: it frees objects, may deadlock, or checks final
 * states.
 */
import { exploreProgram } from "#fuzz/explore/explore-program.ts";
import { InputError } from "#fuzz/host/input-error.ts";
import type { Program } from "#fuzz/machine/program.ts";
import { toyChecks } from "#fuzz/programs/toy-program.ts";
import type { Violation } from "#properties/violation.ts";

export interface MachineExploration {
  readonly executions: number;
  readonly blocked: number;
  readonly complete: boolean;
  readonly violation?: Pick<Violation, "property" | "because">;
}

export interface MachineLimits {
  readonly maxExecutions?: number;
  /** Milliseconds. */
  readonly time?: number;
}

/**
 * Every execution under sc, judged by the machine with all its checks for toy programs.
 *
 * @throws InputError for a program that cannot be explored
 */
export function exploreOnMachine(program: Program, { maxExecutions, time }: MachineLimits): MachineExploration {
  const end = time === undefined ? Infinity : performance.now() + time;
  const found = exploreProgram(program, {
    checks: toyChecks,
    shouldStop: () => performance.now() >= end,
    ...(maxExecutions !== undefined && { graphsMax: maxExecutions }),
  });
  if (found.notExplorable !== undefined) throw new InputError(`explore: ${found.notExplorable}`);
  const { executions, blocked, complete, violation } = found;
  if (violation === undefined) return { executions, blocked, complete };
  const { property, because } = violation.violation;
  return { executions, blocked, complete, violation: { property, because } };
}
