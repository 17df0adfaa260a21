/**
 * The abstraction function of the destination cache: checks memory at rest against a state of the model.
 *
 * The buckets hold exactly the entries of the cached records. Each record that was seen is an entry with its key, its
 * device (or the replacement), its child, and a handler that the record may have. Devices are in the model's states.
 * properties/dst/dst-refcount.ts checks that counts equal the existing references.
 */
import { type Address, NIL } from "#impl/memory/access.ts";
import { wordAt } from "#impl/memory/word.ts";
import { BUCKETS, Cache, Device, DEVICE_STATE, DstEntry, HANDLER } from "#impl/dst/layout.ts";
import type { Dst } from "#impl/dst/dst.ts";
import type { DstState } from "#model/dst/dst.ts";
import { entryName, listedEntries } from "#properties/dst/dst-memory.ts";
import type { Settled } from "#properties/linearizability/operation-history.ts";
import type { MemoryAtRest } from "../system-definition.ts";
import type { PlacedDst } from "./dst-table.ts";

type DstRecord = DstState["records"][number];

export function settleDst(state: DstState, { cache }: PlacedDst, memory: MemoryAtRest): Settled<DstState> {
  const { words } = memory;
  if (words[cache.jiffies] !== state.now)
    return { because: `it is ${state.now}, and the clock shows ${words[cache.jiffies]}` };
  for (const [index, device] of cache.devices.entries()) {
    const found = wordAt(words, Device.state(device));
    const wanted = DEVICE_STATE[state.devices[index] ?? "gone"];
    if (found !== wanted) return { because: `device ${index + 1} is in state ${found}, and should be in ${wanted}` };
  }
  const cached = cachedEntries(words, cache);
  if (typeof cached === "string") return { because: cached };
  for (const record of state.records) {
    const entry = memory.objectOf(record.identity);
    const name = `record ${record.identity}, to ${record.destination},`;
    // A thread releases its uncached entries at its end, which is not an operation.
    if (entry === NIL && record.origin === "uncached") continue;
    if (entry === NIL) return { because: `${name} was freed` };
    if (cached.delete(entry) !== record.cached)
      return { because: `${name} is ${record.cached ? "not " : ""}in the cache` };
    const because = entryDifference(words, cache, memory, record, entry);
    if (because !== undefined) return { because: `${name} ${because}` };
  }
  for (const entry of cached) return { because: `${entryName(cache, entry)} is in the cache, and should not be` };
  return { state };
}

/** All entries in buckets, or a defect of one. */
function cachedEntries(words: Int32Array, dst: Dst): Set<Address> | string {
  const cached = new Set<Address>();
  for (let bucket = 0; bucket < BUCKETS; bucket++) {
    const chain = listedEntries(words, dst, Cache.heads(dst.cache) + bucket, DstEntry.hashNext);
    if (typeof chain === "string") return `bucket ${bucket} ${chain}`;
    for (const entry of chain) {
      const key = wordAt(words, DstEntry.key(entry));
      if (key % BUCKETS !== bucket) return `${entryName(dst, entry)} has the key ${key}, and is in bucket ${bucket}`;
      cached.add(entry);
    }
  }
  return cached;
}

function entryDifference(
  words: Int32Array,
  { devices, loopbacks }: Dst,
  { objectOf }: MemoryAtRest,
  record: DstRecord,
  entry: Address,
): string | undefined {
  const key = wordAt(words, DstEntry.key(entry));
  if (key !== record.destination) return `has the key ${key}`;
  const device = wordAt(words, DstEntry.device(entry));
  const own = devices[record.device - 1] ?? NIL;
  const isReplaced = record.mayDiscard && loopbacks.includes(device);
  if (device !== own && !isReplaced) return `has a device that is not its own`;
  const discards = words[DstEntry.output(entry)] === HANDLER.discard;
  if (discards !== (words[DstEntry.input(entry)] === HANDLER.discard)) return "discards in one direction only";
  if (record.discards && !discards) return "sends again";
  if (discards && !record.discards && !record.mayDiscard) return "discards, and its device is up";
  const child = wordAt(words, DstEntry.child(entry));
  if (record.child !== 0) return child === objectOf(record.child) ? undefined : "has another child";
  return (child !== NIL) === record.hasPrivateChild ? undefined : `has ${child === NIL ? "no" : "a"} child`;
}
