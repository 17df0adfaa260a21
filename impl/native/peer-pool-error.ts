/**
 * What can be wrong with a call of the library:
 *
 * - `ERR_ADDRESS` the address is no IPv4 or IPv6 address
 * - `ERR_LIMITS` an option or argument is out of its range
 * - `ERR_POOL_FULL` every peer is in use, or waits for a thread that is at work; nothing was changed, and a later call
 *   may succeed
 * - `ERR_BUFFER_FOREIGN` the buffer is no `SharedArrayBuffer` of a peer pool
 * - `ERR_BUFFER_VERSION` the buffer is a pool of another version of the library
 * - `ERR_BUFFER_DAMAGED` the buffer is a pool, and its head or its size are wrong
 * - `ERR_PEER_RELEASED` the peer was given back before
 * - `ERR_THREADS` as many threads are attached as a pool has room for
 * - `ERR_POOL_DETACHED` this thread has detached itself from the pool
 * - `ERR_POOL_STALLED` another thread holds a lock and has not let go for long; nothing was changed
 * - `ERR_POOL_ABANDONED` a thread was terminated while it changed the pool: it must be made anew
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

/** An error of the peer pool; `code` says which. */
export class PeerPoolError extends Error {
  override readonly name = "PeerPoolError";
  readonly code: PeerPoolErrorCode;

  constructor(code: PeerPoolErrorCode, message: string) {
    super(message);
    this.code = code;
  }
}
