/**
 * Procedures that do not yield an access they request: a `yield` or a `yield*` is missing.
 *
 * A store that is not yielded never happens, and a load that is not yielded gives the number of its kind. Drivers of
 * procedures compare the number of accesses requested with the number yielded.
 */

/** The property that such a procedure violates. */
export const UNYIELDED = "unyielded-access";

export function unyieldedAccess(who: string): string {
  return `${who} asks for an access and does not yield it: is a yield missing?`;
}

/** @param yielded the value yielded in place of an access */
export function yieldedNoAccess(who: string, yielded: unknown): string {
  const isProcedure = typeof yielded === "object" && yielded !== null && Symbol.iterator in yielded;
  return isProcedure
    ? `${who} yields a procedure that never runs: is it to be yield*?`
    : `${who} yields ${String(yielded)}, which is no access`;
}
