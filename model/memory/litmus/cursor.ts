/** A position in the tokens of a litmus test, and the ways to move on from it. */

import { LitmusError, positionAt } from "./litmus-error.ts";
import { tokenize, type Token } from "./lexer.ts";

/** More nesting than anyone writes; keeps the parser's own stack bounded. */
const NESTING_MAX = 100;

const TYPE_WORDS: ReadonlySet<string> = new Set([
  "int",
  "long",
  "char",
  "void",
  "intptr_t",
  "uintptr_t",
  ...[8, 16, 32, 64].flatMap((bits) => [`int${bits}_t`, `uint${bits}_t`]),
  "atomic_t",
  "atomic_int",
  "spinlock_t",
  "struct",
  "const",
  "volatile",
  "unsigned",
  "_Atomic",
]);

export class Cursor {
  readonly text: string;
  readonly #tokens: readonly Token[];
  #next = 0;
  #nesting = 0;

  constructor(text: string, start: number) {
    this.text = text;
    this.#tokens = tokenize(text, start);
  }

  /** The token `ahead` positions on, the next one by default; past the last token, the last one. */
  peek(ahead = 0): Token {
    const token = this.#tokens[Math.min(this.#next + ahead, this.#tokens.length - 1)];
    if (token === undefined) throw new RangeError("a token list ends with a token of kind end");
    return token;
  }

  take(): Token {
    const token = this.peek();
    if (token.kind !== "end") this.#next++;
    return token;
  }

  is(...texts: readonly string[]): boolean {
    const token = this.peek();
    return token.kind !== "end" && texts.includes(token.text);
  }

  /** Moves on if the next token is `text`. */
  accept(text: string): boolean {
    if (!this.is(text)) return false;
    this.take();
    return true;
  }

  /** The next token that matches the pattern, if it comes before the `end` text that closes the open bracket. */
  textBefore(pattern: RegExp, end: string): string | undefined {
    let depth = 0;
    for (let ahead = 0; this.peek(ahead).kind !== "end"; ahead++) {
      const { text } = this.peek(ahead);
      if (pattern.test(text)) return text;
      if (text === "(") depth++;
      if (text === end && --depth <= 0) return undefined;
    }
    return undefined;
  }

  expect(text: string, wanted = JSON.stringify(text)): Token {
    if (!this.is(text)) this.failExpecting(wanted);
    return this.take();
  }

  word(wanted: string): Token {
    if (this.peek().kind !== "word") this.failExpecting(wanted);
    return this.take();
  }

  failExpecting(wanted: string): never {
    const { kind, text, at } = this.peek();
    this.fail(`expected ${wanted}, found ${kind === "end" ? text : JSON.stringify(text)}`, at);
  }

  fail(message: string, at: number): never {
    throw new LitmusError(message, positionAt(this.text, at));
  }

  /** Runs `parse` one level deeper. */
  nested<T>(parse: () => T): T {
    if (++this.#nesting > NESTING_MAX) {
      this.fail(`nested more than ${NESTING_MAX} deep`, this.peek().at);
    }
    const result = parse();
    this.#nesting--;
    return result;
  }

  /** Whether a type starts here. */
  atType(ahead = 0): boolean {
    const token = this.peek(ahead);
    return token.kind === "word" && TYPE_WORDS.has(token.text);
  }

  /** Reads `const struct s *` and the like, if one starts here. */
  skipType(): boolean {
    let found = false;
    while (this.atType()) {
      const { text } = this.take();
      if (text === "struct") this.word("the name of a struct");
      if (text === "_Atomic" && this.accept("(")) {
        this.skipType();
        this.expect(")");
      }
      found = true;
    }
    if (!found) return false;
    while (this.is("*", "const", "volatile")) this.take();
    return true;
  }

  /** An integer of 32 bits, perhaps with a minus before it. */
  integer(): number {
    const negative = this.accept("-");
    const token = this.peek();
    if (token.kind !== "number") this.failExpecting("a number");
    this.take();
    const magnitude = Number(token.text);
    const value = negative ? -magnitude : magnitude;
    if (value < -(2 ** 31) || value >= 2 ** 32) this.fail(`${token.text} does not fit into 32 bits`, token.at);
    return value | 0;
  }
}
