/** A peer held by a user of the library. */
import { type Access, NIL } from "../memory/access.ts";
import { PeerPoolError } from "./peer-pool-error.ts";

/** A reference to a peer as a number: returned by `acquire`, taken by `release`. 0 is none. */
export type PeerReference = number;

/** The pool to which a peer is given back. */
export interface PeerOwner {
  put(peer: Peer): Access;
}

/** A reference to a peer, to be given back by `put`, or by leaving the scope of `using peer = pool.get(…)`. */
export class Peer {
  readonly #pool: PeerOwner;
  #reference: PeerReference;

  /** Peers are created by `PeerPool.get`. */
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

  /** Detaches the reference, for the pool to release. @throws PeerPoolError `ERR_PEER_RELEASED` */
  takeReference(): PeerReference {
    const { reference } = this;
    this.#reference = NIL;
    return reference;
  }

  /** Gives the peer back, unless that has been done. */
  *[Symbol.dispose](): Access {
    if (!this.isReleased) yield* this.#pool.put(this);
  }
}
