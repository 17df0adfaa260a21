/** A peer in the hands of a user of the library. */
import { type Access, NIL } from "../memory/access.ts";
import { PeerPoolError } from "./peer-pool-error.ts";

/** A reference to a peer as a number: what `acquire` gives and `release` takes. 0 is none. */
export type PeerReference = number;

/** Where a peer is given back: its pool. */
export interface PeerOwner {
  put(peer: Peer): Access;
}

/** A reference to a peer, to be given back by `put`, or by leaving the scope of `using peer = pool.get(…)`. */
export class Peer {
  readonly #pool: PeerOwner;
  #reference: PeerReference;

  /** Peers come from `PeerPool.get`. */
  constructor(pool: PeerOwner, reference: PeerReference) {
    this.#pool = pool;
    this.#reference = reference;
  }

  /**
   * The reference as a number.
   *
   * @throws PeerPoolError `ERR_PEER_RELEASED`
   */
  get reference(): PeerReference {
    if (this.#reference === NIL)
      throw new PeerPoolError("ERR_PEER_RELEASED", "the peer has been given back: get it again");
    return this.#reference;
  }

  /** Has the peer been given back? */
  get isReleased(): boolean {
    return this.#reference === NIL;
  }

  /** Takes the reference out, for the pool to release. @throws PeerPoolError `ERR_PEER_RELEASED` */
  takeReference(): PeerReference {
    const { reference } = this;
    this.#reference = NIL;
    return reference;
  }

  /** Gives the peer back, if that has not been done. */
  *[Symbol.dispose](): Access {
    if (!this.isReleased) yield* this.#pool.put(this);
  }
}
