/**
 * No bucket of the neighbour table holds more neighbours than the scenario says it may: a hash that leaves out the bits
 * in which addresses differ turns the table into a list. Checked whenever the device's lock is released.
 *
 * The limit is the scenario's, which knows its addresses: even a good hash puts some of them into one bucket.
 *
 * Source: Linux drivers/infiniband/ulp/ipoib/, "IPoIB: Fix ipoib_neigh hashing to use the correct daddr octets" (2013).
 */
import { Device } from "#impl/neighbours/layout.ts";
import type { Neighbours } from "#impl/neighbours/neighbours.ts";
import { collectBucket, isDeviceUp } from "./neighbour-words.ts";
import type { Watcher } from "../watcher.ts";

export function chainLengthWatcher(neighbours: Neighbours, chainMax: number): Watcher {
  const found = new Int32Array(neighbours.capacities.neighboursMax + 1);
  return {
    property: "chain-length",
    unlocked(words, lock) {
      if (lock !== Device.lock(neighbours.device) || !isDeviceUp(words, neighbours)) return undefined;
      for (let bucket = 0; bucket < neighbours.limits.buckets; bucket++) {
        const count = collectBucket(words, neighbours, bucket, found);
        if (count > chainMax) return `bucket ${bucket} holds ${count} neighbours, and may hold ${chainMax}`;
      }
      return undefined;
    },
  };
}
