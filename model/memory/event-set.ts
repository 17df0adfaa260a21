/**
 * Sets of events as bits. Events are the numbers 0 to size − 1.
 *
 * Values are immutable: every function returns a new set. All arguments of one call have the same
 * size. Every operation is linear in size / 32.
 */

import { wordAt, wordsFor } from "./words.ts";

export interface EventSet {
  readonly size: number;
  readonly members: Uint32Array;
}

/** The events of `size` for which `isMember` returns true. */
export function setOf(size: number, isMember: (event: number) => boolean): EventSet {
  const members = new Uint32Array(wordsFor(size));
  for (let event = 0; event < size; event++) {
    if (isMember(event)) members[event >>> 5] = wordAt(members, event >>> 5) | (1 << (event & 31));
  }
  return { size, members };
}

function combine(a: EventSet, b: EventSet, word: (x: number, y: number) => number): EventSet {
  const members = new Uint32Array(a.members.length);
  for (let i = 0; i < members.length; i++) members[i] = word(wordAt(a.members, i), wordAt(b.members, i));
  return { size: a.size, members };
}

export function eitherSet(first: EventSet, ...rest: readonly EventSet[]): EventSet {
  return rest.reduce((a, b) => combine(a, b, (x, y) => x | y), first);
}

export function bothSets(a: EventSet, b: EventSet): EventSet {
  return combine(a, b, (x, y) => x & y);
}

export function without(a: EventSet, ...removed: readonly EventSet[]): EventSet {
  return removed.reduce((left, b) => combine(left, b, (x, y) => x & ~y), a);
}

export function hasMember({ members }: EventSet, event: number): boolean {
  return ((wordAt(members, event >>> 5) >>> (event & 31)) & 1) === 1;
}

export function isEmptySet({ members }: EventSet): boolean {
  return members.every((word) => word === 0);
}

/** The members in ascending order. */
export function membersOf(set: EventSet): number[] {
  const found: number[] = [];
  for (let event = 0; event < set.size; event++) if (hasMember(set, event)) found.push(event);
  return found;
}
