/**
 * The addresses of a neighbour table and its users; place-neighbours.ts places them. The operations: lookup.ts,
 * table.ts, transmit.ts, path.ts, connection.ts, device.ts.
 *
 * Source: Linux drivers/infiniband/ulp/ipoib/ (3.6, "IPoIB: Use a private hash table for path lookup in xmit path").
 */
import type { Address, RcuCallback } from "../memory/access.ts";
import type { TableLayout } from "./layout.ts";
import type { NeighbourLimits } from "./limits.ts";

/** Objects that there is memory for: beyond that, allocation fails. */
export interface NeighbourCapacities {
  readonly neighboursMax: number;
  readonly pathsMax: number;
  readonly handlesMax: number;
  readonly connectionsMax: number;
  readonly packetsMax: number;
}

/** The addresses of a neighbour table. Frozen: everything that changes is in the heap. */
export interface Neighbours {
  readonly limits: NeighbourLimits;
  readonly capacities: NeighbourCapacities;
  /** The clock's word. */
  readonly jiffies: Address;
  readonly netDevice: Address;
  /** The device, once device.ts has set it up, until it is freed. */
  readonly device: Address;
  readonly Table: TableLayout;
  /** The slabs. */
  readonly devices: Address;
  readonly tables: Address;
  readonly neighbours: Address;
  readonly paths: Address;
  readonly handles: Address;
  readonly connections: Address;
  readonly packets: Address;
  /** The slab's first neighbour, and the words from one to the next: for code that checks the table. */
  readonly firstNeighbour: Address;
  readonly neighbourStride: number;
  /** The address of the table while there is one. */
  readonly firstTable: Address;
  /** Works: the reaper of neighbours, the starter of connections, the reaper of connections. */
  readonly reapWork: Address;
  readonly startWork: Address;
  readonly connectionReapWork: Address;
  /** Callbacks requested and not returned: see sync/rcu-barrier.ts. NIL if the device is never taken down. */
  readonly pendingCallbacks: Address;
  /** Drops the table's reference to an unlinked neighbour. */
  readonly releaseNeighbour: RcuCallback;
  readonly freeTable: RcuCallback;
  readonly freeHandle: RcuCallback;
}
