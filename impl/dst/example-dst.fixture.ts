/**
 * A destination cache for tests: two devices and one of another namespace, ten ticks a second, and a way to run
 * procedures alone.
 */
import { type Access, type AccessKind, type Address, NIL, request } from "../memory/access.ts";
import { createHeap, type Heap } from "../memory/heap.ts";
import { runAlone } from "../memory/sequential.ts";
import { wordAt } from "../memory/word.ts";
import { type Clock, placeClock } from "../sync/jiffies.ts";
import { findEntry, freeAfterGrace, getEntry, unlinkEntry } from "./cache.ts";
import { createDst, dstWords } from "./create-dst.ts";
import type { Collector, Dst } from "./dst.ts";
import { releaseEntry } from "./entry.ts";
import { Busy, DstEntry, Garbage } from "./layout.ts";

export interface ExampleDst {
  readonly heap: Heap;
  readonly words: Int32Array;
  readonly clock: Clock;
  readonly dst: Dst;
  readonly eth0: Address;
  readonly ib0: Address;
  readonly veth1: Address;
  run<T>(procedure: Access<T>): T;
  /** A cached entry, held once. */
  get(key: number, device: Address, over?: "private" | Address): Address;
  /** A dead entry on the fresh list, held `references` times. */
  dead(key: number, device: Address, references: number): Address;
  /** The entries of the fresh list and of the busy list. */
  fresh(): readonly Address[];
  busy(): readonly Address[];
}

export function exampleDst(
  collector: Collector,
  { entriesMax = 8, now = 1000 }: { readonly entriesMax?: number; readonly now?: number } = {},
): ExampleDst {
  const devices = [
    { name: "eth0", namespace: 0, hasNeighbours: false },
    { name: "ib0", namespace: 0, hasNeighbours: true },
    { name: "veth1", namespace: 1, hasNeighbours: false },
  ];
  const heap = createHeap(dstWords({ entriesMax, devices }) + 10);
  const clock = placeClock(heap, now);
  const dst = createDst(heap, clock, { collector, ticksPerSecond: 10, entriesMax, devices });
  const [eth0 = NIL, ib0 = NIL, veth1 = NIL] = dst.devices;
  const { words } = heap;
  const run = <T>(procedure: Access<T>): T => runAlone(heap, procedure);
  const get = (key: number, device: Address, over: "private" | Address = NIL): Address =>
    run(getEntry(dst, { key, device, over: over === "private" ? NIL : over, hasPrivateChild: over === "private" }));
  const listed = (head: Address): readonly Address[] => {
    const entries: Address[] = [];
    for (
      let entry = wordAt(words, head);
      entry !== NIL && entries.length <= entriesMax;
      entry = wordAt(words, DstEntry.next(entry))
    )
      entries.push(entry);
    return entries;
  };
  return {
    heap,
    words,
    clock,
    dst,
    eth0,
    ib0,
    veth1,
    run,
    get,
    dead(key, device, references) {
      const entry = get(key, device);
      run(unlinkEntry(dst, key));
      run(freeAfterGrace(dst, entry));
      for (let held = 1; held < references; held++) words[DstEntry.refcount(entry)] = held + 1;
      if (references === 0) run(releaseEntry(dst, entry));
      return entry;
    },
    fresh: () => listed(Garbage.list(dst.garbage)),
    busy: () => (dst.busy === NIL ? [] : listed(Busy.list(dst.busy))),
  };
}

/** Runs `by` when `procedure` is about to make the first access that `isHere` picks, then continues `procedure`. */
export function* interrupted<T>(
  procedure: Access<T>,
  isHere: (kind: AccessKind, address: Address) => boolean,
  by: Access<unknown>,
): Access<T> {
  let isDone = false;
  let step = procedure.next(0);
  while (step.done !== true) {
    if (!isDone && isHere(step.value, request.address)) {
      isDone = true;
      const { address, operand, expected, callback, message } = request;
      const kind = step.value;
      // The registers describe the next access only once it is yielded.
      request.count--;
      yield* by;
      Object.assign(request, { address, operand, expected, callback, message });
      request.count++;
      step = procedure.next(yield kind);
    } else {
      step = procedure.next(yield step.value);
    }
  }
  return step.value;
}

/** Does a lookup find an entry with that key? It keeps no reference. */
export function isCached({ dst, run }: ExampleDst, key: number): boolean {
  const found = run(findEntry(dst, key));
  if (found !== NIL) run(releaseEntry(dst, found));
  return found !== NIL;
}
