/** What a recorded operation is to a model: the parts that all models read alike. */
import type { Scalar } from "#model/object-shape.ts";
import { ednText } from "../edn-text.ts";
import type { HistoryFormat } from "../formats/format.ts";
import { foundText, nameOf } from "../recorded-value.ts";

/** A recorded operation of one object: its key, if it had one, is taken from argument and output. */
export interface Asked {
  readonly client: number | string;
  readonly f: string;
  readonly argument: unknown;
  /** undefined: pending, or the file says nothing of it. */
  readonly output: unknown;
  readonly isPending: boolean;
}

/** What a model is told besides the history. */
export interface ModelOptions {
  /** What it holds at first. */
  readonly initial?: unknown;
  /** Values it holds at most. */
  readonly capacity?: number | undefined;
}

export interface Reading extends ModelOptions {
  readonly format: HistoryFormat;
}

/** An operation and its answer (undefined: nobody saw it), as a model has them. */
export interface Meaning<Operation, Response> {
  readonly operation: Operation;
  readonly response: Response | undefined;
}

/** What a meaning may be instead: it was refused and had no effect; or text, what is wrong with it. */
export type MeaningOr<Operation, Response> = Meaning<Operation, Response> | "refused" | { readonly fault: string };

/** Formats in which nil as the value read means that nobody saw it: Knossos reads them so. */
const UNSEEN_NIL: ReadonlySet<HistoryFormat> = new Set(["edn", "jepsen-json"]);

/** Formats in which a completion repeats what was asked. */
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

/** Whether an answer nil means that nobody saw it. Where nil is what the object holds at first, it is a value. */
export function isUnseen(output: unknown, { format, initial }: Reading): boolean {
  return output === null && initial !== null && UNSEEN_NIL.has(format);
}

/**
 * The answer of an operation that must have one.
 *
 * @returns undefined where nobody saw it: the operation is pending, or the format says so
 */
export function answerOf(
  { f, output, isPending }: Asked,
  reading: Reading,
): { readonly fault: string } | { readonly answer: unknown } {
  if (isPending || isUnseen(output, reading)) return { answer: undefined };
  // Porcupine's histories name answers that nobody saw; others leave a field out that should be there.
  if (output === undefined && !reading.format.startsWith("porcupine")) return expected(`an answer of ${f}`, undefined);
  return { answer: output };
}

/** Whether an operation that only says that it is done says so, or that it was refused. */
export function acknowledged(
  { f, argument, output }: Asked,
  { format }: Reading,
): "done" | "refused" | { readonly fault: string } {
  if (output === undefined || output === null || output === true) return "done";
  const isRepeated = ednText(output) === ednText(argument);
  if (output === false) return isRepeated && isEventFormat(format) ? "done" : "refused";
  if (isRepeated || nameOf(output)?.toLowerCase() === "ok") return "done";
  return expected(`null, true, false or its argument as the answer of ${f}`, output);
}

/**
 * Whether a read has an argument that it should not have: in records with fields of their own for argument and answer
 * it may be the name of one of several objects.
 */
export function strayArgument(
  { f, argument, output }: Asked,
  { format }: Reading,
): { readonly fault: string } | undefined {
  if (argument === undefined || argument === null || isEventFormat(format)) return undefined;
  if (argument === output) return undefined;
  return expected(`nothing or [key] as the argument of ${f}`, argument);
}

/** A function's name without its spelling: `addFirst`, `add-first` and `add_first` are one. */
export function plainName(f: string): string {
  return f.toLowerCase().replaceAll(/[-_.]/g, "");
}

export function unknownFunction(f: string, known: string): { readonly fault: string } {
  return { fault: `unknown function ${foundText(f)}; this model has ${known}` };
}

export function expected(what: string, found: unknown): { readonly fault: string } {
  return { fault: `expected ${what}, found ${foundText(found)}` };
}

/** The whole number that a value is. */
export function wholeNumber(value: Scalar | undefined): number | bigint | undefined {
  return typeof value === "bigint" || (typeof value === "number" && Number.isSafeInteger(value)) ? value : undefined;
}
