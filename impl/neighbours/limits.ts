/**
 * The limits of a neighbour table, fixed for its life.
 *
 * Source: Linux drivers/infiniband/ulp/ipoib/ipoib_main.c (3.6): ipoib_neigh_hash_init(), which takes them from the ARP
 * table; net/ipv4/arp.c: gc_thresh3, gc_interval; ipoib.h: IPOIB_MAX_PATH_REC_QUEUE.
 */

export interface NeighbourLimits {
  /** Buckets of the table: a power of two. */
  readonly buckets: number;
  /** Time between two runs of the reaper, M; a neighbour idle for more than two of them is taken. */
  readonly intervalTicks: number;
  /** Packets that may wait at a neighbour, and at a path. */
  readonly queueMax: number;
  /** Unicast neighbours send over connections. */
  readonly connected: boolean;
  /** The partition that multicast addresses are completed with. */
  readonly partitionKey: number;
  /** The device may be taken down; its RCU callbacks are counted then. */
  readonly removable: boolean;
}

/** What the original takes from the system's ARP table. */
export interface ArpLimits {
  /** Entries that the table never has more of. */
  readonly hardLimit: number;
  readonly intervalSeconds: number;
}

/** The ARP table's limits if nobody has set them. */
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
