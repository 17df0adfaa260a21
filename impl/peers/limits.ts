/**
 * The limits of a peer pool, fixed for its life.
 *
 * Source: Linux net/ipv4/inetpeer.c (2012): inet_peer_threshold, inet_peer_minttl, inet_peer_maxttl, inet_initpeers(),
 * inet_peer_gc(). The original computes the slope in 32-bit integers, which overflow for ranges that no administrator
 * sets; numbers here do not.
 */

/** The limits that decide how long a peer may stay idle. */
export interface IdleLimits {
  /** Peers in one family's tree from which on a collection may take every idle peer that it passes. */
  readonly threshold: number;
  /** The least time a peer may stay idle, as the pool fills. */
  readonly ttlMinTicks: number;
  /** The time a peer may stay idle in an empty pool. */
  readonly ttlMaxTicks: number;
  /** HZ. */
  readonly ticksPerSecond: number;
}

export interface PeerLimits extends IdleLimits {
  /** Time from the invalidation of a tree to the run of the deferred collector. */
  readonly gcDelayTicks: number;
  /** Links a lockless reader follows before it gives up, and slots of a recorded path. */
  readonly linksMax: number;
  /** The number of grants that the rate limiter saves up. */
  readonly burstFactor: number;
}

/** Time that a new peer's rate limiter has been filling, so that its first burst is allowed. */
export const BUCKET_FILL_SECONDS = 60;

const MEBIBYTE = 1024 * 1024;

/** The original's limits on a machine with this much memory. */
export function defaultLimits(memoryBytes: number, ticksPerSecond: number): PeerLimits {
  let threshold = 65536 + 128;
  if (memoryBytes <= 32 * MEBIBYTE) threshold >>= 1;
  if (memoryBytes <= 16 * MEBIBYTE) threshold >>= 1;
  if (memoryBytes <= 8 * MEBIBYTE) threshold >>= 2;
  return {
    threshold,
    ttlMinTicks: 120 * ticksPerSecond,
    ttlMaxTicks: 600 * ticksPerSecond,
    gcDelayTicks: 60 * ticksPerSecond,
    ticksPerSecond,
    linksMax: 40,
    burstFactor: 6,
  };
}

/**
 * Ticks a peer may stay idle while its tree has `total` peers: a multiple of one second below the maximum, and 0 once
 * the tree reaches the threshold.
 */
export function ttlTicks(total: number, { threshold, ttlMinTicks, ttlMaxTicks, ticksPerSecond }: IdleLimits): number {
  if (total >= threshold) return 0;
  const rangeSeconds = Math.trunc((ttlMaxTicks - ttlMinTicks) / ticksPerSecond);
  return (ttlMaxTicks - Math.trunc((rangeSeconds * total) / threshold) * ticksPerSecond) >>> 0;
}
