/**
 * The operations of a scenario with the numbers of their calls: first those of the threads, in order, then the final
 * ones, then the initial ones.
 */
import { parsedValues } from "./operation-arguments.ts";
import type { AnyRow, OperationTable } from "./operation-table.ts";
import type { Scenario } from "./scenario.ts";
import { ScenarioError } from "./scenario-error.ts";
import { unknownName } from "#fuzz/host/unknown-name.ts";

export interface NumberedOperation {
  /** As written in the scenario. */
  readonly operation: unknown;
  /** Its arguments, parsed. */
  readonly values: object;
  readonly row: AnyRow["row"];
  /** Name of the reference that it works on, if any. */
  readonly takes: string | undefined;
  /** Number of its first call. */
  readonly number: number;
  readonly callCount: number;
  /** The thread that performs it, from 0; for an initial operation, the thread it concerns. */
  readonly thread: number;
  readonly isInitial: boolean;
}

export interface NumberedScenario {
  readonly initial: readonly NumberedOperation[];
  readonly threads: readonly { readonly name: string; readonly operations: readonly NumberedOperation[] }[];
  readonly last: readonly NumberedOperation[];
  /** All of them in the order of their numbers. */
  readonly all: readonly NumberedOperation[];
}

/** @throws ScenarioError for an operation that the table does not have, or that cannot be initial */
export function numberOperations(
  table: OperationTable,
  { name: scenario, initial, threads, finally: last = [] }: Scenario,
): NumberedScenario {
  const all: NumberedOperation[] = [];
  let next = 0;
  const add = (operation: unknown, thread: number, isInitial: boolean): NumberedOperation => {
    const { kind, ...raw } = operation as { readonly kind: string };
    const { row, arguments: named = {} } = table[kind] ?? {};
    if (row === undefined)
      throw new ScenarioError(`${scenario}: ${unknownName("operation", kind, Object.keys(table))}`);
    if (isInitial && row.neverInitially === true)
      throw new ScenarioError(`${scenario}: ${kind} cannot be an initial operation`);
    const callCount = "calls" in row ? row.calls.length : 1;
    const values = parsedValues(named, raw);
    const takes = row.takes?.(values);
    const numbered = { operation, values, takes, row, number: next, callCount, thread, isInitial };
    next += callCount;
    all.push(numbered);
    return numbered;
  };
  const numberedThreads = threads.map(({ name, operations }, thread) => ({
    name,
    operations: operations.map((operation) => add(operation, thread, false)),
  }));
  const numberedLast = last.map((operation) => add(operation, threads.length, false));
  const numberedInitial = initial.flatMap((operation) => {
    const { kind } = operation as { readonly kind: string };
    const copies = table[kind]?.row.initiallyForEachThread === true ? threads.length : 1;
    return Array.from({ length: copies }, (_, thread) => add(operation, thread, true));
  });
  return { initial: numberedInitial, threads: numberedThreads, last: numberedLast, all };
}
