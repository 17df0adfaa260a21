import { ACCESS, type AccessKind, type Address } from "#impl/memory/access.ts";
import { wordAt } from "#impl/memory/word.ts";
import type { WatchedAccess, Watcher } from "#properties/watcher.ts";

/** A violation found by a watcher. */
export interface Finding {
  readonly property: string;
  readonly because: string;
}

/** Maps accesses to words to the watchers to notify. */
export class WatcherSlots {
  /** Distinct lists of watchers; the first is empty. */
  readonly #slots: (readonly Watcher[])[] = [[]];
  /** For each word, the number of the list notified of writes, and of the list notified of reads. */
  readonly #ofWrites: Int32Array;
  readonly #ofReads: Int32Array;
  readonly #watched: { -readonly [Key in keyof WatchedAccess]: WatchedAccess[Key] } = {
    thread: 0,
    kind: ACCESS.read,
    address: 0,
    before: 0,
    after: 0,
  };

  constructor(watchers: readonly Watcher[], words: number) {
    this.#ofWrites = new Int32Array(words);
    this.#ofReads = new Int32Array(words);
    const slotOfKey = new Map<string, number>();
    const slotOf = (isTold: readonly boolean[]): number => {
      if (!isTold.includes(true)) return 0;
      const key = isTold.join();
      const slot = slotOfKey.get(key) ?? this.#slots.push(watchers.filter((_, index) => isTold[index])) - 1;
      slotOfKey.set(key, slot);
      return slot;
    };
    for (let address = 1; address < words; address++) {
      const wants = watchers.map((watcher) => watcher.watches?.(address));
      this.#ofWrites[address] = slotOf(wants.map((want) => want !== undefined));
      this.#ofReads[address] = slotOf(wants.map((want) => want === "accesses"));
    }
  }

  /** The slot to `notify` of an access to this word of the heap, or 0 if no watcher wants it. */
  slotFor(address: Address, wrote: boolean): number {
    return (wrote ? this.#ofWrites : this.#ofReads)[address] as number;
  }

  /**
   * Notifies the watchers of a slot of an access that was made; returns the first violation that one of them finds, if
   * any.
   */
  notify(
    slot: number,
    words: Int32Array,
    thread: number,
    kind: AccessKind,
    address: Address,
    before: number,
  ): Finding | undefined {
    const watched = this.#watched;
    watched.thread = thread;
    watched.kind = kind;
    watched.address = address;
    watched.before = before;
    watched.after = wordAt(words, address);
    for (const watcher of this.#slots[slot] ?? []) {
      const because = watcher.accessed?.(words, watched);
      if (because !== undefined) return { property: watcher.property, because };
    }
    return undefined;
  }
}
