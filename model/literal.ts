/**
 * A value that JavaScript has no primitive for, by its text in EDN: a keyword `:x`, a character `\a`, a ratio `1/3`, a
 * decimal of many digits `0.12345678901234567890M`, a set `#{1 2}`, a tagged value `#inst "…"`.
 *
 * There is one object for each text, so `===` and Map keys distinguish literals like primitives. They are kept
 * for the life of the thread; values sent by another thread are copies, which {@link literal} turns back.
 */
export class Literal {
  readonly edn: string;

  private constructor(edn: string) {
    this.edn = edn;
  }

  toString(): string {
    return this.edn;
  }

  static readonly #known = new Map<string, Literal>();

  /** The only literal with this text. */
  static of(edn: string): Literal {
    let known = Literal.#known.get(edn);
    if (known === undefined) {
      known = new Literal(edn);
      Literal.#known.set(edn, known);
    }
    return known;
  }
}
