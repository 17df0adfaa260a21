/** Lays a neighbour table and its users out in a heap. */
import { type Access, type Address, free, NIL, readOnce, storeRelease } from "../memory/access.ts";
import { type Heap, place, placeSlab } from "../memory/heap.ts";
import { Slab } from "../memory/slab.ts";
import { struct } from "../memory/struct.ts";
import { wordAt } from "../memory/word.ts";
import { placeCancellableWork } from "../sync/cancellable-work.ts";
import type { Clock } from "../sync/jiffies.ts";
import { countedCallback } from "../sync/rcu-barrier.ts";
import { Connection, Device, Handle, Neighbour, NetDevice, Packet, Path, tableLayout } from "./layout.ts";
import type { NeighbourLimits } from "./limits.ts";
import { putNeighbour } from "./lookup.ts";
import type { NeighbourCapacities, Neighbours } from "./neighbours.ts";

const CallbackCount = struct("callbacks", { pending: 1 });

/**
 * Places everything; the device has yet to be set up (device.ts).
 *
 * @throws RangeError when the heap is full
 */
export function placeNeighbours(
  heap: Heap,
  clock: Clock,
  limits: NeighbourLimits,
  capacities: NeighbourCapacities,
): Neighbours {
  const { neighboursMax, pathsMax, handlesMax, connectionsMax, packetsMax } = capacities;
  const Table = tableLayout(limits.buckets);
  const netDevice = place(heap, NetDevice, "netDevice");
  const devices = placeSlab(heap, Device, "device", 1);
  const tables = placeSlab(heap, Table, "table", 1);
  const neighbours = placeSlab(heap, Neighbour, "neighbour", neighboursMax);
  const paths = placeSlab(heap, Path, "path", pathsMax);
  const handles = placeSlab(heap, Handle, "handle", handlesMax);
  const connections = placeSlab(heap, Connection, "connection", connectionsMax);
  const packets = placeSlab(heap, Packet, "packet", packetsMax);
  const reapWork = placeCancellableWork(heap, "reapWork");
  clock.works.push(reapWork);
  const device = wordAt(heap.words, Slab.first(devices));
  const pendingCallbacks = limits.removable ? CallbackCount.pending(place(heap, CallbackCount, "callbacks")) : NIL;
  const found: Neighbours = Object.freeze({
    limits,
    capacities,
    jiffies: clock.jiffies,
    netDevice,
    device,
    Table,
    devices,
    tables,
    neighbours,
    paths,
    handles,
    connections,
    packets,
    firstNeighbour: wordAt(heap.words, Slab.first(neighbours)),
    neighbourStride: wordAt(heap.words, Slab.stride(neighbours)),
    firstTable: wordAt(heap.words, Slab.first(tables)),
    reapWork,
    startWork: placeCancellableWork(heap, "startWork"),
    connectionReapWork: placeCancellableWork(heap, "connectionReapWork"),
    pendingCallbacks,
    releaseNeighbour: countedCallback(pendingCallbacks, function* (neighbour: Address): Access {
      yield* putNeighbour(found, neighbour);
      yield readOnce(Device.text(device));
    }),
    freeTable: countedCallback(pendingCallbacks, function* (table: Address): Access {
      yield free(tables, table);
      yield storeRelease(Device.deleted(device), 1);
      yield readOnce(Device.text(device)); // the callback's return: code of the driver still
    }),
    freeHandle: countedCallback(pendingCallbacks, function* (handle: Address): Access {
      yield free(handles, handle);
      yield readOnce(Device.text(device));
    }),
  });
  return found;
}
