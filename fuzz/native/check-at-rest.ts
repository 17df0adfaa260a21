/**
 * Invariants of a pool's memory after every thread has returned.
 *
 * Built together with the library, so that both use the same layout.
 */
import { NIL } from "#impl/memory/access.ts";
import { wordAt } from "#impl/memory/word.ts";
import { holderOf } from "#impl/native/lock.ts";
import type { PoolLayout } from "#impl/native/pool-buffer.ts";
import { Peer } from "#impl/peers/layout.ts";
import { avlWatcher } from "#properties/peers/avl.ts";
import { collectPeers, peerName } from "#properties/peers/peer-tree.ts";

interface RestViolation {
  readonly property: "lock-is-free" | "avl" | "refcount";
  readonly because: string;
}

/** Every lock is free, the trees are AVL trees, and no peer is held. */
export function checkAtRest({ heap: { words }, pool, locks }: PoolLayout): RestViolation | undefined {
  const held = locks.find((lock) => holderOf(wordAt(words, lock)) !== 0);
  if (held !== undefined)
    return { property: "lock-is-free", because: `the lock at word ${held} is held, and every thread has returned` };
  const watcher = avlWatcher(pool);
  for (const tree of [pool.v4, pool.v6]) {
    const because = watcher.unlocked?.(words, tree.lock);
    if (because !== undefined) return { property: "avl", because };
    const peers = new Int32Array(pool.peersMax + 1);
    const count = collectPeers(words, pool, wordAt(words, tree.root), peers);
    for (const peer of peers.subarray(0, Math.max(0, count))) {
      const references = wordAt(words, Peer.refcount(peer));
      if (peer !== NIL && references !== 0)
        return {
          property: "refcount",
          because: `${peerName(pool, peer)} has ${references} references, and nobody holds it`,
        };
    }
  }
  return undefined;
}
