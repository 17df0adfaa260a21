/** Lays a destination cache out in a heap. */
import { type Access, type Address, NIL } from "../memory/access.ts";
import { type Heap, place, placeSlab } from "../memory/heap.ts";
import { Slab } from "../memory/slab.ts";
import { struct } from "../memory/struct.ts";
import { wordAt } from "../memory/word.ts";
import { type Clock, placeTimedWork } from "../sync/jiffies.ts";
import { freeAfterGrace } from "./cache.ts";
import { delayLimits } from "./delay.ts";
import type { DeviceOptions, Dst, DstOptions } from "./dst.ts";
import { Busy, Cache, Device, DEVICE_STATE, Driver, DstEntry, Garbage, HeaderCache, Neighbour } from "./layout.ts";

const OwnerCell = struct("owner", { entryCount: 1 });
const ConfigurationCell = struct("configuration", { lock: 1 });
const CpuCell = struct("cpu", { needResched: 1 });

/** Words of heap that a cache needs, the clock aside. */
export function dstWords({ entriesMax, devices }: Pick<DstOptions, "entriesMax" | "devices">): number {
  const perEntry = DstEntry.words + Neighbour.words + HeaderCache.words + 3;
  return 80 + perEntry * entriesMax + (2 * (Device.words + 1) + Driver.words + 1) * devices.length;
}

/**
 * Places an empty cache that takes its time from `clock`, with devices that are up, and a loopback device for each
 * namespace.
 *
 * @throws RangeError when the heap is full
 */
export function createDst(
  heap: Heap,
  clock: Clock,
  { collector, ticksPerSecond, entriesMax, devices }: DstOptions,
): Dst {
  const limits = delayLimits(ticksPerSecond);
  const entries = placeSlab(heap, DstEntry, "dst", entriesMax);
  const namespaces = Math.max(1, ...devices.map(({ namespace }) => namespace + 1));
  const loopbacks = Array.from({ length: namespaces }, (_, namespace) =>
    placeDevice(heap, { name: namespace === 0 ? "lo" : `lo.${namespace}`, namespace, hasNeighbours: false }),
  );
  const garbage = place(heap, Garbage, "garbage");
  heap.words[Garbage.growth(garbage)] = limits.maxTicks;
  heap.words[Garbage.delay(garbage)] = limits.minTicks;
  const dst: Dst = Object.freeze({
    limits,
    jiffies: clock.jiffies,
    entriesMax,
    entryCount: OwnerCell.entryCount(place(heap, OwnerCell, "owner")),
    entries,
    neighbours: placeSlab(heap, Neighbour, "neighbour", entriesMax),
    headerCaches: placeSlab(heap, HeaderCache, "headerCache", entriesMax),
    firstEntry: wordAt(heap.words, Slab.first(entries)),
    entryStride: wordAt(heap.words, Slab.stride(entries)),
    cache: place(heap, Cache, "cache"),
    devices: devices.map((device) => placeDevice(heap, device, loopbacks[device.namespace])),
    loopbacks,
    configuration: ConfigurationCell.lock(place(heap, ConfigurationCell, "configuration")),
    garbage,
    busy: collector.hasBusyList ? place(heap, Busy, "busy") : NIL,
    work: placeTimedWork(heap, clock, "gcWork"),
    needResched: CpuCell.needResched(place(heap, CpuCell, "cpu")),
    collector,
    *freeAfterGrace(entry: Address): Access {
      yield* freeAfterGrace(dst, entry);
    },
  });
  return dst;
}

/** A device without `loopback` is a loopback device. */
function placeDevice(heap: Heap, { name, namespace, hasNeighbours }: DeviceOptions, loopback?: Address): Address {
  const device = place(heap, Device, name);
  heap.words[Device.state(device)] = DEVICE_STATE.up;
  heap.words[Device.namespace(device)] = namespace;
  heap.words[Device.loopback(device)] = loopback ?? device;
  if (hasNeighbours) heap.words[Device.driver(device)] = place(heap, Driver, `${name}.driver`);
  return device;
}
