/**
 * Reference counts of neighbours.
 *
 * - A count that reached 0 stays 0: a thread is taking the neighbour apart. Only the plain write that makes a new
 *   neighbour in its memory raises it.
 * - A neighbour is freed when its count is 0, and it is not in the table then.
 *
 * The number of references at the end is checked by properties/neighbours/neighbour-table.ts.
 *
 * Source: Linux lib/refcount.c, REFCOUNT_ADD_UAF and REFCOUNT_SUB_UAF.
 */
import { ACCESS } from "#impl/memory/access.ts";
import { wordAt } from "#impl/memory/word.ts";
import { Neighbour } from "#impl/neighbours/layout.ts";
import type { Neighbours } from "#impl/neighbours/neighbours.ts";
import { isDeviceUp, isInTable, isNeighbour, neighbourIndex, neighbourName, neighbourOf } from "./neighbour-words.ts";
import type { Watcher } from "../watcher.ts";

export function neighbourRefcountWatcher(neighbours: Neighbours): Watcher {
  const room = new Int32Array(neighbours.capacities.neighboursMax + 1);
  return {
    property: "neighbour-refcount",
    watches: (address) =>
      neighbourIndex(neighbours, address) !== -1 && address === Neighbour.refcount(neighbourOf(neighbours, address))
        ? "writes"
        : undefined,
    accessed(_words, { kind, address, before, after }) {
      if (kind === ACCESS.write) return undefined; // a new neighbour in this memory: its past does not count
      const name = neighbourName(neighbours, neighbourOf(neighbours, address));
      if (after < 0) return `the refcount of ${name} falls from ${before} to ${after}`;
      return before === 0 ? `${name} is being taken apart, and its refcount goes from 0 to ${after}` : undefined;
    },
    freed(words, slab, object) {
      // Memory-safety reports an object that is no neighbour.
      if (slab !== neighbours.neighbours || !isNeighbour(neighbours, object)) return undefined;
      const refcount = wordAt(words, Neighbour.refcount(object));
      if (refcount !== 0) return `${neighbourName(neighbours, object)} is freed with a refcount of ${refcount}`;
      if (isDeviceUp(words, neighbours) && isInTable(words, neighbours, object, room))
        return `${neighbourName(neighbours, object)} is freed, and is in the table`;
      return undefined;
    },
  };
}
