/** Names of cycles of a certain shape, in addition to those of their kind. */
import { READ_WRITE, WRITE_READ, WRITE_WRITE } from "./dependency-graph.ts";
import type { Step } from "./shortest-cycle.ts";

/**
 * @param keys the key that each step is about, where it is about one
 *
 * Sources: Berenson et al., "A Critique of ANSI SQL Isolation Levels", 1995 (lost update, read skew, write skew);
 * Bailis et al., 2014 (fractured reads); Sovran et al., "Transactional Storage for Geo-Replicated Systems", 2011
 * (long fork).
 */
export function knownName(steps: readonly Step[], keys: readonly (number | undefined)[]): string | undefined {
  const isOneKey = keys.every((key) => key === keys[0]);
  switch (steps.map(({ kind }) => LETTERS.get(kind) ?? "order").join(" ")) {
    case "rw rw":
      return isOneKey ? "lost update" : "write skew";
    case "rw ww":
      return isOneKey ? "lost update" : undefined;
    case "rw wr":
      return "fractured read";
    case "rw wr rw wr":
      return "long fork";
    default:
      return undefined;
  }
}

const LETTERS: ReadonlyMap<number, string> = new Map([
  [WRITE_WRITE, "ww"],
  [WRITE_READ, "wr"],
  [READ_WRITE, "rw"],
]);
