/**
 * The limits of a neighbour table, fixed for its life.
 *
 * Source: Linux drivers/infiniband/ulp/ipoib/ipoib_main.c (3.6): ipoib_neigh_hash_init(), which takes them from the ARP
 * table; net/ipv4/arp.c: gc_thresh3, gc_interval; ipoib.h: IPOIB_MAX_PATH_REC_QUEUE.
 */

export interface NeighbourLimits {
  /** Buckets of the table: a power of two. */
  readonly buckets: number;
  /** Time between two runs of the reaper, M; a neighbour idle for more than two of them is removed. */
  readonly intervalTicks: number;
  /** Packets that may wait at a neighbour, and at a path. */
  readonly queueMax: number;
  /** Do unicast neighbours send over connections? */
  readonly connected: boolean;
  /** The partition key that is put into multicast addresses. */
  readonly partitionKey: number;
  /** May the device be taken down? Then its RCU callbacks are counted. */
  readonly removable: boolean;
}

/** The settings that the original takes from the system's ARP table. */
export interface ArpLimits {
  /** The most entries that the table may have. */
  readonly hardLimit: number;
  readonly intervalSeconds: number;
}

/** The ARP table's default limits. */
export const DEFAULT_ARP_LIMITS: ArpLimits = { hardLimit: 1024, intervalSeconds: 30 };

/** The original's limits, on the default partition, in datagram mode. */
export function defaultLimits({ hardLimit, intervalSeconds }: ArpLimits, ticksPerSecond: number): NeighbourLimits {
  let buckets = 1;
  while (buckets < hardLimit) buckets *= 2;
  return {
    buckets,
    intervalTicks: intervalSeconds * ticksPerSecond,
    queueMax: 3,
    connected: false,
    partitionKey: 0xffff,
    removable: true,
  };
}
