/**
 * The destination cache's addresses; create-dst.ts lays them out. Operations: cache.ts, entry.ts, devices.ts; the
 * collectors: softirq.ts, workqueue.ts.
 *
 * Bound on memory: the entries that live (cached, held, waiting for their grace period, on a garbage list) are never
 * more than `entriesMax`; there is at most one neighbour an entry and one header cache a neighbour.
 *
 * Source: Linux net/core/dst.c (2.6.23, 2.6.24).
 */
import type { Access, Address, RcuCallback } from "../memory/access.ts";
import type { DelayLimits } from "./delay.ts";
import type { DeviceEvent } from "./layout.ts";

/** How garbage is collected: one of softirq.ts and workqueue.ts. */
export interface Collector {
  /** Does it keep the entries that a run leaves on a separate list? */
  readonly hasBusyList: boolean;
  /** Takes over an entry that no lookup can find any more, and marks it dead. */
  queueDead(dst: Dst, entry: Address): Access;
  /** Notifies every dead entry of a device event. The caller holds the configuration lock. */
  deviceEvent(dst: Dst, device: Address, event: DeviceEvent): Access;
  /** One run: the handler of the collector's timer or work. */
  run(dst: Dst): Access;
}

/** A device as it is set up: up, named, in a namespace, possibly with a driver that keeps neighbours. */
export interface DeviceOptions {
  readonly name: string;
  readonly namespace: number;
  readonly hasNeighbours: boolean;
}

/** The addresses of a destination cache. Frozen: everything that changes is in the heap. */
export interface Dst {
  readonly limits: DelayLimits;
  /** The clock's word. */
  readonly jiffies: Address;
  readonly entriesMax: number;
  /** Word: entries that live or are about to be created. Never below the number that live. */
  readonly entryCount: Address;
  readonly entries: Address;
  readonly neighbours: Address;
  readonly headerCaches: Address;
  /** The slab's first entry, and the words from one to the next: for code that checks the cache. */
  readonly firstEntry: Address;
  readonly entryStride: number;
  readonly cache: Address;
  /** In the order of the options, without the loopback devices. */
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
  /** Word: set when other work is waiting for the CPU on which the collector runs. */
  readonly needResched: Address;
  readonly collector: Collector;
  /** Frees or queues a dropped entry once no lookup can find it. */
  readonly freeAfterGrace: RcuCallback;
}

export interface DstOptions {
  readonly collector: Collector;
  readonly ticksPerSecond: number;
  /** Entries that may live at the same time. */
  readonly entriesMax: number;
  readonly devices: readonly DeviceOptions[];
}
