/** Sizes of the destination cache: the layout of an entry, and lookups measured by running them. */
import { type Address, NIL } from "#impl/memory/access.ts";
import { createHeap, type Heap } from "#impl/memory/heap.ts";
import { runAlone } from "#impl/memory/sequential.ts";
import { findEntry, getEntry } from "#impl/dst/cache.ts";
import { createDst, dstWords } from "#impl/dst/create-dst.ts";
import type { Dst } from "#impl/dst/dst.ts";
import { BUCKETS, DstEntry } from "#impl/dst/layout.ts";
import { workQueueCollector } from "#impl/dst/workqueue.ts";
import { placeClock } from "#impl/sync/jiffies.ts";
import { cacheLinesTouched } from "./cache-lines.ts";
import type { SizeRow } from "#reports/lookup-costs.ts";
import { WORD_BYTES } from "./byte-sizes.ts";

const CHAIN = 3;

const { heap, dst } = cacheWithChain();

/** Kernel: with 13 metrics, and without the tag of CONFIG_NET_CLS_ROUTE. */
const record = {
  system: "dst",
  record: "entry",
  bytes: DstEntry.words * WORD_BYTES,
  kernelBytes: 208,
  kernelSource: "Linux include/net/dst.h (2.6.23), struct dst_entry, 64-bit",
};

export const dstSizes: readonly SizeRow[] = [
  {
    ...record,
    lookup: "a hit, first in its bucket",
    cacheLines: cacheLinesTouched(heap, findEntry(dst, CHAIN * BUCKETS)),
  },
  {
    ...record,
    lookup: `a hit, behind ${CHAIN - 1} others`,
    cacheLines: cacheLinesTouched(heap, findEntry(dst, BUCKETS)),
  },
];

/** A cache with entries of one bucket; the newest is the first in it. */
function cacheWithChain(): { readonly heap: Heap; readonly dst: Dst } {
  const options = { collector: workQueueCollector, ticksPerSecond: 10, entriesMax: CHAIN, devices: [] };
  const heap = createHeap(dstWords(options) + 10);
  const dst = createDst(heap, placeClock(heap, 0), options);
  const none: Address = NIL;
  for (let n = 1; n <= CHAIN; n++)
    runAlone(heap, getEntry(dst, { key: n * BUCKETS, device: none, over: none, hasPrivateChild: false }));
  return { heap, dst };
}
