/** The reading of recorded operations by registers that are read and written together. */
import type { MultiRegisterOperation, MultiRegisterStep } from "#model/objects/multi-register.ts";
import type { Scalar } from "#model/object-shape.ts";
import { keyOf, nameOf, scalarOf } from "../recorded-value.ts";
import { expected, isUnseen, unknownFunction } from "./meaning.ts";
import type { RecordedCall, MeaningOr, Reading } from "./meaning.ts";

export function transactionMeaning(
  { f, argument, output, isPending }: RecordedCall,
  reading: Reading,
): MeaningOr<MultiRegisterOperation, readonly (Scalar | undefined)[]> {
  if (f !== "txn") return unknownFunction(f, "txn");
  const steps = transactionSteps(argument);
  if ("fault" in steps) return steps;
  const operation = steps.map(({ step }) => step);
  if (isPending || output === undefined) return { operation, response: undefined };
  if (output === false) return "refused";
  const found = transactionSteps(output);
  if ("fault" in found) return found;
  if (found.length !== steps.length || found.some(({ step }, i) => !isSameStep(step, steps[i]?.step)))
    return expected("the same reads and writes as the invocation", output);
  const response = found.flatMap(({ step, value }) =>
    step.kind === "read" ? [isUnseen(value, reading) ? undefined : value] : [],
  );
  return { operation, response };
}

function isSameStep(step: MultiRegisterStep, other: MultiRegisterStep | undefined): boolean {
  return (
    step.kind === other?.kind &&
    step.key === other.key &&
    (step.kind === "read" || other.kind === "read" || step.value === other.value)
  );
}

function transactionSteps(
  list: unknown,
): { readonly step: MultiRegisterStep; readonly value: Scalar }[] | { readonly fault: string } {
  if (!Array.isArray(list)) return expected("a list of [:read k v] and [:write k v]", list);
  const steps: { readonly step: MultiRegisterStep; readonly value: Scalar }[] = [];
  for (const each of list as unknown[]) {
    if (!Array.isArray(each)) return expected("[:read k v] or [:write k v]", each);
    const [kind, name, found = null] = each as unknown[];
    const value = scalarOf(found);
    if (scalarOf(name) === undefined || value === undefined) return expected("[:read k v] or [:write k v]", each);
    const key = String(keyOf(name));
    const word = nameOf(kind);
    if (word === "read" || word === "r") steps.push({ step: { kind: "read", key }, value });
    else if (word === "write" || word === "w") steps.push({ step: { kind: "write", key, value }, value });
    else return expected(":read or :write", kind);
  }
  return steps;
}
