/**
 * Reads the compressed TIME_WAIT table for watchers, from the words of the heap: between two accesses, outside any
 * thread.
 */
import { type Address, NIL } from "#impl/memory/access.ts";
import { wordAt } from "#impl/memory/word.ts";
import { addressesOf, FamilyCell, headOffset, Vestige } from "#impl/time-wait/layout.ts";
import { type Chain, CHAIN, lineAddress, lineOf, type Locator } from "#impl/time-wait/lines.ts";
import { type Storage, type TimeWaitFamily, type TimeWaitTable, vestigeAt } from "#impl/time-wait/table.ts";
import { localPortOf, portKey } from "#impl/time-wait/tuple.ts";

export const CHAINS: readonly Chain[] = [CHAIN.tuple, CHAIN.port];

/** The family's objects; undefined before the first enabling. */
export function storageIn(words: Int32Array, { cell }: TimeWaitFamily): Storage | undefined {
  const vestiges = wordAt(words, FamilyCell.vestiges(cell));
  const lines = wordAt(words, FamilyCell.lines(cell));
  return vestiges === NIL || lines === NIL ? undefined : { vestiges, lines };
}

/** A slot's name in messages: `v4 slot 2`. */
export function slotName({ family }: TimeWaitFamily, slot: number): string {
  return `${family} slot ${slot}`;
}

export function attributesIn(words: Int32Array, family: TimeWaitFamily, storage: Storage, slot: number): number {
  return wordAt(words, Vestige.attributes(vestigeAt(family, storage, slot)));
}

/** The key by which a slot's record is found in the chains of that kind. */
export function keyIn(words: Int32Array, family: TimeWaitFamily, storage: Storage, slot: number, chain: Chain): number {
  const vestige = vestigeAt(family, storage, slot);
  const ports = wordAt(words, Vestige.ports(vestige));
  if (chain === CHAIN.port) return portKey(localPortOf(ports));
  let sum = localPortOf(ports) + (ports & 0xffff);
  for (let i = 0; i < 2 * family.addressWords; i++) sum = (sum + wordAt(words, addressesOf(vestige) + i)) | 0;
  return sum;
}

/** Where the slot's tag of that kind should be. */
export function locatorIn(
  words: Int32Array,
  family: TimeWaitFamily,
  storage: Storage,
  slot: number,
  chain: Chain,
): Locator {
  const vestige = vestigeAt(family, storage, slot);
  return wordAt(words, chain === CHAIN.tuple ? Vestige.tupleLocator(vestige) : Vestige.portLocator(vestige));
}

/** Does the locator lead to a line? */
export function isLine({ lines: { linesMax } }: TimeWaitTable, locator: Locator): boolean {
  return lineOf(locator) >= 1 && lineOf(locator) <= linesMax;
}

function headerIn(words: Int32Array, table: TimeWaitTable, { lines }: Storage, line: number): number {
  return wordAt(words, lineAddress(table, lines, line));
}

/** The bits of the tags in use. */
export function inUseIn(words: Int32Array, table: TimeWaitTable, storage: Storage, line: number): number {
  return headerIn(words, table, storage, line) & table.lines.shape.inUseMask;
}

/** The line after this one; 0 if there is none. */
export function nextIn(words: Int32Array, table: TimeWaitTable, storage: Storage, line: number): number {
  const { isWide, tags } = table.lines.shape;
  return isWide
    ? wordAt(words, lineAddress(table, storage.lines, line) + 1)
    : headerIn(words, table, storage, line) >>> tags;
}

/** The first line of the chain with that number, 0 to heads − 1; 0 if it has none. */
export function headIn(
  words: Int32Array,
  table: TimeWaitTable,
  { lines }: Storage,
  chain: Chain,
  head: number,
): Address {
  return wordAt(words, lines + headOffset(table.lines, chain, head));
}
