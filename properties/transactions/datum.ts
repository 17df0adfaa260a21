/**
 * Keys, elements and values of transactions, as the checker compares them.
 *
 * Numbers are numbers; all else is its EDN text, so that the keyword `:x`, the text `"x"` and the number 1 of a text
 * `"1"` are told apart, and whole numbers that do not fit a double keep every digit.
 */
import { ednText } from "#properties/histories/edn-text.ts";

export type Datum = number | string;

/** @param value as the readers of histories give it */
export function datumOf(value: unknown): Datum {
  return typeof value === "number" ? value : ednText(value);
}
