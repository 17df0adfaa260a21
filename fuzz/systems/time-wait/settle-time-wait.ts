/**
 * The abstraction function of the compressed TIME_WAIT: checks memory at rest against a state of the model.
 *
 * Each arena's taken slots, oldest first, are the model's, except expired ones at the front that the timer has removed;
 * each hashed slot holds its record, word by word. All other slots are free, and both knobs have the model's settings.
 */
import { wordAt } from "#impl/memory/word.ts";
import {
  addressesOf,
  ArenaCell,
  CLASS_MASK,
  HASHED,
  REUSE,
  TAKEN,
  TimeWaitCell,
  Vestige,
} from "#impl/time-wait/layout.ts";
import { slotAfter } from "#impl/time-wait/arena.ts";
import { type Arena, type Storage, type TimeWaitFamily, vestigeAt } from "#impl/time-wait/table.ts";
import { numbersAt, type TimeWaitState } from "#model/time-wait/time-wait.ts";
import type { Settled } from "#properties/linearizability/operation-history.ts";
import { slotName, storageIn } from "#properties/time-wait/time-wait-table.ts";
import type { MemoryAtRest } from "../system-definition.ts";
import { parseConnection, type PlacedTimeWait } from "./time-wait-table.ts";

type Slot = TimeWaitState["arenas"][number][number];

export function settleTimeWait(
  state: TimeWaitState,
  { table }: PlacedTimeWait,
  { words }: MemoryAtRest,
): Settled<TimeWaitState> {
  if (words[table.jiffies] !== state.now)
    return { because: `it is ${state.now}, and the clock shows ${words[table.jiffies]}` };
  if ((words[TimeWaitCell.enabled(table.cell)] === 1) !== state.enabled)
    return { because: `it is ${state.enabled ? "not " : ""}enabled` };
  if ((words[TimeWaitCell.truncating(table.cell)] === 1) !== state.truncating)
    return { because: `connections are ${state.truncating ? "not " : ""}distinguished by their reach` };
  const arenas: (readonly Slot[])[] = [];
  for (const family of [table.v4, table.v6]) {
    const storage = storageIn(words, family);
    const taken = new Set<number>();
    for (const arena of family.arenas) {
      const slots = state.arenas[arenas.length] ?? [];
      const settled = settleArena(slots, family, storage, arena, words, state.now, taken);
      if (typeof settled === "string") return { because: `class ${arena.mslClass} of ${family.family}: ${settled}` };
      arenas.push(settled);
    }
    const lost = storage === undefined ? undefined : takenByNobody(words, family, storage, table.limits.slots, taken);
    if (lost !== undefined) return { because: `${slotName(family, lost)} is taken, and in no arena` };
  }
  return { state: { ...state, arenas } };
}

/** The arena's slots without the expired ones that are gone, or why memory differs. */
function settleArena(
  slots: readonly Slot[],
  family: TimeWaitFamily,
  storage: Storage | undefined,
  arena: Arena,
  words: Int32Array,
  now: number,
  seen: Set<number>,
): readonly Slot[] | string {
  const taken = wordAt(words, ArenaCell.taken(arena.cell));
  const free = wordAt(words, ArenaCell.free(arena.cell));
  if (taken + free !== arena.size) return `${taken} slots are taken and ${free} free, of ${arena.size}`;
  const gone = slots.slice(0, Math.max(0, slots.length - taken));
  if (gone.some(({ expires }) => ((now - expires) | 0) < 0) || taken > slots.length)
    return `${taken} slots are taken, and ${slots.length} should be`;
  if (storage === undefined) return slots;
  let slot = wordAt(words, ArenaCell.oldest(arena.cell));
  for (const wanted of slots.slice(gone.length)) {
    const because = slotDifference(words, family, storage, arena, slot, wanted, now);
    if (because !== undefined) return `${slotName(family, slot)} ${because}`;
    seen.add(slot);
    slot = slotAfter(arena, slot);
  }
  if (taken > 0 && slot !== wordAt(words, ArenaCell.hand(arena.cell))) return "the hand does not follow the last slot";
  return slots.slice(gone.length);
}

function slotDifference(
  words: Int32Array,
  family: TimeWaitFamily,
  storage: Storage,
  arena: Arena,
  slot: number,
  { expires, record }: Slot,
  now: number,
): string | undefined {
  const vestige = vestigeAt(family, storage, slot);
  const attributes = wordAt(words, Vestige.attributes(vestige));
  if ((attributes & TAKEN) === 0) return "is not taken";
  if ((attributes & CLASS_MASK) !== arena.mslClass) return `is of class ${attributes & CLASS_MASK}`;
  const found = wordAt(words, Vestige.expires(vestige));
  if (found !== expires) return `expires at ${found}, and should at ${expires}`;
  const isHashed = (attributes & HASHED) !== 0;
  if (record === undefined) return isHashed && ((now - expires) | 0) < 0 ? "is hashed, and should not be" : undefined;
  if (!isHashed) return "is not hashed";
  const { localPort, foreignPort, localAddress, foreignAddress } = parseConnection(record.name);
  const numbers = numbersAt(record.sequence);
  const wanted: readonly (readonly [name: string, word: number, value: number])[] = [
    ["ports", Vestige.ports(vestige), (localPort << 16) | foreignPort],
    ["receiveNext", Vestige.receiveNext(vestige), numbers.receiveNext],
    ["sendNext", Vestige.sendNext(vestige), numbers.sendNext],
    ["receiveWindow", Vestige.receiveWindow(vestige), numbers.receiveWindow],
    ["uid", Vestige.uid(vestige), record.sequence],
    ...[...localAddress, ...foreignAddress].map(
      (word, index) => [`address word ${index}`, addressesOf(vestige) + index, word | 0] as const,
    ),
  ];
  const wrong = wanted.find(([, word, value]) => words[word] !== value);
  if (wrong !== undefined) return `has ${wrong[0]} ${wordAt(words, wrong[1])}, and should have ${wrong[2]}`;
  return ((attributes & REUSE) !== 0) === record.reuse ? undefined : `has reuse ${!record.reuse}`;
}

/** A slot that is taken although it is in no arena, if there is one. */
function takenByNobody(
  words: Int32Array,
  family: TimeWaitFamily,
  storage: Storage,
  slots: number,
  seen: ReadonlySet<number>,
): number | undefined {
  for (let slot = 0; slot < slots; slot++) {
    if (seen.has(slot)) continue;
    if (wordAt(words, Vestige.attributes(vestigeAt(family, storage, slot))) !== 0) return slot;
  }
  return undefined;
}
