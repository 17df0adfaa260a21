/**
 * The layout of a peer pool, and the lock or protocol that guards each field. First the pool of 2012.
 *
 * PeerRoot and PeerBase, one for each family. Apart, so that writers do not take from readers the cache line that every
 * search begins with:
 *   root           written under `lock`, published; read by any thread inside a read-side critical section
 *   lock, sequence the sequence lock of the tree
 *   total          guarded by `lock`; peers reachable from `root`
 *
 * Peer:
 *   gcNext     links peers that one thread disposes of: the victims of a collection (written by the collector once the
 *              peer is dead) or the list of detached peers (gcLock; owned by the deferred collector while it runs)
 *   address    the first word, and the other three of an IPv6 address in addressRest; immutable once published
 *   left, right written under the base's lock, published; read by any thread inside a read-side critical section. In a
 *              detached tree, after a grace period, owned by the deferred collector
 *   height     guarded by the base's lock
 *   refcount   atomic; see sync/refcount.ts. From 0 to DEAD only under the base's lock; once detached it only falls
 *   dtime      time of last release; marked accesses, written by a holder before its release, meaningful once refcount
 *              is 0
 *   identifier atomic
 *   emptySince atomic; see token-bucket.ts
 *
 * GcQueue, shared by both families:
 *   lock       guards head and tail
 *   head, tail the peers whose subtrees are to be freed, linked by gcNext; NIL if none
 *
 * The sentinel `empty` is a peer without children that ends every branch of every tree. It is never written; its height
 * is 0 by definition.
 *
 * The pools of 2010, with one tree, of IPv4:
 *
 * ListedPeerBase:
 *   root  written under `lock`. Read under `lock` before the RCU conversion; after it by any thread inside a read-side
 *         critical section
 *   lock  a reader–writer lock (sync/rwlock.ts) before the conversion, a spinlock after it
 *   total written under `lock`, marked; read by any thread
 *
 * ListedPeer:
 *   address, left, right, height, identifier as in Peer
 *   refcount atomic; 0 is idle. Before the conversion, a peer that is held only by its collector, seen under the write
 *            lock, is gone; after it, a peer is removed by the thread that takes the collector's reference from 1 to 0
 *            by cmpxchg, under `lock`
 *   dtime    time of last use; guarded by the unused list's lock, meaningful while the peer is on the list
 *   unused   guarded by the unused list's lock; a link to itself while the peer is on no list
 *
 * UnusedList, the idle peers, longest idle first:
 *   lock     guards ends, and every peer's unused and dtime. Never held together with the base's lock
 *   ends     the list's first and last link
 *
 * Left out: fields that no operation of the pool touches, because only holders of a reference do (TCP timestamps, path
 * MTU, learned redirect, metrics, fragment counter). The original stores gcNext in a holder's data; here it is apart.
 *
 * Source: Linux include/net/inetpeer.h and net/ipv4/inetpeer.c (2010 and 2012).
 */
import type { Address } from "../memory/access.ts";
import { struct } from "../memory/struct.ts";
import { LINK_WORDS } from "../sync/list.ts";

export const PeerRoot = struct("peerRoot", { root: 1 });

export const PeerBase = struct("peerBase", { lock: 1, sequence: 1, total: 1 });

/**
 * The first fields of peers of every generation: one code walks all their trees, by the names of `Peer`.
 *
 * The fields that a search reads come first, in 16 bytes, and `right` directly follows `left`, so that the choice is a
 * matter of addition and not of a jump. The slab overwrites an object's first word when it is freed: no thread
 * trusts the address of a peer to which it has no reference.
 */
const searched = { address: 1, left: 1, right: 1, refcount: 1 } as const;

const inTree = { dtime: 1, identifier: 1, height: 1 } as const;

export const Peer = struct("peer", searched, { ...inTree, emptySince: 1, addressRest: 3, gcNext: 1 });

/** The sentinel: no thread touches a peer's other fields here. */
export const Sentinel = struct("peer", searched);

/** The address of word number `index` of a peer's address. */
export function addressWord(peer: Address, index: number): Address {
  return index === 0 ? Peer.address(peer) : Peer.addressRest(peer) + (index - 1);
}

export const GcQueue = struct("gcQueue", { lock: 1, head: 1, tail: 1 });

export const ListedPeerBase = struct("peerBase", { root: 1, lock: 1, total: 1 });

export const ListedPeer = struct("peer", { ...searched, ...inTree, unused: LINK_WORDS });

export const UnusedList = struct("unusedList", { ends: LINK_WORDS, lock: 1 });
