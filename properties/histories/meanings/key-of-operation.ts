/**
 * Objects by key: the key of an operation is a field of its record, or, as in Jepsen's independent tests, its value is
 * a pair of key and value (`[k v]`; of a read `[k nil]` or `[k]`; of a compare-and-swap `[k [old new]]` or `[k old
 * new]`).
 */
import { ednText } from "../edn-text.ts";
import type { HistoryFormat } from "../formats/format.ts";
import type { RecordedOperation } from "../record.ts";
import { foundText, keyOf, scalarOf } from "../recorded-value.ts";
import { isEventFormat } from "./meaning.ts";
import type { RecordedCall } from "./meaning.ts";

export interface OfKey {
  readonly key: string | number | undefined;
  readonly call: RecordedCall;
}

/**
 * Takes the key from an operation.
 *
 * @param values the number of values that the function takes besides the key
 * @returns a fault where the completion has another key
 */
export function withoutKey(
  { client, f, key, argument, output, respondedAt }: RecordedOperation,
  format: HistoryFormat,
  values: 0 | 1 | 2,
): OfKey | { readonly fault: string } {
  const call: RecordedCall = { client, f, argument, output, isPending: respondedAt === undefined };
  if (key !== undefined) return { key, call };
  const inner = behindKey(argument, values);
  if (inner === undefined) return { key: undefined, call };
  const [name] = argument as readonly unknown[];
  const ofKey = { key: keyOf(name), call: { ...call, argument: inner.value } };
  if (!Array.isArray(output) || !(isEventFormat(format) || output === argument)) return ofKey;
  // The value that a completion repeats has the key too.
  const result = behindKey(output, values);
  if (result === undefined || ednText((output as readonly unknown[])[0]) !== ednText(name))
    return { fault: `expected a result with the key ${foundText(name)}, found ${foundText(output)}` };
  return { ...ofKey, call: { ...ofKey.call, output: result.value } };
}

/** The part after the key; undefined if there is no key. */
function behindKey(value: unknown, values: 0 | 1 | 2): { readonly value: unknown } | undefined {
  if (!Array.isArray(value) || scalarOf(value[0]) === undefined) return undefined;
  const [, first] = value as unknown[];
  if (values === 2) {
    if (value.length === 3) return { value: value.slice(1) };
    return value.length === 2 && Array.isArray(first) ? { value: first } : undefined;
  }
  if (value.length === 2) return { value: first };
  return values === 0 && value.length === 1 ? { value: null } : undefined;
}
