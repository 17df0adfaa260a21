import type { Model } from "./model.ts";

/**
 * Makes a model's `next` from its `outcomes`, so that the two agree: the states of those outcomes whose response is the
 * one that was seen.
 */
export function nextFromOutcomes<State, Operation, Response>(
  outcomes: NonNullable<Model<State, Operation, Response>["outcomes"]>,
): Model<State, Operation, Response>["next"] {
  return (state, operation, response) =>
    outcomes(state, operation)
      .filter((outcome) => response === undefined || outcome.response === response)
      .map(({ next }) => next);
}
