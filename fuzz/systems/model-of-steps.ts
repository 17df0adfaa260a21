/** The model defined by the steps of an operation table. */
import type { Model } from "#model/model.ts";
import { nextFromOutcomes } from "#model/outcomes.ts";
import { canonical } from "#properties/linearizability/interning.ts";
import { InputError } from "#fuzz/host/input-error.ts";
import { parsedValues } from "./operation-arguments.ts";
import type { OperationTable, Returned } from "./operation-table.ts";
import { responseWord } from "./response-word.ts";

/** An outcome whose response is the word that the structure would return. */
interface WordOutcome {
  readonly response: number;
  readonly next: unknown;
}

/** @throws RangeError if an operation has no step */
export function modelOfSteps(name: string, table: OperationTable, initial: unknown): Model<unknown, unknown, unknown> {
  for (const [kind, { row }] of Object.entries(table)) {
    if ("calls" in row || row.step === undefined)
      throw new RangeError(`${name}: the operation ${kind} has no step, and the system has no model`);
  }
  const outcomes = (state: unknown, operation: unknown): readonly WordOutcome[] => {
    const { kind, ...values } = operation as { readonly kind: string };
    const { row, arguments: named = {} } = table[kind] ?? {};
    if (row === undefined || "calls" in row || row.step === undefined) return [];
    const allowed: unknown = row.step(state, parsedValues(named, values));
    return (Array.isArray(allowed) ? allowed : [allowed]).map((one) =>
      outcomeOf(`${name}: the step of ${kind}`, row.returns, one),
    );
  };
  return { name, initial, outcomes, next: nextFromOutcomes(outcomes), key: canonical };
}

/** @throws InputError if it is not an outcome, or lacks a response that the operation returns */
function outcomeOf(step: string, returns: "word" | "object" | "nothing" | undefined, one: unknown): WordOutcome {
  if (typeof one !== "object" || one === null || !("next" in one))
    throw new InputError(`${step} returned ${String(one)}, and must return { response, next }: is a return missing?`);
  const { response } = one as { readonly response?: Returned };
  try {
    // To the model an object's identity is a word.
    return { response: responseWord(returns === "object" ? "word" : returns, step, response), next: one.next };
  } catch (error) {
    throw new InputError(error instanceof Error ? error.message : String(error), { cause: error });
  }
}
