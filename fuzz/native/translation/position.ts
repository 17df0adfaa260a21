import type * as t from "@babel/types";

/** Where a node that was parsed starts in its source. */
export function startOf(node: t.Node): number {
  return Number(node.start);
}

/** Where it ends: the first position behind it. */
export function endOf(node: t.Node): number {
  return Number(node.end);
}
