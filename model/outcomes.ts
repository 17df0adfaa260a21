import type { Model } from "./model.ts";

/**
 * Makes a model's `next` from its `outcomes`, so that the two agree: the states of those outcomes with the observed
 * response.
 */
export function nextFromOutcomes<State, Operation, Response>(
  outcomes: NonNullable<Model<State, Operation, Response>["outcomes"]>,
): Model<State, Operation, Response>["next"] {
  return (state, operation, response) =>
    outcomes(state, operation)
      .filter((outcome) => response === undefined || outcome.response === response)
      .map(({ next }) => next);
}
