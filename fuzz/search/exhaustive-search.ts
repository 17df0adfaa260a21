/** The exhaustive explorer as a search, like those of the strategies. */
import { search, type SearchBounds, type SearchResult } from "./search.ts";
import { Machine } from "#fuzz/machine/machine.ts";
import type { MachineOptions } from "#fuzz/machine/machine-settings.ts";
import type { Program } from "#fuzz/machine/program.ts";
import { depthFirst } from "#fuzz/strategies/depth-first.ts";
import { exploreProgram } from "#fuzz/explore/explore-program.ts";

/** The name of the search among those of strategies. It has no seed. */
export const EXHAUSTIVE = "exhaustive";

/** One line for a list of strategies. */
export const EXHAUSTIVE_DESCRIPTION = "every execution that a thread can distinguish, exactly once";

export interface ExhaustiveBounds extends SearchBounds {
  /**
   * Estimated number of executions above which the search ends early, with `searched`, since it would cover only a
   * small part. If absent, it runs to its bound.
   */
  readonly estimateMax?: number;
}

/** Number of executions after which an estimate is made. */
const EXECUTIONS_BEFORE_ESTIMATE = 10_000;

/**
 * Runs every execution of the program that its threads or its history can distinguish: `exhausted` if none of them
 * violates anything. A program that the explorer has no events for is run in every schedule instead.
 *
 * @param makeProgram creates a new program with its own heap
 * @throws ProgramError if the program is not deterministic
 */
export function searchExhaustively(
  makeProgram: () => Program,
  checks: MachineOptions,
  { estimateMax, ...bounds }: ExhaustiveBounds,
): SearchResult {
  if (estimateMax !== undefined && bounds.executionsMax > EXECUTIONS_BEFORE_ESTIMATE) {
    const first = searchExhaustively(makeProgram, checks, { ...bounds, executionsMax: EXECUTIONS_BEFORE_ESTIMATE });
    const { estimate } = first;
    if (estimate === undefined || estimate.low > estimateMax) return first;
  }
  const { executionsMax, shouldStop } = bounds;
  const found = exploreProgram(makeProgram(), {
    checks,
    graphsMax: executionsMax,
    // An estimate visits as many nodes as the exploration before it: the longer the exploration, the better the
    // estimate.
    estimateNodes: executionsMax,
    ...(shouldStop !== undefined && { shouldStop }),
  });
  if (found.notExplorable !== undefined) return search(new Machine(makeProgram(), checks), depthFirst(), bounds);
  const { executions, blocked, accesses: steps, complete } = found;
  const counts = { executions, steps, choicePoints: 0 };
  if (found.violation !== undefined)
    return { kind: "violated", ...counts, violation: found.violation.violation, choices: found.violation.choices };
  if (complete) return { kind: "exhausted", ...counts };
  if (executions + blocked < executionsMax) return { kind: "stopped", ...counts };
  const { estimate } = found;
  return {
    kind: "searched",
    ...counts,
    ...(estimate !== undefined && {
      estimate: { executions: estimate.executions, low: estimate.low, high: estimate.high },
    }),
  };
}
