/**
 * Discarding a whole family at once, and the deferred collector that frees the discarded peers.
 *
 * The invalidation only swaps the root. A reader may be anywhere in the old tree and take references there until the
 * end of its section, so the tree goes to the deferred collector after a grace period: from then on no lookup finds its
 * peers, their counts only fall, and a count of 0 is final. The collector re-examines, a delay later, the peers
 * that were still held.
 *
 * Source: Linux net/ipv4/inetpeer.c (2012): inetpeer_invalidate_tree(), inetpeer_inval_rcu(), inetpeer_gc_worker(), as
 * of commit 55432d2b543a, "inetpeer: fix a race in inetpeer_gc_worker()".
 */
import type { AddressFamily } from "#model/peers/peer-address.ts";
import {
  type Access,
  type Address,
  callRcu,
  loadAcquire,
  NIL,
  rcuAssignPointer,
  rcuDereferenceProtected,
  read,
  spinLock,
  spinUnlock,
  write,
  writeOnce,
} from "../memory/access.ts";
import { queueDelayedWork } from "../sync/delayed-work.ts";
import { writeSeqlock, writeSequnlock } from "../sync/seqlock.ts";
import { GcQueue, Peer } from "./layout.ts";
import type { PeerPool } from "./pool.ts";

/** Empties the pool of one family. Holders keep their references. Linearizes at the store to the root. */
export function* invalidateTree(pool: PeerPool, family: AddressFamily): Access {
  const tree = pool[family];
  yield* writeSeqlock(tree.seqlock);
  const root = yield rcuDereferenceProtected(tree.root);
  if (root !== pool.empty) {
    yield rcuAssignPointer(tree.root, pool.empty);
    yield write(tree.total, 0);
    yield callRcu(pool.queueDetached, root);
  }
  yield* writeSequnlock(tree.seqlock);
}

/** After the grace period: puts a detached tree on the queue by its root, and requests the deferred collector. */
export function* queueDetached(pool: PeerPool, root: Address): Access {
  const { gcQueue } = pool;
  yield spinLock(GcQueue.lock(gcQueue));
  yield write(Peer.gcNext(root), NIL);
  const tail = yield read(GcQueue.tail(gcQueue));
  yield write(tail === NIL ? GcQueue.head(gcQueue) : Peer.gcNext(tail), root);
  yield write(GcQueue.tail(gcQueue), root);
  yield spinUnlock(GcQueue.lock(gcQueue));
  yield* queueDelayedWork(pool.gcWork, pool.limits.gcDelayTicks, pool.jiffies);
}

/**
 * The deferred collector, the handler of the pool's work: frees the peers of the detached trees that nobody holds, and
 * requests another run if any are left.
 */
export function* collectDetached(pool: PeerPool): Access {
  const { gcQueue } = pool;
  yield spinLock(GcQueue.lock(gcQueue));
  const first = yield read(GcQueue.head(gcQueue));
  let last = yield read(GcQueue.tail(gcQueue));
  yield write(GcQueue.head(gcQueue), NIL);
  yield write(GcQueue.tail(gcQueue), NIL);
  yield spinUnlock(GcQueue.lock(gcQueue));

  // From here to the end the list is private to this thread: `first` to `last`, of which `held` to `heldLast` are done
  // and stay.
  let held: Address = NIL;
  let heldLast: Address = NIL;
  let peer = first;
  while (peer !== NIL) {
    last = yield* appendChild(pool, Peer.left(peer), last);
    last = yield* appendChild(pool, Peer.right(peer), last);
    const next = yield read(Peer.gcNext(peer)); // not earlier: the peer may have been the last
    const refcount = yield loadAcquire(Peer.refcount(peer)); // a holder's last accesses precede its release
    if (refcount === 0) {
      yield* pool.freePeer(peer);
    } else {
      if (held === NIL) held = peer;
      else yield write(Peer.gcNext(heldLast), peer);
      heldLast = peer;
    }
    peer = next;
  }
  if (held === NIL) return;

  yield spinLock(GcQueue.lock(gcQueue));
  const head = yield read(GcQueue.head(gcQueue));
  yield write(Peer.gcNext(heldLast), head);
  if (head === NIL) yield write(GcQueue.tail(gcQueue), heldLast);
  yield write(GcQueue.head(gcQueue), held);
  yield spinUnlock(GcQueue.lock(gcQueue));
  yield* queueDelayedWork(pool.gcWork, pool.limits.gcDelayTicks, pool.jiffies);
}

/** Moves the child that `link` leads to, if any, to the end of the list; returns the new last peer. */
function* appendChild(pool: PeerPool, link: Address, last: Address): Access<Address> {
  const child = yield rcuDereferenceProtected(link);
  if (child === pool.empty) return last;
  yield write(Peer.gcNext(last), child);
  yield write(Peer.gcNext(child), NIL);
  yield writeOnce(link, pool.empty);
  return child;
}
