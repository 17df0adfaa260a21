/**
 * Passive references: whenever a CPU enables interrupts again, its lists hold records in use that were taken on that
 * CPU, linked both ways, each once. No object is freed while a record refers to it. At the end every reference has been
 * dropped.
 */
import { type Address, NIL } from "#impl/memory/access.ts";
import { type Heap, objectNameOf } from "#impl/memory/heap.ts";
import { wordAt } from "#impl/memory/word.ts";
import { Cpu } from "#impl/sync/cpu.ts";
import { Psref, type PsrefClass } from "#impl/sync/psref.ts";
import type { Watcher } from "../watcher.ts";

export interface PassiveReferencesOptions {
  readonly classes: readonly PsrefClass[];
  /** The number of records: no list is longer. */
  readonly recordsMax: number;
  /** The slabs of objects that hold a target, and the target's offset in the object. */
  readonly targets: readonly { readonly slab: Address; readonly targetOf: (object: Address) => Address }[];
}

export function passiveReferencesWatcher(
  heap: Heap,
  { classes, recordsMax, targets }: PassiveReferencesOptions,
): Watcher {
  const cpus = classes[0]?.cpus ?? [];

  function whatIsWrongOn(words: Int32Array, { heads }: PsrefClass, cpu: number): string | undefined {
    let link = heads[cpu] as number;
    let length = 0;
    for (let record = wordAt(words, link); record !== NIL; record = wordAt(words, link)) {
      if (++length > recordsMax) return `the list of passive references of cpu${cpu} has no end`;
      if (wordAt(words, Psref.previous(record)) !== link)
        return `a passive reference on the list of cpu${cpu} has a link back that leads elsewhere`;
      if (wordAt(words, Psref.target(record)) === NIL)
        return `a passive reference on the list of cpu${cpu} is not in use`;
      const taken = wordAt(words, Psref.cpu(record));
      if (taken !== cpu) return `a passive reference that was taken on cpu${taken} is on the list of cpu${cpu}`;
      link = Psref.next(record);
    }
    return undefined;
  }

  function isReferred(words: Int32Array, target: Address): boolean {
    for (const { heads } of classes) {
      for (let cpu = 0; cpu < cpus.length; cpu++) {
        let record = wordAt(words, heads[cpu] as number);
        for (let length = 0; record !== NIL && length < recordsMax; length++) {
          if (wordAt(words, Psref.target(record)) === target) return true;
          record = wordAt(words, Psref.next(record));
        }
      }
    }
    return false;
  }

  return {
    property: "passive-references",
    unlocked(words, lock) {
      for (let cpu = 0; cpu < cpus.length; cpu++) {
        if (Cpu.ipl(cpus[cpu] as number) !== lock) continue;
        for (const psrefClass of classes) {
          const wrong = whatIsWrongOn(words, psrefClass, cpu);
          if (wrong !== undefined) return wrong;
        }
      }
      return undefined;
    },
    freed(words, slab, object) {
      for (const target of targets) {
        if (target.slab === slab && isReferred(words, target.targetOf(object)))
          return `${objectNameOf(heap, object)} is freed, and a passive reference to it is held`;
      }
      return undefined;
    },
    ended(words) {
      for (const { heads } of classes) {
        for (let cpu = 0; cpu < cpus.length; cpu++) {
          if (wordAt(words, heads[cpu] as number) !== NIL)
            return `at the end a passive reference is still on the list of cpu${cpu}`;
        }
      }
      return undefined;
    },
  };
}
