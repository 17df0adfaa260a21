/**
 * Linearizability by definition, trying every order: exponential, and obviously correct.
 *
 * The oracle for testing the fast checkers; not for users. Source: Herlihy and Wing, "Linearizability: a correctness
 * condition for concurrent objects", 1990.
 */
import type { Model } from "#model/model.ts";
import type { History, HistoryOperation } from "./history.ts";

/** Whether some order of the operations, with or without each pending one, respects time and the model. */
export function isLinearizableByDefinition<State, Operation, Response>(
  history: History<Operation, Response>,
  model: Model<State, Operation, Response>,
): boolean {
  const explains = (left: readonly HistoryOperation<Operation, Response>[], state: State): boolean => {
    if (left.every(({ respondedAt }) => respondedAt === undefined)) return true;
    const firstResponse = Math.min(...left.map(({ respondedAt }) => respondedAt ?? Infinity));
    return left.some(
      (candidate) =>
        candidate.invokedAt <= firstResponse &&
        model
          .next(state, candidate.operation, candidate.respondedAt === undefined ? undefined : candidate.response)
          .some((next) =>
            explains(
              left.filter((other) => other !== candidate),
              next,
            ),
          ),
    );
  };
  return explains(history, model.initial);
}
