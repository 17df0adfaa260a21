/**
 * The random source of every search: small, seedable, and free of allocation.
 *
 * sfc32 (Chris Doty-Humphrey, PractRand). Own code because a draw is made at every access of every execution; a
 * library's generator costs several times the rest of the step.
 */
export class Random {
  #a = 0;
  #b = 0;
  #c = 0;
  #counter = 1;

  constructor(seed: number) {
    this.reseed(seed);
  }

  /** Restarts the generator: equal seeds always give equal draws. Seeds are taken modulo 2^32. */
  reseed(seed: number): void {
    this.#a = 0;
    this.#b = seed | 0;
    this.#c = Math.imul(seed | 0, 0x9e3779b9);
    this.#counter = 1;
    for (let i = 0; i < 12; i++) this.next();
  }

  /** Uniform over the int32s. */
  next(): number {
    const sum = (((this.#a + this.#b) | 0) + this.#counter) | 0;
    this.#counter = (this.#counter + 1) | 0;
    this.#a = this.#b ^ (this.#b >>> 9);
    this.#b = (this.#c + (this.#c << 3)) | 0;
    this.#c = (((this.#c << 21) | (this.#c >>> 11)) + sum) | 0;
    return sum;
  }

  /** Uniform over 0 … `bound` - 1, for a bound from 1 to 2^31; off by less than one part in 2^32 / bound. */
  below(bound: number): number {
    return Math.floor((this.next() >>> 0) * 2.3283064365386963e-10 * bound);
  }

  /** Uniform over [0, 1), with 32 bits. */
  fraction(): number {
    return (this.next() >>> 0) * 2.3283064365386963e-10;
  }
}

/** A separate seed for the `index`-th of several streams derived from one seed. */
export function derivedSeed(seed: number, index: number): number {
  let mixed = (Math.imul(seed, 0x85ebca6b) ^ Math.imul(index + 1, 0xc2b2ae35)) | 0;
  mixed = Math.imul(mixed ^ (mixed >>> 16), 0x7feb352d);
  mixed = Math.imul(mixed ^ (mixed >>> 15), 0x846ca68b);
  return (mixed ^ (mixed >>> 16)) >>> 0;
}

/** A separate seed for each name. */
export function namedSeed(seed: number, name: string): number {
  return derivedSeed(seed, hashOf(name));
}

/** FNV-1a. */
function hashOf(text: string): number {
  let hash = 0x811c9dc5;
  for (let at = 0; at < text.length; at++) hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193);
  return hash;
}
