/**
 * The list of unused peers: the release of the last reference puts the peer at its end, and taking a reference removes
 * the peer, whether or not it is listed. So the list is in the order of the times of last use,
 * the longest idle first.
 *
 * The last reference is dropped, the time noted and the peer listed under one hold of the list's lock. The first is
 * taken outside of it: for a moment a peer in use may be on the list. A collection at that moment finds references
 * besides its own, and puts the peer back.
 *
 * Source: Linux net/ipv4/inetpeer.c (2010): unlink_from_unused(), inet_putpeer(), cleanup_once().
 */
import { type Access, type Address, NIL, read, readOnce, spinLock, spinUnlock, write } from "../memory/access.ts";
import { releaseWasLast } from "../sync/kref.ts";
import { addLast, memberAfter, takeOut } from "../sync/list.ts";
import { acquireAlive } from "../sync/refcount.ts";
import { ticksSince } from "../sync/ticks.ts";
import { ListedPeer, UnusedList } from "./layout.ts";
import type { ListedPool } from "./listed-pool.ts";

/** The offset in words from a peer to its link in the list. */
const LINK_OFFSET = ListedPeer.unused(0);

/** The peer whose link in the unused list this is. */
export function peerOfLink(link: Address): Address {
  return link - LINK_OFFSET;
}

/** Takes a peer, of which the caller holds a reference, off the list, if it is on it. */
export function* unlinkFromUnused({ unusedList }: ListedPool, peer: Address): Access {
  yield spinLock(UnusedList.lock(unusedList));
  yield* takeOut(ListedPeer.unused(peer));
  yield spinUnlock(UnusedList.lock(unusedList));
}

/**
 * Gives back a reference. The peer must not be touched afterwards: others may remove and free it at once. Linearizes at
 * the decrement.
 */
export function* putPeer({ unusedList, jiffies }: ListedPool, peer: Address): Access {
  yield spinLock(UnusedList.lock(unusedList));
  const wasLast = yield* releaseWasLast(ListedPeer.refcount(peer));
  if (wasLast) {
    yield* addLast(UnusedList.ends(unusedList), ListedPeer.unused(peer));
    const now = yield readOnce(jiffies);
    yield write(ListedPeer.dtime(peer), now);
  }
  yield spinUnlock(UnusedList.lock(unusedList));
}

/**
 * Takes the longest idle peer off the list, with a reference, if it has been idle for `ttl` ticks; NIL if not, or if
 * none is idle.
 */
export function* takeLongestIdle({ unusedList, jiffies }: ListedPool, ttl: number): Access<Address> {
  const ends = UnusedList.ends(unusedList);
  yield spinLock(UnusedList.lock(unusedList));
  const link = yield* memberAfter(ends, ends);
  let taken: Address = NIL;
  if (link !== NIL) {
    const peer = peerOfLink(link);
    const released = yield read(ListedPeer.dtime(peer));
    const now = yield readOnce(jiffies);
    if (ticksSince(now, released) >= ttl) {
      yield* takeOut(link);
      yield* acquireAlive(ListedPeer.refcount(peer)); // so that it does not vanish before it is removed
      taken = peer;
    }
  }
  yield spinUnlock(UnusedList.lock(unusedList));
  return taken;
}
