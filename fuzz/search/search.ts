import type { EstimatedCount } from "#reports/estimate-text.ts";
import type { Machine } from "#fuzz/machine/machine.ts";
import type { Strategy } from "#fuzz/machine/strategy.ts";
import type { Violation } from "#properties/violation.ts";

export interface SearchBounds {
  /** Maximum number of executions. */
  readonly executionsMax: number;
  /** Called once every `EXECUTIONS_BETWEEN_QUESTIONS` executions; the search stops, undecided, when it returns true. */
  readonly shouldStop?: () => boolean;
}

export interface SearchResult {
  /**
   * `violated` at the first violation; `exhausted` when the strategy has no other schedule; `searched` when the
   * requested executions are done; `stopped` when stopped earlier.
   */
  readonly kind: "violated" | "exhausted" | "searched" | "stopped";
  readonly executions: number;
  /** Total accesses of all executions. */
  readonly steps: number;
  /** Total steps of all executions at which more than one thread was enabled. */
  readonly choicePoints: number;
  readonly violation?: Violation;
  /** Estimated number of executions, with its interval, if the search made an estimate. */
  readonly estimate?: EstimatedCount;
  /** The thread of each access of the violating execution. */
  readonly choices?: Int32Array;
}

/** Executions between two checks whether to stop. */
export const EXECUTIONS_BETWEEN_QUESTIONS = 256;

/** Runs executions of the machine's program under one strategy until one violates a property or a bound is hit. */
export function search(
  machine: Machine,
  strategy: Strategy,
  { executionsMax, shouldStop }: SearchBounds,
): SearchResult {
  let steps = 0;
  let choicePoints = 0;
  for (let executions = 1; executions <= executionsMax; executions++) {
    const violation = machine.run(strategy);
    steps += machine.steps;
    choicePoints += machine.choicePoints;
    if (violation !== undefined) {
      return {
        kind: "violated",
        executions,
        steps,
        choicePoints,
        violation,
        choices: machine.choices.slice(0, machine.steps),
      };
    }
    if (strategy.isExhausted?.() === true) return { kind: "exhausted", executions, steps, choicePoints };
    if (executions % EXECUTIONS_BETWEEN_QUESTIONS === 0 && shouldStop?.() === true)
      return { kind: "stopped", executions, steps, choicePoints };
  }
  return { kind: "searched", executions: executionsMax, steps, choicePoints };
}
