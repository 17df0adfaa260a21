import type { AccessKind } from "#impl/memory/access.ts";

/**
 * The native type of a value: procedures are plain functions.
 *
 * For modules of a build, whose declarations do not exist when this project is type-checked.
 */
type Translated<T> = T extends (...inputs: infer Inputs) => Generator<AccessKind, infer Result, number>
  ? (...inputs: TranslatedAll<Inputs>) => Translated<Result>
  : T extends (...inputs: infer Inputs) => infer Result
    ? (...inputs: TranslatedAll<Inputs>) => Translated<Result>
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
