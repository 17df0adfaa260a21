/**
 * The number of cache lines that a procedure touches, found by running it alone.
 *
 * Each object counts as if it began a line, as an allocator aware of cache lines would place it: so the count does not
 * depend on the heap's placement. Accesses without a word (barriers, sections) touch nothing.
 */
import { type Access, type Address, request } from "#impl/memory/access.ts";
import { isLocal } from "#impl/memory/access-class.ts";
import { type Heap, regionOf } from "#impl/memory/heap.ts";
import { runAlone } from "#impl/memory/sequential.ts";
import { CACHE_LINE_BYTES, WORD_BYTES } from "./byte-sizes.ts";

const LINE_WORDS = CACHE_LINE_BYTES / WORD_BYTES;

/** The distinct lines of the accesses of `procedure`. */
export function cacheLinesTouched<T>(heap: Heap, procedure: Access<T>): number {
  const addresses = new Set<Address>();
  runAlone(heap, noting(procedure, addresses));
  return new Set([...addresses].flatMap((address) => lineOf(heap, address) ?? [])).size;
}

/** Runs `procedure` unchanged and collects the words it accesses. */
function* noting<T>(procedure: Access<T>, addresses: Set<Address>): Access<T> {
  let step = procedure.next(0);
  while (!step.done) {
    const kind = step.value;
    if (!isLocal(kind)) addresses.add(request.address);
    const found = yield kind; // the registers still hold the request
    step = procedure.next(found);
  }
  return step.value;
}

/** The line that holds the word, named by its object; undefined outside of every object. */
export function lineOf(heap: Heap, address: Address): string | undefined {
  const region = regionOf(heap, address);
  if (region === undefined) return undefined;
  const offset = address - region.base;
  const object = Math.floor(offset / region.stride);
  return `${region.base}.${object}.${Math.floor((offset % region.stride) / LINE_WORDS)}`;
}
