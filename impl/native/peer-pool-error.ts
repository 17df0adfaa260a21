/**
 * The errors of a call of the library:
 *
 * - `ERR_ADDRESS` the address is not an IPv4 or IPv6 address
 * - `ERR_LIMITS` an option or argument is out of its range
 * - `ERR_POOL_FULL` every peer is in use, or waits for a thread that is at work; nothing was changed, and a later call
 *   may succeed
 * - `ERR_BUFFER_FOREIGN` the buffer is not a `SharedArrayBuffer` of a peer pool
 * - `ERR_BUFFER_VERSION` the buffer is a pool of another version of the library
 * - `ERR_BUFFER_DAMAGED` the buffer is a pool, but its head or its size is wrong
 * - `ERR_PEER_RELEASED` the peer was already given back
 * - `ERR_THREADS` no more threads can be attached to the pool
 * - `ERR_POOL_DETACHED` this thread has detached itself from the pool
 * - `ERR_POOL_STALLED` another thread has held a lock for too long; nothing was changed
 * - `ERR_POOL_ABANDONED` a thread was terminated while it changed the pool; create a new pool
 */
export type PeerPoolErrorCode =
  | "ERR_ADDRESS"
  | "ERR_LIMITS"
  | "ERR_POOL_FULL"
  | "ERR_BUFFER_FOREIGN"
  | "ERR_BUFFER_VERSION"
  | "ERR_BUFFER_DAMAGED"
  | "ERR_PEER_RELEASED"
  | "ERR_THREADS"
  | "ERR_POOL_DETACHED"
  | "ERR_POOL_STALLED"
  | "ERR_POOL_ABANDONED";

/** An error of the peer pool, identified by `code`. */
export class PeerPoolError extends Error {
  override readonly name = "PeerPoolError";
  readonly code: PeerPoolErrorCode;

  constructor(code: PeerPoolErrorCode, message: string) {
    super(message);
    this.code = code;
  }
}
