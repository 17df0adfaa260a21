/**
 * Keys, elements and values of transactions, as the checker compares them.
 *
 * Numbers are numbers; any other value is its EDN text. So the keyword `:x` and the string `"x"` differ, as do the
 * number 1 and the string `"1"`, and whole numbers that do not fit a double keep every digit.
 */
import { ednText } from "#properties/histories/edn-text.ts";

export type Datum = number | string;

/** @param value as the readers of histories return it */
export function datumOf(value: unknown): Datum {
  return typeof value === "number" ? value : ednText(value);
}
