/**
 * Makes the operations of generated sequences effective: one that works on a reference its thread does not hold would
 * be skipped, so it is redirected to one that the thread may hold by then.
 */
import { type OperationTable, referencesOf } from "./operation-table.ts";

/** Stride over the held references, so that neither the oldest nor the newest is always chosen. */
const STRIDE = 7;

/**
 * The operations of one thread; those that lack a reference take another one that the thread may hold, if their
 * arguments can name it.
 */
export function withHeldReferences<Operation>(
  table: OperationTable,
  operations: readonly Operation[],
): readonly Operation[] {
  const held: string[] = [];
  return operations.map((operation, place) => {
    const led = ledTo(table, operation, held, place);
    const { takes, consumes, gives } = referencesOf(table, led);
    const at = takes === undefined ? -1 : held.lastIndexOf(takes);
    if (consumes && at !== -1) held.splice(at, 1);
    if (gives !== undefined) held.push(gives);
    return led;
  });
}

function ledTo<Operation>(
  table: OperationTable,
  operation: Operation,
  held: readonly string[],
  place: number,
): Operation {
  const { takes } = referencesOf(table, operation);
  const name = held[(place * STRIDE) % Math.max(1, held.length)];
  if (takes === undefined || name === undefined || held.includes(takes)) return operation;
  const argument = Object.entries(operation as object).find(
    ([key, value]) =>
      key !== "kind" && typeof value === "string" && referencesOf(table, { ...operation, [key]: name }).takes === name,
  );
  return argument === undefined ? operation : { ...operation, [argument[0]]: name };
}
