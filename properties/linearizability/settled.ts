/**
 * What is left of a history when a part of it is settled: the states in which the rest may begin.
 *
 * A part is settled where none of its operations is open: whatever comes later sees of it nothing but the state.
 */
import type { Model } from "#model/model.ts";
import type { History } from "./history.ts";
import { problemOf } from "./problem.ts";
import { reach } from "./search.ts";
import { createStepTable } from "./steps.ts";

/** What the search may use up. */
export interface SettledBudget {
  readonly configurationsMax: number;
  readonly outOfTime: () => boolean;
}

/**
 * Every state that explains the items, all of them responded, from one of `from`; none when nothing does, undefined
 * when the budget was used up first.
 */
export function statesAfter<State, Operation, Response>(
  items: History<Operation, Response>,
  from: readonly State[],
  model: Model<State, Operation, Response>,
  budget: SettledBudget,
): readonly State[] | undefined {
  const problem = problemOf(items, model);
  const steps = createStepTable(model, problem.labelOperations, problem.labelResponses);
  const ids = reach(problem, steps, Int32Array.from(from, steps.idOf), budget);
  return ids === undefined ? undefined : Array.from(ids, steps.stateOf);
}

/** The model starting in any of several states. No observation: the first of them tells which state it was. */
export function startingInAny<State, Operation, Response>(
  model: Model<State, Operation, Response>,
  from: readonly State[],
): Model<{ readonly state: State } | undefined, Operation, Response> {
  return {
    name: model.name,
    initial: undefined,
    next: (state, operation, response) =>
      (state === undefined ? from : [state.state]).flatMap((each) =>
        model.next(each, operation, response).map((next) => ({ state: next })),
      ),
    key: (state) => (state === undefined ? "any" : `=${model.key(state.state)}`),
  };
}
