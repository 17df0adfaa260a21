import { InputError } from "#fuzz/host/input-error.ts";

/** A construct that the translation refuses, with its position. */
export interface Refusal {
  /** The file, as the caller named it. */
  readonly file: string;
  /** From 1. */
  readonly line: number;
  /** From 1. */
  readonly column: number;
  readonly reason: string;
}

/**
 * Source that has no meaning on real threads. The message has one line for each refusal: `file:line:column: reason`.
 */
export class TranslationError extends InputError {
  override readonly name = "TranslationError";
  readonly refusals: readonly Refusal[];

  constructor(refusals: readonly Refusal[]) {
    super(refusals.map(({ file, line, column, reason }) => `${file}:${line}:${column}: ${reason}`).join("\n"));
    this.refusals = refusals;
  }
}
