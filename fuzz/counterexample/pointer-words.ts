/**
 * The words of a struct that hold pointers, as far as an execution shows.
 *
 * No word is marked as a pointer. It counts as one if an access for pointers touches it, or if every value that it ever
 * has is 0 or leads to an object, and at least one to an object of a slab, or to one with the word's name. A small
 * number may be the address of a static object by chance, so words that are added to do not count.
 */
import { type Address, NIL } from "#impl/memory/access.ts";
import { isAddition, isForPointers, touchesWord } from "#impl/memory/access-class.ts";
import { type Heap, type Region, regionOf } from "#impl/memory/heap.ts";
import type { RecordedAccess } from "./recorder.ts";

/** A value that a word held. */
export interface HeldValue {
  readonly address: Address;
  readonly value: number;
}

/** @returns the words of each layout, by its name: offsets in the struct */
export function pointerWords(
  heap: Heap,
  accesses: readonly RecordedAccess[],
  values: Iterable<HeldValue>,
): ReadonlyMap<string, readonly number[]> {
  const surely = new Set<string>();
  const never = new Set<string>();
  const perhaps = new Map<string, { leads: boolean; isTypical: boolean }>();
  for (const { kind, address } of accesses) {
    const word = touchesWord(kind) ? wordOf(heap, address) : undefined;
    if (word === undefined) continue;
    if (isForPointers(kind)) surely.add(word.key);
    if (isAddition(kind)) never.add(word.key);
  }
  for (const { address, value } of values) {
    if (value === 0) continue;
    const word = wordOf(heap, address);
    if (word === undefined) continue;
    const so = perhaps.get(word.key) ?? { leads: true, isTypical: false };
    const target = targetOf(heap, value);
    perhaps.set(word.key, {
      leads: so.leads && target !== undefined && (target.offset === 0 || LINK.test(word.name)),
      isTypical: so.isTypical || (target !== undefined && isTypicalOf(word, target)),
    });
  }
  for (const [key, { leads, isTypical }] of perhaps) if (leads && isTypical && !never.has(key)) surely.add(key);
  const words = new Map<string, number[]>();
  for (const key of surely) {
    const at = key.lastIndexOf(".");
    const name = key.slice(0, at);
    words.set(
      name,
      [...(words.get(name) ?? []), Number(key.slice(at + 1))].toSorted((one, other) => one - other),
    );
  }
  return words;
}

interface Word {
  /** Struct and offset: `peer.2`. */
  readonly key: string;
  readonly name: string;
}

function wordOf(heap: Heap, address: Address): Word | undefined {
  const target = targetOf(heap, address);
  if (target === undefined) return undefined;
  const { region, offset } = target;
  return { key: `${region.layout.structName}.${offset}`, name: region.layout.wordName(offset) };
}

interface Target {
  readonly region: Region;
  /** Offset from the start of the object. */
  readonly offset: number;
}

function targetOf(heap: Heap, value: number): Target | undefined {
  const region = regionOf(heap, value);
  if (region === undefined) return undefined;
  const offset = (value - region.base) % region.stride;
  return offset < region.layout.words ? { region, offset } : undefined;
}

/** Links of lists inside objects lead to one another, not to the starts of the objects. */
const LINK = /\[[01]\]$|next$|previous$/i;
const CHAIN = /^(left|right|next|previous|root|first|head|tail|list|empty)$/;

/** Words of records within one object, such as `slot[2].sendNext`, hold numbers of all kinds. */
const RECORD = /\]\./;

/** Whether a word of that name would hardly hold such a value by chance. */
function isTypicalOf({ name }: Word, { region, offset }: Target): boolean {
  if (RECORD.test(name)) return false;
  if (offset > 0) return LINK.test(name) && LINK.test(region.layout.wordName(offset));
  return region.slab !== NIL || CHAIN.test(name) || name === region.layout.structName || name === region.name;
}
