/**
 * Slots of one class: taken in a circle, and given up in the order in which they were taken, which is the order of
 * their expiry, because all records of a class live equally long.
 *
 * Only the oldest slot is ever given back. One that is deleted in the middle stays taken until the hand of age reaches
 * it. The one class of all connections and the three classes share the slots: an arena that reaches a slot which
 * the other scheme has not given up yet is refused it.
 *
 * All of it runs as the writer of the table.
 *
 * Source: NetBSD sys/netinet/tcp_vtw.c (2011), vtw_alloc(), vtw_del() and vtw_age().
 */
import { type Access, type Address, read, readOnce, write, writeOnce } from "../memory/access.ts";
import { hasReached } from "../sync/ticks.ts";
import { ArenaCell, CLASS_MASK, HASHED, TAKEN, Vestige } from "./layout.ts";
import { CHAIN, insertTag, NO_SLOT, NOWHERE, removeTag } from "./lines.ts";
import { type Arena, type Storage, type TimeWaitFamily, type TimeWaitTable, vestigeAt } from "./table.ts";
import { localPortOf, portKey, vestigeTupleKey } from "./tuple.ts";

/**
 * Takes the arena's next slot, whose record expires a lifetime from `now`; {@link NO_SLOT} if the arena has none, or
 * the other scheme still has this one. A full arena gives up its oldest records first: all that expire together.
 */
export function* takeSlot(
  table: TimeWaitTable,
  family: TimeWaitFamily,
  storage: Storage,
  arena: Arena,
  now: number,
): Access<number> {
  const { cell } = arena;
  let free = yield read(ArenaCell.free(cell));
  if (free === 0) {
    yield* evictOldest(table, family, storage, arena);
    free = yield read(ArenaCell.free(cell));
    if (free === 0) return NO_SLOT;
  }
  const slot = yield read(ArenaCell.hand(cell));
  const vestige = vestigeAt(family, storage, slot);
  const attributes = yield readOnce(Vestige.attributes(vestige));
  if ((attributes & TAKEN) !== 0) return NO_SLOT;
  yield write(ArenaCell.free(cell), free - 1);
  const taken = yield read(ArenaCell.taken(cell));
  yield write(ArenaCell.taken(cell), taken + 1);
  if (taken === 0) yield write(ArenaCell.oldest(cell), slot);
  yield write(ArenaCell.hand(cell), slotAfter(arena, slot));
  yield writeOnce(Vestige.expires(vestige), (now + arena.lifeTicks) | 0);
  yield writeOnce(Vestige.attributes(vestige), TAKEN | arena.mslClass);
  return slot;
}

/**
 * Puts a taken slot's record into both chains. If lines run out, the arena's other slots are given up, oldest first;
 * false if that was not enough.
 */
export function* hashVestige(
  table: TimeWaitTable,
  family: TimeWaitFamily,
  storage: Storage,
  arena: Arena,
  slot: number,
): Access<boolean> {
  const { lines } = storage;
  const vestige = vestigeAt(family, storage, slot);
  const key = yield* vestigeTupleKey(vestige, family.addressWords);
  const ports = yield readOnce(Vestige.ports(vestige));
  for (;;) {
    const tuple = yield* insertTag(table, lines, CHAIN.tuple, key, slot);
    if (tuple !== NOWHERE) {
      const port = yield* insertTag(table, lines, CHAIN.port, portKey(localPortOf(ports)), slot);
      if (port !== NOWHERE) {
        yield writeOnce(Vestige.tupleLocator(vestige), tuple);
        yield writeOnce(Vestige.portLocator(vestige), port);
        const attributes = yield readOnce(Vestige.attributes(vestige));
        yield writeOnce(Vestige.attributes(vestige), attributes | HASHED);
        return true;
      }
      yield* removeTag(table, lines, CHAIN.tuple, key, tuple);
    }
    const oldest = yield read(ArenaCell.oldest(arena.cell));
    if (oldest === slot) return false;
    yield* removeSlot(table, family, storage, oldest);
  }
}

/** Deletes a slot's record, and gives the slot back if it is its arena's oldest. */
export function* removeSlot(table: TimeWaitTable, family: TimeWaitFamily, storage: Storage, slot: number): Access {
  const vestige = vestigeAt(family, storage, slot);
  const attributes = yield readOnce(Vestige.attributes(vestige));
  if ((attributes & HASHED) !== 0) {
    yield* unhashVestige(table, family, storage, vestige);
    yield writeOnce(Vestige.attributes(vestige), attributes & ~HASHED);
  }
  const arena = arenaOf(family, attributes);
  const oldest = yield read(ArenaCell.oldest(arena.cell));
  if (oldest !== slot) return;
  yield writeOnce(Vestige.attributes(vestige), 0);
  const taken = yield read(ArenaCell.taken(arena.cell));
  yield write(ArenaCell.taken(arena.cell), taken - 1);
  const free = yield read(ArenaCell.free(arena.cell));
  yield write(ArenaCell.free(arena.cell), free + 1);
  yield write(ArenaCell.oldest(arena.cell), slotAfter(arena, slot));
}

/** Gives up the slots that have expired at `until`, oldest first; returns how many slots are still taken. */
export function* ageArena(
  table: TimeWaitTable,
  family: TimeWaitFamily,
  storage: Storage,
  { cell }: Arena,
  until: number,
): Access<number> {
  for (;;) {
    const taken = yield read(ArenaCell.taken(cell));
    if (taken === 0) return 0;
    const oldest = yield read(ArenaCell.oldest(cell));
    const expires = yield readOnce(Vestige.expires(vestigeAt(family, storage, oldest)));
    if (!hasReached(until, expires)) return taken;
    yield* removeSlot(table, family, storage, oldest);
  }
}

/** Gives up the oldest record before its time, and all that expire with it. */
function* evictOldest(table: TimeWaitTable, family: TimeWaitFamily, storage: Storage, arena: Arena): Access {
  const taken = yield read(ArenaCell.taken(arena.cell));
  if (taken === 0) return;
  const oldest = yield read(ArenaCell.oldest(arena.cell));
  const expires = yield readOnce(Vestige.expires(vestigeAt(family, storage, oldest)));
  yield* ageArena(table, family, storage, arena, expires);
}

function* unhashVestige(table: TimeWaitTable, family: TimeWaitFamily, { lines }: Storage, vestige: Address): Access {
  const key = yield* vestigeTupleKey(vestige, family.addressWords);
  const tuple = yield readOnce(Vestige.tupleLocator(vestige));
  yield* removeTag(table, lines, CHAIN.tuple, key, tuple);
  const ports = yield readOnce(Vestige.ports(vestige));
  const port = yield readOnce(Vestige.portLocator(vestige));
  yield* removeTag(table, lines, CHAIN.port, portKey(localPortOf(ports)), port);
}

/** The arena of a taken slot. */
function arenaOf({ arenas }: TimeWaitFamily, attributes: number): Arena {
  return arenas[attributes & CLASS_MASK] ?? arenas[0];
}

/** The slot after this one, round the arena's end. */
export function slotAfter({ first, size }: Arena, slot: number): number {
  return slot + 1 === first + size ? first : slot + 1;
}
