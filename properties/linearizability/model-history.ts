/**
 * The history of an execution against any model: what a system needs to be checked for linearizability while it runs.
 */
import type { Model } from "#model/model.ts";
import { createOnlineChecker } from "./online.ts";

/** Hears invocations and responses, and answers why a response is impossible. */
export interface ModelHistory {
  readonly property: "linearizability";
  reset(): void;
  invoke(thread: number, operation: number): void;
  respond(thread: number, response: number): string | undefined;
}

export interface ModelHistoryOptions<Operation, Response> {
  /** The operations of the program, by the number that `beginOperation` has. */
  readonly operations: readonly Operation[];
  /** The response that the word of an `endOperation` stands for. */
  readonly responseOf: (word: number) => Response;
  /** The operation as a person reads it. */
  readonly describe: (operation: Operation) => string;
}

/** @throws RangeError from `invoke` at a number that no operation has */
export function modelHistory<State, Operation, Response>(
  model: Model<State, Operation, Response>,
  { operations, responseOf, describe }: ModelHistoryOptions<Operation, Response>,
): ModelHistory {
  const checker = createOnlineChecker(model, { responseOf });
  const ids = operations.map((operation) => checker.internOperation(operation));
  const open = new Map<number, number>();
  return {
    property: "linearizability",
    reset: () => checker.reset(),
    invoke(thread, operation) {
      const id = ids[operation];
      if (id === undefined)
        throw new RangeError(`operation ${operation} is none of the program's ${operations.length}`);
      open.set(thread, operation);
      checker.invokeId(thread, id);
    },
    respond(thread, response) {
      if (checker.respondWord(thread, response)) return undefined;
      const operation = operations[open.get(thread) ?? -1];
      const name = operation === undefined ? "an operation" : describe(operation);
      return `${name} answers ${String(responseOf(response))}, and no order of the operations explains that`;
    },
  };
}
