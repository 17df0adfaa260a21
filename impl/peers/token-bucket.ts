/**
 * The rate limiter of one peer: a bucket that gains a token per tick and holds `burstFactor` times the price of a
 * grant.
 *
 * The original keeps two words, the tokens and when they were counted, and updates them without a lock: two callers may
 * spend the same tokens, and a late one may count a negative time and find the bucket full. Here the bucket is
 * one word, `emptySince` = when it was counted − the tokens: the time at which it would have been empty. Same
 * arithmetic, but one cmpxchg changes it.
 *
 * The word is read before the clock, and its writer read the clock before writing: the clock is never behind the word.
 *
 * Source: Linux net/ipv4/inetpeer.c (2012): inet_peer_xrlim_allow().
 */
import { type Access, type Address, cmpxchg, readOnce, readUnordered, smpRmb } from "../memory/access.ts";
import { ticksSince } from "../sync/ticks.ts";
import { Peer } from "./layout.ts";
import type { PeerPool } from "./pool.ts";

/**
 * May the caller, who holds a reference, act now, if an action is allowed once in `timeout` ticks and `burstFactor`
 * times in a row?
 *
 * The clock is read last except for the cmpxchg, and grants to others only empty the bucket further, so a refusal is
 * still right then, and a grant that passes the cmpxchg was: everything linearizes at the last read of the clock.
 */
export function* allowPeer(pool: PeerPool, peer: Address, timeout: number): Access<boolean> {
  const bucket = Peer.emptySince(peer);
  for (;;) {
    const emptySince = yield readOnce(bucket);
    yield smpRmb(); // pairs with the barrier in the cmpxchg that stored it
    const now = yield readUnordered(pool.jiffies);
    const tokens = Math.min(ticksSince(now, emptySince), pool.limits.burstFactor * timeout);
    if (tokens < timeout) return false;
    const found = yield cmpxchg(bucket, emptySince, (now - (tokens - timeout)) | 0);
    if (found === emptySince) return true;
  }
}
