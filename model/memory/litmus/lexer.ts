/**
 * Splits a litmus test into tokens, all at once.
 *
 * Comments are `(* … *)` outside the bodies of processes, where `(*` is code, and C's two forms
 * everywhere. A block between braces that follows another, before a process, is for compilers of tests: it is skipped,
 * whatever its contents.
 */

import { LitmusError, positionAt } from "./litmus-error.ts";

export interface Token {
  readonly kind: "word" | "number" | "symbol" | "end";
  readonly text: string;
  readonly at: number;
}

const SYMBOL = /\/\\|\\\/|=>|==|!=|<>|<=|>=|&&|\|\||[{}()[\]<>=+\-*/&|^~,;:!]/y;
const WORD = /[A-Za-z_][A-Za-z0-9_]*/y;
const NUMBER = /0[xX][0-9a-fA-F]+|[0-9]+/y;
const SPACE = /\s+/y;

/** The first line: `C name`. */
export interface Header {
  readonly name: string;
  /** Offset of the `{` that opens the init block. */
  readonly initAt: number;
}

/** Reads `C name` and skips everything before the init block. */
export function readHeader(text: string): Header {
  const match = /^(?:\s|\(\*[\s\S]*?\*\))*C[ \t]+([A-Za-z0-9_/.+[\]-]+)/.exec(text);
  const name = match?.[1];
  if (match === null || name === undefined) {
    throw new LitmusError("a litmus test starts with a line `C name`", positionAt(text, 0));
  }
  let at = match[0].length;
  while (at < text.length) {
    if (text[at] === "{") return { name, initAt: at };
    if (text.startsWith("(*", at)) at = commentEnd(text, at, "*)");
    else if (text[at] === '"') {
      const end = text.indexOf('"', at + 1);
      if (end === -1) throw new LitmusError('this " is never closed', positionAt(text, at));
      at = end + 1;
    } else at++;
  }
  throw new LitmusError("expected { and the initial values, found the end of the file", positionAt(text, at));
}

function commentEnd(text: string, at: number, close: string): number {
  const end = text.indexOf(close, at + 2);
  if (end === -1) throw new LitmusError(`this comment is never closed by ${close}`, positionAt(text, at));
  return end + close.length;
}

/** The tokens from `start` on, ended by one of kind `end`. */
export function tokenize(text: string, start: number): readonly Token[] {
  const tokens: Token[] = [];
  let at = start;
  let blocks = 0; // { … } closed so far at the outermost level: the first is the init block
  let depth = 0;
  while (at < text.length) {
    const inBody = depth > 0 && blocks > 0;
    if (text.startsWith("//", at)) {
      const end = text.indexOf("\n", at);
      at = end === -1 ? text.length : end;
      continue;
    }
    if (text.startsWith("/*", at)) {
      at = commentEnd(text, at, "*/");
      continue;
    }
    if (!inBody && text.startsWith("(*", at)) {
      at = commentEnd(text, at, "*)");
      continue;
    }
    const space = matchAt(SPACE, text, at);
    if (space !== undefined) {
      at += space.length;
      continue;
    }
    const token = tokenAt(text, at);
    if (token.text === "{" && depth === 0 && tokens.at(-1)?.text === "}") {
      at = blockEnd(text, at);
      continue;
    }
    if (token.text === "{") depth++;
    if (token.text === "}") {
      depth--;
      if (depth === 0) blocks++;
    }
    tokens.push(token);
    at += token.text.length;
  }
  tokens.push({ kind: "end", text: "the end of the file", at: text.length });
  return tokens;
}

/** The end of a block whose braces match, outside C's strings and comments. */
function blockEnd(text: string, start: number): number {
  let depth = 0;
  BRACE_OR_TEXT.lastIndex = start;
  for (let found = BRACE_OR_TEXT.exec(text); found !== null; found = BRACE_OR_TEXT.exec(text)) {
    if (found[0] === "{") depth++;
    if (found[0] === "}" && --depth === 0) return BRACE_OR_TEXT.lastIndex;
  }
  throw new LitmusError("this block is never closed by }", positionAt(text, start));
}

const BRACE_OR_TEXT = /[{}]|"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*'|\/\*[\s\S]*?\*\/|\/\/.*/g;

function tokenAt(text: string, at: number): Token {
  const word = matchAt(WORD, text, at);
  if (word !== undefined) return { kind: "word", text: word, at };
  const number = matchAt(NUMBER, text, at);
  if (number !== undefined) return { kind: "number", text: number, at };
  const symbol = matchAt(SYMBOL, text, at);
  if (symbol !== undefined) return { kind: "symbol", text: symbol, at };
  const found = String.fromCodePoint(text.codePointAt(at) ?? 0);
  throw new LitmusError(`${JSON.stringify(found)} has no meaning in a litmus test`, positionAt(text, at));
}

function matchAt(pattern: RegExp, text: string, at: number): string | undefined {
  pattern.lastIndex = at;
  return pattern.exec(text)?.[0];
}
