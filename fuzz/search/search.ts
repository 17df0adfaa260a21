import type { EstimatedCount } from "#reports/estimate-text.ts";
import type { Machine } from "#fuzz/machine/machine.ts";
import type { Strategy } from "#fuzz/machine/strategy.ts";
import type { Violation } from "#properties/violation.ts";

export interface SearchBounds {
  /** Executions to run at most. */
  readonly executionsMax: number;
  /** Asked once every `EXECUTIONS_BETWEEN_QUESTIONS` executions; the search stops, undecided, when it answers true. */
  readonly shouldStop?: () => boolean;
}

export interface SearchResult {
  /**
   * `violated` at the first violation; `exhausted` when the strategy has no other schedule; `searched` when the
   * executions asked for are done; `stopped` when told to stop before.
   */
  readonly kind: "violated" | "exhausted" | "searched" | "stopped";
  readonly executions: number;
  /** Accesses of all executions together. */
  readonly steps: number;
  /** Steps at which more than one thread was enabled, of all executions together. */
  readonly choicePoints: number;
  readonly violation?: Violation;
  /** About how many executions there are, and between which numbers, where the search could tell. */
  readonly estimate?: EstimatedCount;
  /** The thread of each access of the violating execution. */
  readonly choices?: Int32Array;
}

/** Executions between two questions whether to stop. */
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
