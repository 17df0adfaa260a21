import { ACCESS, type AccessKind, type Address } from "#impl/memory/access.ts";
import type { WatchedAccess, Watcher } from "#properties/watcher.ts";

/** What a watcher found wrong. */
export interface Finding {
  readonly property: string;
  readonly because: string;
}

/** Set in the slot of a word that some watcher wants to see read, too. */
const SEES_READS = 0x80;

interface Slot {
  /** Everybody who watches the words of this slot. */
  readonly ofWrites: readonly Watcher[];
  /** Those of them who want to see reads too. */
  readonly ofReads: readonly Watcher[];
}

/** Which watchers watch which word. Words that the same watchers watch share a slot, so that a word costs one byte. */
export class WatcherSlots {
  readonly #slotOf: Uint8Array;
  readonly #slots: readonly Slot[];
  readonly #watched: { -readonly [Key in keyof WatchedAccess]: WatchedAccess[Key] };

  /** @throws RangeError if the watchers watch more than 127 different sets of words */
  constructor(watchers: readonly Watcher[], words: number) {
    const slots: Slot[] = [{ ofWrites: [], ofReads: [] }];
    const slotOfKey = new Map<string, number>([["", 0]]);
    this.#slotOf = new Uint8Array(words);
    this.#slots = slots;
    this.#watched = { thread: 0, kind: ACCESS.read, address: 0, before: 0, after: 0 };
    for (let address = 1; address < words; address++) {
      const wants = watchers.map((watcher) => watcher.watches?.(address));
      const ofWrites = watchers.filter((_, index) => wants[index] !== undefined);
      const ofReads = watchers.filter((_, index) => wants[index] === "accesses");
      const key = wants.some((want) => want !== undefined) ? wants.join() : "";
      let slot = slotOfKey.get(key);
      if (slot === undefined) {
        slot = slots.length;
        if (slot >= SEES_READS) throw new RangeError(`the watchers watch more than ${SEES_READS - 1} different sets of words`);
        slots.push({ ofWrites, ofReads });
        slotOfKey.set(key, slot);
      }
      this.#slotOf[address] = slot | (ofReads.length > 0 ? SEES_READS : 0);
    }
  }

  /** The slot to `tell` of an access to this word, or 0 when nobody wants to hear of it. */
  slotFor(address: Address, wrote: boolean): number {
    const slot = this.#slotOf[address] ?? 0;
    return wrote || slot >= SEES_READS ? slot : 0;
  }

  /** Tells the watchers of a slot of an access that was made; answers what the first of them finds wrong, if any does. */
  tell(slot: number, wrote: boolean, words: Int32Array, thread: number, kind: AccessKind, address: Address, before: number): Finding | undefined {
    const watched = this.#watched;
    watched.thread = thread;
    watched.kind = kind;
    watched.address = address;
    watched.before = before;
    watched.after = words[address] ?? 0;
    const watchers = this.#slots[slot & ~SEES_READS];
    for (const watcher of (wrote ? watchers?.ofWrites : watchers?.ofReads) ?? []) {
      const because = watcher.accessed?.(words, watched);
      if (because !== undefined) return { property: watcher.property, because };
    }
    return undefined;
  }
}
