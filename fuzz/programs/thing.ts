/** Objects of the published vulnerabilities, which are reduced to the accesses that matter. */
import { type Access, type Address, allocate, writeOnce } from "#impl/memory/access.ts";
import { type Heap, placeSlab } from "#impl/memory/heap.ts";
import { struct } from "#impl/memory/struct.ts";

/** Their source; the fixes of the CVEs supply the rest. */
export const conVul = "ConVul-CVE-Benchmarks (Meng, Zhu, Luo, ConVul)";

/** The value comes first: at its offset a use of NIL is a use of word 0, and is detected. */
export const Thing = struct("thing", { value: 1, lock: 1 });

/** A slab of small objects: a value and a lock. */
export function placeThings(heap: Heap, name: string, capacity: number): Address {
  return placeSlab(heap, Thing, name, capacity);
}

export function* createThing(slab: Address): Access<Address> {
  const thing = yield allocate(slab);
  yield writeOnce(Thing.lock(thing), 0);
  yield writeOnce(Thing.value(thing), 1);
  return thing;
}
