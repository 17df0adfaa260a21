/**
 * The search without a lock, inside a read-side critical section, possibly with a writer at work.
 *
 * The order of the tree and the path's length hold only while no writer is at work: a peer in the tree may be
 * missed, and rotations may carry a reader on and on, so it gives up after `linksMax` links. The peer found may be
 * removed, but is not yet freed.
 *
 * Source: Linux net/ipv4/inetpeer.c (2010 and 2012): lookup_rcu_bh(), lookup_rcu().
 */
import type { PeerAddress } from "#model/peers/peer-address.ts";
import { type Access, type Address, NIL, rcuDereference } from "../memory/access.ts";
import { compareWithPeer } from "./address.ts";
import { Peer } from "./layout.ts";
import type { PeerStore, PeerTree } from "./store.ts";

/** The peer at `address`, without a reference; NIL if the search ends elsewhere. */
export function* descendLockless({ limits, empty }: PeerStore, tree: PeerTree, address: PeerAddress): Access<Address> {
  let peer = yield rcuDereference(tree.root);
  for (let links = 0; links < limits.linksMax && peer !== empty; links++) {
    const order = yield* compareWithPeer(address, peer);
    if (order === 0) return peer;
    peer = yield rcuDereference(order < 0 ? Peer.left(peer) : Peer.right(peer));
  }
  return NIL;
}
