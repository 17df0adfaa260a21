import type { Costs } from "#reports/lookup-costs.ts";
import { peersLookupCosts } from "./peers-lookups.ts";
import { peersSizes } from "./sizes/peers-sizes.ts";
import { dstSizes } from "./sizes/dst-sizes.ts";
import { dstLockHolds } from "./dst-lock-hold.ts";
import { neighboursSizes } from "./sizes/neighbours-sizes.ts";
import { routeCacheSizes } from "./sizes/route-cache-sizes.ts";
import { timeWaitSizes } from "./sizes/time-wait-sizes.ts";

/** Lengths of the garbage list at which its lock is measured. */
const LISTED = [0, 1, 10, 100, 1000];

/** All tables of `quiesce costs`. */
export function countCosts(): Costs {
  return {
    format: "quiesce-costs",
    version: 1,
    sizes: [...peersSizes, ...dstSizes, ...neighboursSizes, ...routeCacheSizes, ...timeWaitSizes],
    lookups: peersLookupCosts(),
    lockHolds: dstLockHolds(LISTED),
  };
}
