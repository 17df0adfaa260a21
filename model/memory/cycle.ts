/** Acyclicity and irreflexivity of a relation, with the offending cycle. */

import { has, type Relation } from "./relation.ts";
import { lowestBit, wordAt } from "./words.ts";

/**
 * Whether no event reaches itself, by a depth-first search that visits every row once: O(n²/32).
 */
export function isAcyclic({ size, words, rows }: Relation): boolean {
  const fresh = new Uint32Array(words).fill(0xffff_ffff);
  const open = new Uint32Array(words);
  const stack = new Int32Array(size);
  for (let root = 0; root < size; root++) {
    if (((wordAt(fresh, root >>> 5) >>> (root & 31)) & 1) === 0) continue;
    let depth = 0;
    stack[0] = root;
    enter(root);
    while (depth >= 0) {
      const top = wordAt(stack, depth);
      let next = -1;
      for (let i = 0; i < words; i++) {
        const row = wordAt(rows, top * words + i);
        if ((row & wordAt(open, i)) !== 0) return false;
        const unseen = row & wordAt(fresh, i);
        if (unseen !== 0 && next < 0) next = (i << 5) + lowestBit(unseen);
      }
      if (next < 0) {
        open[top >>> 5] = wordAt(open, top >>> 5) & ~(1 << (top & 31));
        depth--;
      } else {
        stack[++depth] = next;
        enter(next);
      }
    }
  }
  return true;

  function enter(event: number): void {
    fresh[event >>> 5] = wordAt(fresh, event >>> 5) & ~(1 << (event & 31));
    open[event >>> 5] = wordAt(open, event >>> 5) | (1 << (event & 31));
  }
}

/** A shortest cycle `[a, b, …]`, each event related to the next and the last to the first; undefined if acyclic. */
export function cycleOf(relation: Relation): readonly number[] | undefined {
  if (isAcyclic(relation)) return undefined;
  let shortest: readonly number[] | undefined;
  for (let start = 0; start < relation.size; start++) {
    const path = shortestPath(relation, start, start);
    if (path !== undefined && (shortest === undefined || path.length < shortest.length + 1))
      shortest = path.slice(0, -1);
  }
  return shortest;
}

/** An event related to itself, as a cycle of one; undefined if irreflexive. */
export function loopOf(relation: Relation): readonly number[] | undefined {
  for (let event = 0; event < relation.size; event++) if (has(relation, event, event)) return [event];
  return undefined;
}

/** A shortest path of at least one step, both ends included, breadth first; undefined if there is none. */
export function shortestPath(relation: Relation, start: number, end: number): readonly number[] | undefined {
  const cameFrom = new Map<number, number>();
  let frontier = [start];
  while (frontier.length > 0) {
    const next: number[] = [];
    for (const a of frontier) {
      for (let b = 0; b < relation.size; b++) {
        if (cameFrom.has(b) || !has(relation, a, b)) continue;
        cameFrom.set(b, a);
        if (b === end) return walkBack(cameFrom, start, end);
        next.push(b);
      }
    }
    frontier = next;
  }
  return undefined;
}

function walkBack(cameFrom: ReadonlyMap<number, number>, start: number, end: number): number[] {
  const path = [end];
  let at = cameFrom.get(end) ?? start;
  while (at !== start) {
    path.unshift(at);
    at = cameFrom.get(at) ?? start;
  }
  path.unshift(start);
  return path;
}
