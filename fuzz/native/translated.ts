import type { AccessKind } from "#impl/memory/access.ts";

/**
 * The type of something on the native target: procedures are plain functions.
 *
 * For the modules that a build gives, whose declarations do not exist while this project is checked.
 */
type Translated<T> = T extends (...inputs: infer Inputs) => Generator<AccessKind, infer Answer, number>
  ? (...inputs: TranslatedAll<Inputs>) => Translated<Answer>
  : T extends (...inputs: infer Inputs) => infer Answer
    ? (...inputs: TranslatedAll<Inputs>) => Translated<Answer>
    : T extends SharedArrayBuffer | Int32Array | Uint32Array | Error
      ? T
      : T extends object
        ? { readonly [Key in keyof T]: Translated<T[Key]> }
        : T;

type TranslatedAll<Inputs extends readonly unknown[]> = { [Index in keyof Inputs]: Translated<Inputs[Index]> };

/** The library, as users import it. */
export type Library = Pick<Translated<typeof import("#impl/native/peers.ts")>, "createPeerPool" | "attachPeerPool">;

/** A pool of the library. */
export type LibraryPool = Translated<import("#impl/native/peers.ts").PeerPool>;
