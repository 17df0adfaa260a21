/** The time of a neighbour's last use: one word, which never moves back. */
import { type Access, type Address, cmpxchg, readOnce, smpRmb } from "../memory/access.ts";
import { Neighbour } from "./layout.ts";
import type { Neighbours } from "./neighbours.ts";

/**
 * Notes that the neighbour is in use now. Once it returns, the time noted is no older than the clock at the call: a
 * thread that finds the word changed by another tries again. The word is written once per tick, not once per packet.
 */
export function* noteUse({ jiffies }: Neighbours, neighbour: Address): Access {
  const alive = Neighbour.alive(neighbour);
  for (;;) {
    const seen = yield readOnce(alive);
    yield smpRmb(); // a clock read before the word could move it back; pairs with the cmpxchg's barrier
    const now = yield readOnce(jiffies);
    if (seen === now) return;
    const found = yield cmpxchg(alive, seen, now);
    if (found === seen) return;
  }
}
