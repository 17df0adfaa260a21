/**
 * The destination cache's addresses and its set-up. Operations: cache.ts, entry.ts, devices.ts; the collectors: softirq.ts,
 * workqueue.ts.
 *
 * Bound on memory: the entries that live (cached, held, waiting for their grace period, on a garbage list) are never more than
 * `entriesMax`; there is at most one neighbour an entry and one header cache a neighbour.
 *
 * Source: Linux net/core/dst.c (2.6.23, 2.6.24).
 */
import { type Access, type Address, NIL, type RcuCallback } from "../memory/access.ts";
import { type Heap, place, placeSlab } from "../memory/heap.ts";
import { Slab } from "../memory/slab.ts";
import { struct } from "../memory/struct.ts";
import { wordAt } from "../memory/word.ts";
import { type Clock, placeTimedWork } from "../sync/jiffies.ts";
import { freeAfterGrace } from "./cache.ts";
import { type DelayLimits, delayLimits } from "./delay.ts";
import { Busy, Cache, Device, DEVICE_STATE, type DeviceEvent, Driver, DstEntry, Garbage, HeaderCache, Neighbour } from "./layout.ts";

/** How garbage is collected: one of softirq.ts and workqueue.ts. */
export interface Collector {
  /** Does it keep what a run leaves on a list of its own? */
  readonly hasBusyList: boolean;
  /** Takes over an entry that nobody finds any more, and marks it dead. */
  queueDead(dst: Dst, entry: Address): Access;
  /** Tells every dead entry that something happened to a device. The caller holds the configuration lock. */
  deviceEvent(dst: Dst, device: Address, event: DeviceEvent): Access;
  /** One run: the handler of the collector's timer or work. */
  run(dst: Dst): Access;
}

/** A device as it is set up: up, named, in a namespace, maybe with a driver that keeps neighbours. */
export interface DeviceOptions {
  readonly name: string;
  readonly namespace: number;
  readonly hasNeighbours: boolean;
}

/** Where everything of a destination cache is. Frozen: all that changes is in the heap. */
export interface Dst {
  readonly limits: DelayLimits;
  /** The clock's word. */
  readonly jiffies: Address;
  readonly entriesMax: number;
  /** Word: entries that live or are about to be made. Never below the number that live. */
  readonly entryCount: Address;
  readonly entries: Address;
  readonly neighbours: Address;
  readonly headerCaches: Address;
  /** The slab's first entry, and the words from one to the next: for those who check the cache. */
  readonly firstEntry: Address;
  readonly entryStride: number;
  readonly cache: Address;
  /** In the order of the options; loopback devices are not among them. */
  readonly devices: readonly Address[];
  /** By namespace. */
  readonly loopbacks: readonly Address[];
  /** The lock under which devices change. */
  readonly configuration: Address;
  readonly garbage: Address;
  /** NIL if the collector has none. */
  readonly busy: Address;
  /** The collector's timer or delayed work. */
  readonly work: Address;
  /** Word: the CPU on which the collector runs has something better to do. */
  readonly needResched: Address;
  readonly collector: Collector;
  /** Frees or queues a dropped entry once no lookup can find it. */
  readonly freeAfterGrace: RcuCallback;
}

export interface DstOptions {
  readonly collector: Collector;
  readonly ticksPerSecond: number;
  /** Entries that may live at once. */
  readonly entriesMax: number;
  readonly devices: readonly DeviceOptions[];
}

const OwnerCell = struct("owner", { entryCount: 1 });
const ConfigurationCell = struct("configuration", { lock: 1 });
const CpuCell = struct("cpu", { needResched: 1 });

/** Words of heap that a cache needs, the clock aside. */
export function dstWords({ entriesMax, devices }: Pick<DstOptions, "entriesMax" | "devices">): number {
  const perEntry = DstEntry.words + Neighbour.words + HeaderCache.words + 3;
  return 80 + perEntry * entriesMax + (2 * (Device.words + 1) + Driver.words + 1) * devices.length;
}

/**
 * Places an empty cache that takes its time from `clock`, with devices that are up, and a loopback device for each namespace.
 *
 * @throws RangeError when the heap is full
 */
export function createDst(heap: Heap, clock: Clock, { collector, ticksPerSecond, entriesMax, devices }: DstOptions): Dst {
  const limits = delayLimits(ticksPerSecond);
  const entries = placeSlab(heap, DstEntry, "dst", entriesMax);
  const namespaces = Math.max(1, ...devices.map(({ namespace }) => namespace + 1));
  const loopbacks = Array.from({ length: namespaces }, (_, namespace) => placeDevice(heap, { name: namespace === 0 ? "lo" : `lo.${namespace}`, namespace, hasNeighbours: false }));
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

/** A device without `loopback` is one. */
function placeDevice(heap: Heap, { name, namespace, hasNeighbours }: DeviceOptions, loopback?: Address): Address {
  const device = place(heap, Device, name);
  heap.words[Device.state(device)] = DEVICE_STATE.up;
  heap.words[Device.namespace(device)] = namespace;
  heap.words[Device.loopback(device)] = loopback ?? device;
  if (hasNeighbours) heap.words[Device.driver(device)] = place(heap, Driver, `${name}.driver`);
  return device;
}
