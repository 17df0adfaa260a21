/**
 * The sentinel that ends every branch is never written, not even with its current value: it lies in read-only memory.
 *
 * Source: Linux net/ipv4/inetpeer.c, peer_fake_node.
 */
import { Sentinel } from "#impl/peers/layout.ts";
import type { PeerStore } from "#impl/peers/store.ts";
import type { Watcher } from "../watcher.ts";

export function sentinelWatcher({ empty }: PeerStore): Watcher {
  return {
    property: "sentinel",
    watches: (address) => (address >= empty && address < empty + Sentinel.words ? "writes" : undefined),
    accessed(_words, { address, before, after }) {
      const field = Sentinel.wordName(address - empty);
      return `the sentinel's ${field} is written: ${before} → ${after}`;
    },
  };
}
