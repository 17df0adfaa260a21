/**
 * What lies where in a peer pool, and who guards it.
 *
 * PeerBase, one for each family:
 *   root           written under `lock`, published; read by anybody inside a read-side critical section
 *   lock, sequence the sequence lock of the tree
 *   total          `lock`; peers reachable from `root`
 *
 * Peer:
 *   gcNext     links peers of which one thread disposes: the victims of a collection (written by the collector once the
 *              peer is dead) or the list of detached peers (gcLock; the deferred collector's own while it runs)
 *   address    immutable once published; 1 or 4 words used, as the base's family says
 *   left, right written under the base's lock, published; read by anybody inside a read-side critical section. In a
 *              detached tree, after a grace period, the deferred collector's own
 *   height     the base's lock
 *   refcount   atomic; see sync/refcount.ts. From 0 to DEAD only under the base's lock; of a detached peer it only falls
 *   dtime      time of last release; marked accesses, written by a holder before it lets go, meaningful once refcount is 0
 *   identifier atomic
 *   emptySince atomic; see token-bucket.ts
 *
 * GcQueue, shared by both families:
 *   lock       guards head and tail
 *   head, tail the peers whose subtrees are to be freed, linked by gcNext; NIL if none
 *
 * The sentinel `empty` is a peer of height 0 without children that ends every branch of every tree. It is never written.
 *
 * Left out: what no operation of the pool touches, because only holders of a reference do (TCP timestamps, path MTU,
 * learned redirect, metrics, fragment counter). The original stores gcNext where a holder's data were; here it is apart.
 *
 * Source: Linux include/net/inetpeer.h and net/ipv4/inetpeer.c (2012).
 */
import { struct } from "../memory/struct.ts";

export const PeerBase = struct("peerBase", { root: 1, lock: 1, sequence: 1, total: 1 });

// gcNext stands first: the slab overwrites an object's first word when it is freed, and nothing there outlives that.
export const Peer = struct("peer", {
  gcNext: 1,
  address: 4,
  left: 1,
  right: 1,
  height: 1,
  refcount: 1,
  dtime: 1,
  identifier: 1,
  emptySince: 1,
});

export const GcQueue = struct("gcQueue", { lock: 1, head: 1, tail: 1 });
