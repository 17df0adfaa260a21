/**
 * The slots of each class are those taken from the oldest to the hand, and no others; free and taken slots together
 * make up the arena; and a slot taken later expires no earlier. So the number of records is bounded, and the oldest is
 * the first to expire.
 *
 * Checked when the lock is released.
 *
 * Source: NetBSD sys/netinet/tcp_vtw.c (2011), the comments on vtw_ctl_t.
 */
import { wordAt } from "#impl/memory/word.ts";
import { slotAfter } from "#impl/time-wait/arena.ts";
import { ArenaCell, CLASS_MASK, HASHED, TAKEN, Vestige } from "#impl/time-wait/layout.ts";
import { type Arena, type Storage, type TimeWaitFamily, type TimeWaitTable, vestigeAt } from "#impl/time-wait/table.ts";
import { attributesIn, slotName, storageIn } from "./time-wait-table.ts";
import type { Watcher } from "../watcher.ts";

export function arenaWindowWatcher(table: TimeWaitTable): Watcher {
  return {
    property: "arena-window",
    unlocked(words, lock) {
      if (lock !== table.seqlock.lock) return undefined;
      return checkFamily(words, table, table.v4) ?? checkFamily(words, table, table.v6);
    },
  };
}

function checkFamily(words: Int32Array, table: TimeWaitTable, family: TimeWaitFamily): string | undefined {
  const storage = storageIn(words, family);
  if (storage === undefined) return undefined;
  let inWindows = 0;
  for (const arena of family.arenas) {
    const because = checkArena(words, family, storage, arena);
    if (because !== undefined) return because;
    inWindows += wordAt(words, ArenaCell.taken(arena.cell));
  }
  let taken = 0;
  for (let slot = 0; slot < table.limits.slots; slot++) {
    const attributes = attributesIn(words, family, storage, slot);
    if ((attributes & TAKEN) !== 0) taken++;
    else if ((attributes & HASHED) !== 0) return `${slotName(family, slot)} is in the hash table, and free`;
  }
  return taken === inWindows
    ? undefined
    : `${taken} slots of ${family.family} are taken, and ${inWindows} are between an oldest and a hand`;
}

function checkArena(words: Int32Array, family: TimeWaitFamily, storage: Storage, arena: Arena): string | undefined {
  const free = wordAt(words, ArenaCell.free(arena.cell));
  const taken = wordAt(words, ArenaCell.taken(arena.cell));
  const name = `class ${arena.mslClass} of ${family.family}`;
  if (free < 0 || taken < 0 || free + taken !== arena.size)
    return `${name} has ${free} free and ${taken} taken of ${arena.size} slots`;
  if (taken === 0) return undefined;
  let slot = wordAt(words, ArenaCell.oldest(arena.cell));
  let latest = wordAt(words, Vestige.expires(vestigeAt(family, storage, slot)));
  for (let place = 0; place < taken; place++) {
    const attributes = attributesIn(words, family, storage, slot);
    if ((attributes & TAKEN) === 0 || (attributes & CLASS_MASK) !== arena.mslClass)
      return (
        `${slotName(family, slot)} is between the oldest and the hand ` +
        `of class ${arena.mslClass}, and is none of its taken slots`
      );
    const expires = wordAt(words, Vestige.expires(vestigeAt(family, storage, slot)));
    if (((expires - latest) | 0) < 0)
      return `${slotName(family, slot)} expires at ${expires}, before an older slot, at ${latest}`;
    latest = expires;
    slot = slotAfter(arena, slot);
  }
  const hand = wordAt(words, ArenaCell.hand(arena.cell));
  return slot === hand ? undefined : `the hand of ${name} is at ${hand}, and its taken slots end before ${slot}`;
}
