/**
 * The search of a bind to a local port: records of connections that used it.
 *
 * Under the lock, but not as a writer: lookups continue. Each walk has its own state; in the original all walks of a
 * family share one.
 *
 * Source: NetBSD sys/netinet/tcp_vtw.c (2011), tcp_init_ports_v4() and tcp_next_port_v4(); in_pcb.c,
 * in_pcblookup_port().
 */
import type { AddressFamily } from "#model/peers/peer-address.ts";
import { type Access, loadAcquire, readOnce, spinLock, spinUnlock } from "../memory/access.ts";
import { REUSE, TimeWaitCell, Vestige } from "./layout.ts";
import { CHAIN, locatorOf, NO_SLOT, nextCandidate, startWalk } from "./lines.ts";
import { isAlive } from "./lookup.ts";
import { storageOf, type TimeWaitTable, vestigeAt } from "./table.ts";
import { localPortOf, portKey } from "./tuple.ts";

/**
 * The number of records that conflict with a bind to the port: all of that local port that have not expired, except
 * those whose owner shares the port, if `reuse` says that this one does too.
 *
 * Linearizes where it reads the clock, or at its only access if there is no record at all.
 */
export function* countInTheWay(
  table: TimeWaitTable,
  addressFamily: AddressFamily,
  port: number,
  reuse: boolean,
): Access<number> {
  const ticking = yield loadAcquire(TimeWaitCell.ticking(table.cell));
  if (ticking === 0) return 0;
  yield spinLock(table.seqlock.lock);
  const family = table[addressFamily];
  const now = yield readOnce(table.jiffies);
  const storage = yield* storageOf(family);
  const key = portKey(port);
  const walk = yield* startWalk(table, storage.lines, CHAIN.port, key);
  let count = 0;
  for (;;) {
    const slot = yield* nextCandidate(table, storage.lines, key, walk);
    if (slot === NO_SLOT) break;
    const vestige = vestigeAt(family, storage, slot);
    const isThere = yield* isAlive(vestige, now);
    if (!isThere) continue;
    const locator = yield readOnce(Vestige.portLocator(vestige));
    const ports = yield readOnce(Vestige.ports(vestige));
    if (locator !== locatorOf(walk.line, walk.position) || localPortOf(ports) !== port) continue;
    const attributes = yield readOnce(Vestige.attributes(vestige));
    if (!reuse || (attributes & REUSE) === 0) count++;
  }
  yield spinUnlock(table.seqlock.lock);
  return count;
}
