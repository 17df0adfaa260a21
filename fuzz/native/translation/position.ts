import type * as t from "@babel/types";

/** Start of a parsed node in its source. */
export function startOf(node: t.Node): number {
  return Number(node.start);
}

/** Its end: the first position after it. */
export function endOf(node: t.Node): number {
  return Number(node.end);
}
