/** The options and statistics of the library. */
import { wordAt } from "../memory/word.ts";
import { PeerPoolError } from "./peer-pool-error.ts";
import { CAPACITY_MAX, type PoolSettings } from "./pool-buffer.ts";

/** Times are milliseconds. */
export interface PeerPoolOptions {
  /** Peers to allocate memory for, 64 bytes each: 1 to 16,777,216. Fixed for the pool's life. */
  readonly capacity: number;
  /**
   * Peers of one family from which on idle ones may be collected at once. Seven eighths of the capacity if not given.
   */
  readonly threshold?: number;
  /** How long a peer may stay idle in a pool that is nearly at its threshold; 120,000 if not given. */
  readonly ttlMinMs?: number;
  /** How long a peer may stay idle in an empty pool; 600,000 if not given. */
  readonly ttlMaxMs?: number;
  /** From an invalidation to the run of the collector that frees peers that nobody holds; 1,000 if not given. */
  readonly gcDelayMs?: number;
  /** Grants that the rate limiter saves up; 6 if not given. */
  readonly burstFactor?: number;
}

export interface AttachOptions {
  /**
   * Milliseconds that an operation waits for a lock of another thread before it throws `ERR_POOL_STALLED`; 5,000 if not
   * given.
   */
  readonly stallMs?: number;
  /** The time in milliseconds: the same for all threads, never going back. The host's monotonic clock if not given. */
  readonly now?: () => number;
}

export interface GetOptions {
  /** Make the peer if the pool has none. */
  readonly create?: boolean;
}

export interface PeerPoolStats {
  readonly capacity: number;
  /** Peers that can be found. */
  readonly v4: number;
  readonly v6: number;
  /** Peers in use, including those that can no longer be found but are still held, or wait to be freed. */
  readonly inUse: number;
  /** Peers and trees that wait for a grace period. */
  readonly reclaiming: number;
  /** Threads attached. */
  readonly threads: number;
}

const TIME_MAX_MS = 0x3fffffff;

/**
 * The settings of a new pool: the options, defaults for those not given, and a fresh secret.
 *
 * @throws PeerPoolError `ERR_LIMITS` for an option out of its range
 */
export function settingsOf({
  capacity,
  threshold = Math.ceil((capacity * 7) / 8),
  ttlMinMs = 120_000,
  ttlMaxMs = 600_000,
  gcDelayMs = 1_000,
  burstFactor = 6,
}: PeerPoolOptions): PoolSettings {
  const secret = crypto.getRandomValues(new Int32Array(2));
  return {
    capacity: checked("capacity", capacity, 1, CAPACITY_MAX),
    threshold: checked("threshold", threshold, 0, CAPACITY_MAX),
    ttlMinMs: checked("ttlMinMs", ttlMinMs, 0, TIME_MAX_MS),
    ttlMaxMs: checked("ttlMaxMs", ttlMaxMs, ttlMinMs, TIME_MAX_MS),
    gcDelayMs: checked("gcDelayMs", gcDelayMs, 1, TIME_MAX_MS),
    burstFactor: checked("burstFactor", burstFactor, 1, 1000),
    secret: [wordAt(secret, 0), wordAt(secret, 1)],
  };
}

function checked(name: string, value: number, min: number, max: number): number {
  if (Number.isInteger(value) && value >= min && value <= max) return value;
  throw new PeerPoolError("ERR_LIMITS", `${name} is ${value}, and must be a whole number from ${min} to ${max}`);
}
