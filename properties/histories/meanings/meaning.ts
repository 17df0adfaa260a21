/** The meaning of a recorded operation to a model: the parts that all models read alike. */
import type { Scalar } from "#model/object-shape.ts";
import { ednText } from "../edn-text.ts";
import type { HistoryFormat } from "../formats/format.ts";
import { foundText, nameOf } from "../recorded-value.ts";

/** A recorded operation of one object: its key, if it had one, is taken from argument and output. */
export interface RecordedCall {
  readonly client: number | string;
  readonly f: string;
  readonly argument: unknown;
  /** undefined: pending, or missing in the file. */
  readonly output: unknown;
  readonly isPending: boolean;
}

/** A model's options besides the history. */
export interface ModelOptions {
  /** Its initial content. */
  readonly initial?: unknown;
  /** Most values that it holds. */
  readonly capacity?: number | undefined;
}

export interface Reading extends ModelOptions {
  readonly format: HistoryFormat;
}

/** An operation and its response (undefined: not seen), as a model has them. */
export interface Meaning<Operation, Response> {
  readonly operation: Operation;
  readonly response: Response | undefined;
}

/** The alternatives to a meaning: the operation was refused and had no effect; or a text that describes its fault. */
export type MeaningOr<Operation, Response> = Meaning<Operation, Response> | "refused" | { readonly fault: string };

/** Formats in which a read of nil is a read that was not seen, as in Knossos. */
const UNSEEN_NIL: ReadonlySet<HistoryFormat> = new Set(["edn", "jepsen-json"]);

/** Formats in which a completion repeats the argument. */
const EVENTS: ReadonlySet<HistoryFormat> = new Set([
  "edn",
  "jepsen-json",
  "json-events",
  "csv-events",
  "jepsen-log",
  "jepsen-history",
]);

export function isEventFormat(format: HistoryFormat): boolean {
  return EVENTS.has(format);
}

/** Whether a response of nil means that it was not seen. Where nil is the initial content, it is a value. */
export function isUnseen(output: unknown, { format, initial }: Reading): boolean {
  return output === null && initial !== null && UNSEEN_NIL.has(format);
}

/**
 * The response of an operation that must have one.
 *
 * @returns undefined where it was not seen: the operation is pending, or the format states so
 */
export function resultOf(
  { f, output, isPending }: RecordedCall,
  reading: Reading,
): { readonly fault: string } | { readonly result: unknown } {
  if (isPending || isUnseen(output, reading)) return { result: undefined };
  // Porcupine's histories mark unseen responses; in other formats the field is missing by mistake.
  if (output === undefined && !reading.format.startsWith("porcupine")) return expected(`a result of ${f}`, undefined);
  return { result: output };
}

/** Whether an operation without a result reports success or refusal. */
export function acknowledged(
  { f, argument, output }: RecordedCall,
  { format }: Reading,
): "done" | "refused" | { readonly fault: string } {
  if (output === undefined || output === null || output === true) return "done";
  const isRepeated = ednText(output) === ednText(argument);
  if (output === false) return isRepeated && isEventFormat(format) ? "done" : "refused";
  if (isRepeated || nameOf(output)?.toLowerCase() === "ok") return "done";
  return expected(`null, true, false or its argument as the result of ${f}`, output);
}

/**
 * Whether a read has an argument that it should not have: in records with separate fields for argument and response it
 * may be the name of one of several objects.
 */
export function strayArgument(
  { f, argument, output }: RecordedCall,
  { format }: Reading,
): { readonly fault: string } | undefined {
  if (argument === undefined || argument === null || isEventFormat(format)) return undefined;
  if (argument === output) return undefined;
  return expected(`nothing or [key] as the argument of ${f}`, argument);
}

/** A function's name in one spelling: `addFirst`, `add-first` and `add_first` are one. */
export function plainName(f: string): string {
  return f.toLowerCase().replaceAll(/[-_.]/g, "");
}

export function unknownFunction(f: string, known: string): { readonly fault: string } {
  return { fault: `unknown function ${foundText(f)}; this model has ${known}` };
}

export function expected(what: string, found: unknown): { readonly fault: string } {
  return { fault: `expected ${what}, found ${foundText(found)}` };
}

/** A value as a whole number. */
export function wholeNumber(value: Scalar | undefined): number | bigint | undefined {
  return typeof value === "bigint" || (typeof value === "number" && Number.isSafeInteger(value)) ? value : undefined;
}
