/**
 * The rest of a history after a settled part: the states in which it may begin.
 *
 * A part is settled where none of its operations is open: later operations see nothing of it but the state.
 */
import type { Model } from "#model/model.ts";
import type { History } from "./history.ts";
import { problemOf } from "./problem.ts";
import { reach } from "./search.ts";
import { createStepTable } from "./steps.ts";

/** The budget of the search. */
export interface SettledBudget {
  readonly configurationsMax: number;
  readonly outOfTime: () => boolean;
}

/**
 * Every final state of an order that explains the items, all of which have responded, from one of `from`; none when no
 * order does, undefined when the budget was used up first.
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

/** The model starting in any of several states. It declares no observations: the first one would reveal the state. */
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
