/** Explores one part of a program's tree, and counts the executions within a bound separately. */
import type { Execution } from "#fuzz/explore/explored-execution.ts";
import type { ExploredProgram } from "#fuzz/explore/explored-program.ts";
import type { ExploreTask, ExploreTaskResult } from "./explore-task.ts";
import { cheapestLinearisation } from "#fuzz/explore/switches.ts";
import { exploreSubtree } from "#fuzz/explore/subtrees.ts";
import { tableOptions } from "#fuzz/explore/table-model.ts";

/**
 * @param shouldStop called at every execution
 * @throws ProgramError as `explore` does
 */
export function explorePart(
  program: ExploredProgram,
  { model, path, bound, executionsMax }: ExploreTask,
  shouldStop: () => boolean,
): ExploreTaskResult {
  let within = 0;
  const count = (execution: Execution): void => {
    if (bound !== undefined && cheapestLinearisation(execution, program.initial, bound.kind) <= bound.max) within++;
  };
  const found = exploreSubtree(program, path, {
    ...tableOptions(model),
    shouldStop,
    ...(bound !== undefined && { onExecution: count }),
    ...(executionsMax !== undefined && { executionsMax }),
  });
  return bound === undefined ? found : { ...found, within };
}
