/**
 * What the classical programs are made of: parameters, words with names, threads that are told their number.
 *
 * Conventions: each read and write named in a program is one event; variables start at 0; threads count from 0; a wait
 * reads once, and ends the execution as blocked if it is not over. Accesses are relaxed as written, for orderings are a
 * choice of whoever explores; fences are full.
 */
import { type Access, type Address, readOnce, writeOnce } from "#impl/memory/access.ts";
import type { ExploredProgram } from "#fuzz/explore/explored-program.ts";

export interface ClassicalProgram {
  readonly name: string;
  readonly about: string;
  /** The parameters it takes, with what they are if not given. */
  readonly parameters: Parameters;
  readonly create: (parameters: Parameters) => ExploredProgram;
}

export type Parameters = Readonly<Record<string, number>>;

/** Hands out words: each call takes the next ones. */
export interface Words {
  /** One word, which holds `initial` at first. */
  word(initial?: number): Address;
  /** The first of `count` words. */
  array(count: number): Address;
}

/** Makes a program whose threads share words that `build` lays out. */
export function classical<const P extends Parameters>(
  name: string,
  about: string,
  parameters: P,
  build: (parameters: { readonly [Key in keyof P]: number }, words: Words) => readonly (() => Access)[],
): ClassicalProgram {
  return {
    name,
    about,
    parameters,
    create(given) {
      let next = 1;
      const initialValues = new Map<Address, number>();
      const words: Words = {
        word: (initial = 0) => {
          if (initial !== 0) initialValues.set(next, initial);
          return next++;
        },
        array: (count) => {
          const first = next;
          next += count;
          return first;
        },
      };
      // Whoever calls has merged the defaults, so every parameter is there.
      const built = build({ ...parameters, ...given } as { readonly [Key in keyof P]: number }, words);
      return { name, threads: built, initial: initialValues };
    },
  };
}

/** `count` threads of one procedure. */
export function threads(count: number, body: (me: number) => Access): (() => Access)[] {
  return Array.from({ length: count }, (_, me) => () => body(me));
}

/** Adds 1 to a word in two accesses. */
export function* increment(word: Address): Access {
  const value = yield readOnce(word);
  yield writeOnce(word, value + 1);
}
