/**
 * Collection: a search for an address that is not in the tree removes the long-idle peers that it passed.
 *
 * Runs under the tree's lock. Only peers on the path are examined, so hits never collect and a full pool costs the
 * next miss a bounded time. A victim is dead before it is unlinked, so no reader takes it, and is freed after a grace
 * period, so any reader may still read it.
 *
 * Source: Linux net/ipv4/inetpeer.c (2012): inet_peer_gc().
 */
import {
  type Access,
  type Address,
  NIL,
  rcuDereferenceProtected,
  read,
  readOnce,
  smpRmb,
  write,
} from "../memory/access.ts";
import { markDead } from "../sync/refcount.ts";
import { ticksSince } from "../sync/ticks.ts";
import { addressOf } from "./address.ts";
import { removePeer, type TreePath } from "./avl.ts";
import { Peer } from "./layout.ts";
import { ttlTicks } from "./limits.ts";
import type { PeerPool } from "./pool.ts";
import type { PeerTree } from "./store.ts";

/**
 * Removes the idle peers on the path of a failed locked lookup; returns how many. The path is still valid if there are
 * none, and overwritten otherwise: the whole path is examined before the first removal, which re-balances the tree.
 *
 * A victim is gone for all threads from its markDead on.
 */
export function* collectPath(pool: PeerPool, tree: PeerTree, path: TreePath): Access<number> {
  const total = yield read(tree.total);
  const ttl = ttlTicks(total, pool.limits);
  let victims: Address = NIL;
  // The last slot is where the search ended: it holds the sentinel, which is never a victim.
  for (let depth = path.length - 2; depth >= 0; depth--) {
    const peer = yield rcuDereferenceProtected(path.slots[depth] ?? tree.root);
    const expired = yield* isExpired(pool, peer, ttl);
    if (!expired) continue;
    const dead = yield* markDead(Peer.refcount(peer));
    if (!dead) continue;
    yield write(Peer.gcNext(peer), victims);
    victims = peer;
  }
  let collected = 0;
  while (victims !== NIL) {
    const victim = victims;
    victims = yield read(Peer.gcNext(victim));
    const address = yield* addressOf(tree, victim);
    yield* removePeer(pool, tree, address, victim, path);
    collected++;
  }
  return collected;
}

/** Is the peer idle, and has it been for `ttl` ticks? */
function* isExpired(pool: PeerPool, peer: Address, ttl: number): Access<boolean> {
  const refcount = yield readOnce(Peer.refcount(peer));
  if (refcount !== 0) return false;
  yield smpRmb(); // pairs with the barrier in putPeer: the time is no older than the count
  const released = yield readOnce(Peer.dtime(peer));
  yield smpRmb(); // a clock read before the time could be older, and the difference would wrap
  const now = yield readOnce(pool.jiffies);
  return ticksSince(now, released) >= ttl;
}
