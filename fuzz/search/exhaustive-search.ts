/** The exhaustive explorer as a search, like those of the strategies. */
import { search, type SearchBounds, type SearchResult } from "./search.ts";
import { Machine } from "#fuzz/machine/machine.ts";
import type { MachineOptions } from "#fuzz/machine/machine-settings.ts";
import type { Program } from "#fuzz/machine/program.ts";
import { depthFirst } from "#fuzz/strategies/depth-first.ts";
import type { Estimate } from "#fuzz/explore/estimate.ts";
import type { EstimatedCount } from "#reports/estimate-text.ts";
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

/** Minimum number of nodes of the tree that an estimate visits. */
const NODES_MIN = 10_000;

/** Graphs that are explored before an estimate: they show which events the program has. */
const GRAPHS_BEFORE_ESTIMATE = 500;

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
  const { executionsMax, shouldStop } = bounds;
  let tooMany: Estimate | undefined;
  const found = exploreProgram(makeProgram(), {
    checks,
    graphsMax: executionsMax,
    // A node costs as much as an execution, so the estimate costs at most a tenth of a long exploration.
    estimateNodes: Math.max(NODES_MIN, Math.floor(executionsMax / 10)),
    ...(estimateMax !== undefined && {
      checkpoint: {
        graphs: EXECUTIONS_BEFORE_ESTIMATE,
        goesOn() {
          const estimate = estimateOf(makeProgram(), checks);
          if (estimate === undefined || estimate.low <= estimateMax) return true;
          tooMany = estimate;
          return false;
        },
      },
    }),
    ...(shouldStop !== undefined && { shouldStop }),
  });
  if (found.notExplorable !== undefined) return search(new Machine(makeProgram(), checks), depthFirst(), bounds);
  const { executions, blocked, accesses: steps, complete } = found;
  const counts = { executions, steps, choicePoints: 0 };
  if (found.violation !== undefined)
    return { kind: "violated", ...counts, violation: found.violation.violation, choices: found.violation.choices };
  if (complete) return { kind: "exhausted", ...counts };
  if (executions + blocked < executionsMax && tooMany === undefined) return { kind: "stopped", ...counts };
  const { estimate = tooMany } = found;
  return {
    kind: "searched",
    ...counts,
    ...(estimate !== undefined && { estimate: atLeast(executions + blocked, estimate) }),
  };
}

/** There are at least as many graphs as were visited. */
function atLeast(visited: number, { executions, low, high }: Estimate): EstimatedCount {
  return { executions: Math.max(visited, executions), low: Math.max(visited, low), high: Math.max(visited, high) };
}

function estimateOf(program: Program, checks: MachineOptions): Estimate | undefined {
  return exploreProgram(program, { checks, graphsMax: GRAPHS_BEFORE_ESTIMATE, estimateNodes: NODES_MIN }).estimate;
}
