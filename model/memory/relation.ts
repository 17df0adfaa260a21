/**
 * A small algebra of binary relations over events, as bit matrices.
 *
 * Events are the numbers 0 to size − 1. A relation keeps one row of bits per event: bit b of row a is
 * set if (a, b) is in the relation. Values are immutable: every function returns a new relation, or
 * one of its arguments unchanged. All arguments of one call have the same size.
 *
 * Cost: n events take n²/32 words. Union and similar operations are linear in that; composition and closure are
 * n³/32 at worst, and skip empty rows.
 */

import { hasMember, setOf, type EventSet } from "./event-set.ts";
import { lowestBit, wordAt, wordsFor } from "./words.ts";

export interface Relation {
  readonly size: number;
  /** Words per row. */
  readonly words: number;
  readonly rows: Uint32Array;
}

export type Pair = readonly [number, number];

function blank(size: number): Relation {
  const words = wordsFor(size);
  return { size, words, rows: new Uint32Array(size * words) };
}

function copyOf({ size, words, rows }: Relation): Relation {
  return { size, words, rows: rows.slice() };
}

function insert({ words, rows }: Relation, a: number, b: number): void {
  const word = a * words + (b >>> 5);
  rows[word] = wordAt(rows, word) | (1 << (b & 31));
}

// ---- Making relations

export function emptyRelation(size: number): Relation {
  return blank(size);
}

/** id: every event to itself, fences included. */
export function identity(size: number): Relation {
  const result = blank(size);
  for (let event = 0; event < size; event++) insert(result, event, event);
  return result;
}

/** [S]: the identity on a set. */
export function identityOn(set: EventSet): Relation {
  const result = blank(set.size);
  for (let event = 0; event < set.size; event++) if (hasMember(set, event)) insert(result, event, event);
  return result;
}

/** @throws RangeError if a pair names an event outside 0 to size − 1 */
export function relationOf(size: number, pairs: Iterable<Pair>): Relation {
  const result = blank(size);
  for (const [a, b] of pairs) {
    if (!(a >= 0 && a < size && b >= 0 && b < size)) {
      throw new RangeError(`pair (${a}, ${b}) is outside a relation over ${size} events`);
    }
    insert(result, a, b);
  }
  return result;
}

/** S × T. */
export function product(from: EventSet, to: EventSet): Relation {
  const result = blank(from.size);
  for (let event = 0; event < from.size; event++) {
    if (hasMember(from, event)) result.rows.set(to.members, event * result.words);
  }
  return result;
}

// ---- Asking relations

export function has({ words, rows }: Relation, a: number, b: number): boolean {
  return ((wordAt(rows, a * words + (b >>> 5)) >>> (b & 31)) & 1) === 1;
}

/** Every pair, ordered by first and then by second event. */
export function pairsOf(relation: Relation): Pair[] {
  const pairs: Pair[] = [];
  for (let a = 0; a < relation.size; a++) {
    for (let b = 0; b < relation.size; b++) if (has(relation, a, b)) pairs.push([a, b]);
  }
  return pairs;
}

export function isEmpty({ rows }: Relation): boolean {
  for (let i = 0; i < rows.length; i++) if (rows[i] !== 0) return false;
  return true;
}

export function isEqual(r: Relation, s: Relation): boolean {
  for (let i = 0; i < r.rows.length; i++) if (r.rows[i] !== s.rows[i]) return false;
  return true;
}

export function domainOf(r: Relation): EventSet {
  return setOf(r.size, (event) => {
    for (let i = event * r.words; i < (event + 1) * r.words; i++) if (r.rows[i] !== 0) return true;
    return false;
  });
}

export function rangeOf(r: Relation): EventSet {
  const members = new Uint32Array(r.words);
  for (let event = 0; event < r.size; event++) {
    for (let i = 0; i < r.words; i++) members[i] = wordAt(members, i) | wordAt(r.rows, event * r.words + i);
  }
  return { size: r.size, members };
}

// ---- Combining relations

/** r ∪ s ∪ … */
export function union(first: Relation, ...rest: readonly Relation[]): Relation {
  const result = copyOf(first);
  const { rows } = result;
  for (const other of rest) {
    const source = other.rows;
    for (let i = 0; i < rows.length; i++) rows[i] = wordAt(rows, i) | wordAt(source, i);
  }
  return result;
}

/** r ∩ s. */
export function intersection(r: Relation, s: Relation): Relation {
  const result = copyOf(r);
  for (let i = 0; i < result.rows.length; i++) result.rows[i] = wordAt(result.rows, i) & wordAt(s.rows, i);
  return result;
}

/** r ∖ s. */
export function difference(r: Relation, s: Relation): Relation {
  const result = copyOf(r);
  for (let i = 0; i < result.rows.length; i++) result.rows[i] = wordAt(result.rows, i) & ~wordAt(s.rows, i);
  return result;
}

/** r · [S] · s: a pair of r whose second event is in the set, then a pair of s. */
export function via(r: Relation, middle: EventSet, s: Relation): Relation {
  return composeMasked(r, s, middle.members);
}

/** r · s · … */
export function compose(first: Relation, ...rest: readonly Relation[]): Relation {
  return rest.reduce((r, s) => composeMasked(r, s, undefined), first);
}

function composeMasked(r: Relation, s: Relation, mask: Uint32Array | undefined): Relation {
  const { size, words } = r;
  const result = blank(size);
  const into = result.rows;
  for (let a = 0; a < size; a++) {
    const start = a * words;
    for (let i = 0; i < words; i++) {
      let word = wordAt(r.rows, start + i);
      if (mask !== undefined) word &= wordAt(mask, i);
      while (word !== 0) {
        const bit = lowestBit(word);
        word &= word - 1;
        const from = ((i << 5) + bit) * words;
        for (let j = 0; j < words; j++) into[start + j] = wordAt(into, start + j) | wordAt(s.rows, from + j);
      }
    }
  }
  return result;
}

/** [S] · r · [T]. */
export function within(from: EventSet, r: Relation, to: EventSet): Relation {
  const { size, words } = r;
  const result = blank(size);
  for (let a = 0; a < size; a++) {
    if (!hasMember(from, a)) continue;
    for (let i = 0; i < words; i++) result.rows[a * words + i] = wordAt(r.rows, a * words + i) & wordAt(to.members, i);
  }
  return result;
}

/** [S] · r. */
export function from(set: EventSet, r: Relation): Relation {
  const result = blank(r.size);
  for (let a = 0; a < r.size; a++) {
    if (!hasMember(set, a)) continue;
    for (let i = a * r.words; i < (a + 1) * r.words; i++) result.rows[i] = wordAt(r.rows, i);
  }
  return result;
}

/** r · [T]. */
export function into(r: Relation, set: EventSet): Relation {
  const result = copyOf(r);
  for (let a = 0; a < r.size; a++) {
    for (let i = 0; i < r.words; i++) {
      result.rows[a * r.words + i] = wordAt(result.rows, a * r.words + i) & wordAt(set.members, i);
    }
  }
  return result;
}

/** r⁻¹. */
export function inverse(r: Relation): Relation {
  const result = blank(r.size);
  const { words, rows } = r;
  for (let a = 0; a < r.size; a++) {
    for (let i = 0; i < words; i++) {
      let word = wordAt(rows, a * words + i);
      while (word !== 0) {
        insert(result, (i << 5) + lowestBit(word), a);
        word &= word - 1;
      }
    }
  }
  return result;
}

/** r? = r ∪ id, over all events. */
export function optional(r: Relation): Relation {
  const result = copyOf(r);
  for (let event = 0; event < r.size; event++) insert(result, event, event);
  return result;
}

/** r⁺, by Warshall's algorithm. */
export function closure(r: Relation): Relation {
  const result = copyOf(r);
  const { size, words, rows } = result;
  for (let middle = 0; middle < size; middle++) {
    const word = middle >>> 5;
    const bit = 1 << (middle & 31);
    const source = middle * words;
    for (let a = 0; a < size; a++) {
      const row = a * words;
      if ((wordAt(rows, row + word) & bit) === 0 || a === middle) continue;
      for (let i = 0; i < words; i++) rows[row + i] = wordAt(rows, row + i) | wordAt(rows, source + i);
    }
  }
  return result;
}

/** r* = r⁺ ∪ id. */
export function star(r: Relation): Relation {
  return closure(optional(r));
}
