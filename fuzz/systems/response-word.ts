/**
 * The word that represents an operation's return value, in the implementation or in the model.
 *
 * A forgotten `return` must not pass: an unobserved response fits every model.
 */
import type { Returned } from "./operation-table.ts";

/**
 * @param returns the kind of return value in the operation's row
 * @param text the operation as readable text
 * @throws TypeError if the return value does not match the row
 */
export function responseWord(
  returns: "word" | "object" | "nothing" = "word",
  text: string | undefined,
  returned: Returned,
): number {
  if (returns === "nothing") {
    if (returned === undefined) return 0;
    throw new TypeError(`${text} returned ${shown(returned)}, and its row declares that it returns nothing`);
  }
  if (typeof returned === "boolean" && returns === "word") return returned ? 1 : 0;
  if (typeof returned === "number" && (returned | 0) === returned) return returned;
  const wanted = returns === "object" ? "an object's address" : "a 32-bit whole number or a truth value";
  throw new TypeError(`${text} returned ${shown(returned)}, and must return ${wanted}: ${hint(returned)}`);
}

function shown(returned: unknown): string {
  return isGenerator(returned) ? "a generator" : String(returned);
}

function hint(returned: unknown): string {
  return isGenerator(returned) ? "is a yield* missing?" : "is a return missing?";
}

function isGenerator(value: unknown): boolean {
  return typeof value === "object" && value !== null && Symbol.iterator in value;
}
