/** Words of bits, in which sets and relations are stored. */

/** The number of 32-bit words for `size` bits. */
export function wordsFor(size: number): number {
  return (size + 31) >>> 5;
}

/** One word. Callers stay inside the array; the fallback is for the type checker, once instead of at each use. */
export function wordAt(words: Uint32Array | Int32Array, index: number): number {
  return words[index] ?? 0;
}

/** The lowest set bit of a word that is not 0, from 0 to 31. */
export function lowestBit(word: number): number {
  return 31 - Math.clz32(word & -word);
}
