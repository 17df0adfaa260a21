/**
 * An AVL tree of peers from its writer's side: insertion and removal, with lockless readers inside all the while.
 *
 * All of it runs under the tree's lock. Links are stored with rcuAssignPointer throughout. The original re-links with
 * plain stores in rotations and removal, which is right while rcu_assign_pointer is a write barrier before the store: a
 * peer that was linked in once may be linked elsewhere without a barrier. A store-release orders no later store, so a
 * rotation that makes the peer just inserted the root of its subtree must release it again.
 *
 * Readers may miss peers while a rotation or a removal is in progress (the tree's sequence shows it) but never meet a
 * cycle, nor a link that leads to freed memory.
 *
 * Source: Linux net/ipv4/inetpeer.c (2012): lookup(), lookup_rightempty(), peer_avl_rebalance(), link_to_pool(),
 * unlink_from_pool().
 */
import type { PeerAddress } from "#model/peers/peer-address.ts";
import {
  type Access,
  type Address,
  assertHolds,
  callRcu,
  rcuAssignPointer,
  rcuDereferenceProtected,
  read,
  write,
  writeOnce,
} from "../memory/access.ts";
import { compareWithPeer } from "./address.ts";
import { Peer } from "./layout.ts";
import type { PeerStore, PeerTree } from "./store.ts";

/** The link words from the root to a peer or to its place, the root's own link first. Private to one call. */
export interface TreePath {
  readonly slots: Address[];
  length: number;
  /** An empty path with room for every slot. */
  readonly lengthMax: number;
}

export function createPath({ limits }: PeerStore): TreePath {
  return { slots: [], length: 0, lengthMax: limits.linksMax };
}

/** Finds the peer at `address`, or the sentinel, and records the path to it: its last slot holds the peer found. */
export function* lookupLocked(pool: PeerStore, tree: PeerTree, address: PeerAddress, path: TreePath): Access<Address> {
  path.length = 0;
  yield* pushSlot(path, tree.root);
  let peer = yield rcuDereferenceProtected(tree.root);
  while (peer !== pool.empty) {
    const order = yield* compareWithPeer(address, peer);
    if (order === 0) break;
    const link = order < 0 ? Peer.left(peer) : Peer.right(peer);
    yield* pushSlot(path, link);
    peer = yield rcuDereferenceProtected(link);
  }
  return peer;
}

/** Links an initialised peer in at the end of the path of a failed lookup. Readers can find it from the release on. */
export function* insertAtPath(pool: PeerStore, tree: PeerTree, path: TreePath, peer: Address): Access {
  yield rcuAssignPointer(path.slots[path.length - 1] ?? tree.root, peer);
  path.length--;
  yield* rebalance(pool, path);
  const total = yield read(tree.total);
  yield writeOnce(tree.total, total + 1);
}

/** Removes a dead peer from the tree and frees it after a grace period. Overwrites `path`. */
export function* removePeer(
  pool: PeerStore,
  tree: PeerTree,
  address: PeerAddress,
  peer: Address,
  path: TreePath,
): Access {
  yield* unlinkPeer(pool, tree, address, peer, path);
  yield callRcu(pool.freePeer, peer);
}

/**
 * Removes a peer from the tree; freeing it is left to the caller. Overwrites `path`.
 *
 * A peer with a left child is replaced by its predecessor in the order. A reader may pass when the predecessor has
 * already taken the place but not yet the children.
 */
export function* unlinkPeer(
  pool: PeerStore,
  tree: PeerTree,
  address: PeerAddress,
  peer: Address,
  path: TreePath,
): Access {
  const found = yield* lookupLocked(pool, tree, address, path);
  yield assertHolds(found === peer, "a peer to be removed is found in the tree");
  const place = path.length - 1;
  const slot = path.slots[place] ?? tree.root;
  const left = yield rcuDereferenceProtected(Peer.left(peer));
  if (left === pool.empty) {
    const right = yield rcuDereferenceProtected(Peer.right(peer));
    yield rcuAssignPointer(slot, right);
    path.length = place;
  } else {
    const predecessor = yield* lookupPredecessor(pool, peer, path);
    const orphan = yield rcuDereferenceProtected(Peer.left(predecessor));
    path.length--;
    yield rcuAssignPointer(path.slots[path.length] ?? tree.root, orphan);
    yield rcuAssignPointer(slot, predecessor);
    const newLeft = yield rcuDereferenceProtected(Peer.left(peer)); // the orphan, if the predecessor was the left child
    yield rcuAssignPointer(Peer.left(predecessor), newLeft);
    const right = yield rcuDereferenceProtected(Peer.right(peer));
    yield rcuAssignPointer(Peer.right(predecessor), right);
    const height = yield read(Peer.height(peer));
    yield write(Peer.height(predecessor), height);
    path.slots[place + 1] = Peer.left(predecessor); // was the link of the removed peer
  }
  yield* rebalance(pool, path);
  const total = yield read(tree.total);
  yield writeOnce(tree.total, total - 1);
}

/**
 * The last peer before `peer` in the order: the rightmost below its left child, which exists. Extends the path to it.
 */
function* lookupPredecessor(pool: PeerStore, peer: Address, path: TreePath): Access<Address> {
  yield* pushSlot(path, Peer.left(peer));
  let predecessor = yield rcuDereferenceProtected(Peer.left(peer));
  for (;;) {
    const right = yield rcuDereferenceProtected(Peer.right(predecessor));
    if (right === pool.empty) return predecessor;
    yield* pushSlot(path, Peer.right(predecessor));
    predecessor = right;
  }
}

function* pushSlot(path: TreePath, link: Address): Access {
  yield assertHolds(path.length < path.lengthMax, "a path from the root fits into linksMax slots");
  path.slots[path.length] = link;
  path.length++;
}

/**
 * Restores heights and balance of the subtrees on the path, deepest first, up to one whose height is unchanged:
 * nothing changes above it, and a cache line that is not written is not taken from readers. The original continues to
 * the root.
 */
function* rebalance(pool: PeerStore, path: TreePath): Access {
  for (let depth = path.length - 1; depth >= 0; depth--) {
    const slot = path.slots[depth] ?? pool.empty;
    const peer = yield rcuDereferenceProtected(slot);
    const before = yield read(Peer.height(peer));
    const left = yield rcuDereferenceProtected(Peer.left(peer));
    const right = yield rcuDereferenceProtected(Peer.right(peer));
    const leftHeight = yield* heightOf(pool, left);
    const rightHeight = yield* heightOf(pool, right);
    let after = Math.max(leftHeight, rightHeight) + 1;
    if (leftHeight > rightHeight + 1) after = yield* rotateRight(pool, slot, peer, left, rightHeight);
    else if (rightHeight > leftHeight + 1) after = yield* rotateLeft(pool, slot, peer, right, leftHeight);
    else if (after !== before) yield write(Peer.height(peer), after);
    if (after === before) return;
  }
}

/** The sentinel's height is 0, and stored nowhere: on real threads it has no rare fields. */
function* heightOf({ empty }: PeerStore, peer: Address): Access<number> {
  return peer === empty ? 0 : yield read(Peer.height(peer));
}

/**
 * `left` is 2 higher than its sibling, of height `rightHeight`: it, or its right child, replaces `peer`.
 * Returns the height of the new subtree root.
 */
function* rotateRight(
  pool: PeerStore,
  slot: Address,
  peer: Address,
  left: Address,
  rightHeight: number,
): Access<number> {
  const outer = yield rcuDereferenceProtected(Peer.left(left));
  const inner = yield rcuDereferenceProtected(Peer.right(left));
  const outerHeight = yield* heightOf(pool, outer);
  const innerHeight = yield* heightOf(pool, inner);
  if (innerHeight <= outerHeight) {
    yield rcuAssignPointer(Peer.left(peer), inner);
    yield write(Peer.height(peer), innerHeight + 1);
    yield rcuAssignPointer(Peer.right(left), peer);
    yield write(Peer.height(left), innerHeight + 2);
    yield rcuAssignPointer(slot, left);
    return innerHeight + 2;
  }
  const innerLeft = yield rcuDereferenceProtected(Peer.left(inner));
  const innerRight = yield rcuDereferenceProtected(Peer.right(inner));
  yield rcuAssignPointer(Peer.left(peer), innerRight);
  yield write(Peer.height(peer), rightHeight + 1);
  yield rcuAssignPointer(Peer.right(left), innerLeft);
  yield write(Peer.height(left), rightHeight + 1);
  yield rcuAssignPointer(Peer.left(inner), left);
  yield rcuAssignPointer(Peer.right(inner), peer);
  yield write(Peer.height(inner), rightHeight + 2);
  yield rcuAssignPointer(slot, inner);
  return rightHeight + 2;
}

/** The mirror image of {@link rotateRight}. */
function* rotateLeft(
  pool: PeerStore,
  slot: Address,
  peer: Address,
  right: Address,
  leftHeight: number,
): Access<number> {
  const outer = yield rcuDereferenceProtected(Peer.right(right));
  const inner = yield rcuDereferenceProtected(Peer.left(right));
  const outerHeight = yield* heightOf(pool, outer);
  const innerHeight = yield* heightOf(pool, inner);
  if (innerHeight <= outerHeight) {
    yield rcuAssignPointer(Peer.right(peer), inner);
    yield write(Peer.height(peer), innerHeight + 1);
    yield rcuAssignPointer(Peer.left(right), peer);
    yield write(Peer.height(right), innerHeight + 2);
    yield rcuAssignPointer(slot, right);
    return innerHeight + 2;
  }
  const innerRight = yield rcuDereferenceProtected(Peer.right(inner));
  const innerLeft = yield rcuDereferenceProtected(Peer.left(inner));
  yield rcuAssignPointer(Peer.right(peer), innerLeft);
  yield write(Peer.height(peer), leftHeight + 1);
  yield rcuAssignPointer(Peer.left(right), innerRight);
  yield write(Peer.height(right), leftHeight + 1);
  yield rcuAssignPointer(Peer.right(inner), right);
  yield rcuAssignPointer(Peer.left(inner), peer);
  yield write(Peer.height(inner), leftHeight + 2);
  yield rcuAssignPointer(slot, inner);
  return leftHeight + 2;
}
