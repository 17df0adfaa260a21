/** Data of each call for the history of a scenario, by call number. */
import { NIL } from "#impl/memory/access.ts";
import type { HistoryCall, ModelStep } from "#properties/linearizability/operation-history.ts";
import type { NumberedOperation } from "./numbered-operations.ts";
import { type CompositeRow, type OperationTable, operationText, type SimpleRow } from "./operation-table.ts";

type Simple = SimpleRow<unknown, object, object, unknown, unknown, unknown>;
type Composite = CompositeRow<unknown, object, object, unknown, unknown>;

export function historyCallsOf(
  table: OperationTable,
  operations: readonly NumberedOperation[],
  structure: unknown,
): readonly HistoryCall<unknown>[] {
  return operations.flatMap((numbered) =>
    "calls" in numbered.row
      ? compositeCalls(numbered, numbered.row, structure)
      : [simpleCall(numbered, numbered.row, structure, operationText(table, numbered.operation))],
  );
}

function simpleCall(
  { operation, values, takes, thread, isInitial }: NumberedOperation,
  row: Simple,
  structure: unknown,
  text: string,
): HistoryCall<unknown> {
  const returnsObject = row.returns === "object";
  return {
    text,
    takes,
    consumes: row.consumes === true,
    blocks: row.blocks === true,
    returnsObject,
    show: row.show === undefined ? undefined : (word) => row.show?.(word, structure) ?? String(word),
    steps: (identity) =>
      stepsOf(row.model === undefined ? operation : row.model(values, { identity, thread, isInitial, structure })),
    gives(word, taken) {
      const given = row.gives?.(values, word, taken);
      if (typeof given !== "string") return given;
      return word === NIL ? undefined : { name: given, object: word, isCounted: true };
    },
  };
}

function compositeCalls(
  { operation, values, thread, isInitial }: NumberedOperation,
  { calls, blocks }: Composite,
  structure: unknown,
): readonly HistoryCall<unknown>[] {
  return calls.map(({ text, show, model }) => ({
    text: text(operation as object),
    takes: undefined,
    consumes: false,
    blocks: blocks === true,
    returnsObject: false,
    show,
    steps: (identity: number) => stepsOf(model(values, { identity, thread, isInitial, structure })),
    gives: () => undefined,
  }));
}

/** A list is a list of steps: no operation of a model is a list. */
function stepsOf(modelled: unknown): readonly ModelStep<unknown>[] {
  return Array.isArray(modelled) ? modelled : [{ operation: modelled }];
}
