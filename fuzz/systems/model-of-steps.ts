/** The model that the steps of an operation table make. */
import type { Model } from "#model/model.ts";
import { nextFromOutcomes } from "#model/outcomes.ts";
import { canonical } from "#properties/linearizability/interning.ts";
import { parsedValues } from "./operation-arguments.ts";
import type { OperationTable, Outcome } from "./operation-table.ts";

/** @throws RangeError if an operation has no step */
export function modelOfSteps(name: string, table: OperationTable, initial: unknown): Model<unknown, unknown, unknown> {
  for (const [kind, { row }] of Object.entries(table)) {
    if ("calls" in row || row.step === undefined)
      throw new RangeError(`${name}: the operation ${kind} has no step, and the system has no model`);
  }
  const outcomes = (state: unknown, operation: unknown): readonly Outcome<unknown>[] => {
    const { kind, ...values } = operation as { readonly kind: string };
    const { row, arguments: named = {} } = table[kind] ?? {};
    if (row === undefined || "calls" in row || row.step === undefined) return [];
    const allowed = row.step(state, parsedValues(named, values));
    return isList(allowed) ? allowed : [allowed];
  };
  return { name, initial, outcomes, next: nextFromOutcomes(outcomes), key: canonical };
}

function isList<T>(value: T | readonly T[]): value is readonly T[] {
  return Array.isArray(value);
}
