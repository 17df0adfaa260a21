/** Where the model stands after operations that were performed alone: memory says which of its states it is. */
import { wordAt } from "#impl/memory/word.ts";
import { Device, Neighbour } from "#impl/neighbours/layout.ts";
import type { Neighbours } from "#impl/neighbours/neighbours.ts";
import { Link } from "#impl/sync/list.ts";
import type { NeighboursState } from "#model/neighbours/neighbours.ts";
import { ADDRESS_WORDS, collectTable } from "#properties/neighbours/neighbour-words.ts";
import { parseNeighbourAddress } from "./neighbours-table.ts";

/** The state without the records that may have vanished and have; undefined if memory holds other neighbours or paths. */
export function settleNeighbours(
  state: NeighboursState,
  neighbours: Neighbours,
  words: Int32Array,
): NeighboursState | undefined {
  const table = addressesInTable(words, neighbours);
  const records = state.records.filter(({ address, mayVanish }) => !mayVanish || table.has(keyOf(address)));
  const fits =
    state.paths.length === pathCount(words, neighbours) &&
    records.length === table.size &&
    records.every(({ address }) => table.has(keyOf(address)));
  return fits ? { ...state, records } : undefined;
}

function addressesInTable(words: Int32Array, neighbours: Neighbours): ReadonlySet<string> {
  const found = new Int32Array(neighbours.capacities.neighboursMax);
  const count = collectTable(words, neighbours, found);
  const addresses = Array.from(found.subarray(0, count), (neighbour) => {
    const first = Neighbour.address(neighbour);
    return words.slice(first, first + ADDRESS_WORDS).join();
  });
  return new Set(addresses);
}

function keyOf(address: string): string {
  return parseNeighbourAddress(address).words.join();
}

function pathCount(words: Int32Array, { device }: Neighbours): number {
  const head = Device.paths(device);
  let count = 0;
  for (let path = wordAt(words, Link.next(head)); path !== head; path = wordAt(words, Link.next(path))) count++;
  return count;
}
