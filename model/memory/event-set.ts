/**
 * Sets of events as bits. Events are the numbers 0 to size − 1.
 *
 * Values are immutable: every function returns a new set. All arguments of one call have the same
 * size. Every operation is linear in size / 32.
 */

export interface EventSet {
  readonly size: number;
  readonly members: Uint32Array;
}

/** 32-bit words that `size` bits take. */
export function wordsFor(size: number): number {
  return (size + 31) >>> 5;
}

/** The events of `size` for which `isMember` answers true. */
export function setOf(size: number, isMember: (event: number) => boolean): EventSet {
  const members = new Uint32Array(wordsFor(size));
  for (let event = 0; event < size; event++) {
    if (isMember(event)) members[event >>> 5] = (members[event >>> 5] ?? 0) | (1 << (event & 31));
  }
  return { size, members };
}

function combine(a: EventSet, b: EventSet, word: (x: number, y: number) => number): EventSet {
  const members = new Uint32Array(a.members.length);
  for (let i = 0; i < members.length; i++) members[i] = word(a.members[i] ?? 0, b.members[i] ?? 0);
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
  return (((members[event >>> 5] ?? 0) >>> (event & 31)) & 1) === 1;
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
