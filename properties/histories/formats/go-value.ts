/**
 * Reads values as Go prints them with `%+v` (`{ClientId:0 Value:{Op:1 Key:x}}`) and `%#v`, or as written in source
 * (`porcupine.Event{ClientId: 0, Value: kvInput{Op: 1, Key: "x"}}`).
 *
 * Structs become objects by their fields' names, or arrays where they have none. Printed with `%+v`, a string has no
 * quotes: text that looks like a number, a boolean or nil is read as one.
 */
import { exactNumber } from "#model/exact-number.ts";
import { excerpt } from "../record.ts";

export class GoValueError extends Error {
  constructor(what: string) {
    super(what);
    this.name = "GoValueError";
  }
}

interface Read {
  readonly value: unknown;
  readonly end: number;
}

/** Depth of nested values; deeper ones are refused. */
const DEPTH_MAX = 100;
const BLANK = /(?:\s|\/\/[^\n]*|\/\*[^]*?\*\/)*/y;
/**
 * The type in front of a literal or a conversion: `main.kvInput`, `[]porcupine.Event`, `&T`, `interface {}`, `(*T)`.
 */
const TYPE = /(?:&|\(?\*)?(?:\[\d*\])*(?:map\[[\w.]+\])?(?:(?:interface|struct) ?\{\}|[A-Za-z_][\w.]*)?\)?(?=\s?[{(])/y;
const IDENTIFIER = /[A-Za-z_][\w.]*/y;
const NUMBER = /-?(?:0x[0-9a-fA-F]+|\d[\d_]*(?:\.\d+)?(?:[eE][+-]?\d+)?)/y;
const QUOTED = /"[^"\\\n]*(?:\\.[^"\\\n]*)*"/y;
const FIELD = /([A-Za-z_]\w*):\s*/y;

/** The end of a string without quotes. */
const PRINTED_END = / [A-Za-z_]\w*:|\}/g;

/**
 * The value in Go's syntax that begins at or after an index.
 *
 * @throws GoValueError if there is none
 */
export function goLiteralAt(text: string, from: number, depth = 0): Read {
  if (depth > DEPTH_MAX) throw new GoValueError(`expected values within values at most ${DEPTH_MAX} deep`);
  let at = matched(BLANK, text, from).end;
  const type = matched(TYPE, text, at);
  at = matched(BLANK, text, type.end).end;
  const open = text[at];
  if (open === "{") return compositeAt(text, at + 1, depth);
  if (open === "(" && type.text !== "") {
    const inner = goLiteralAt(text, at + 1, depth + 1);
    const close = matched(BLANK, text, inner.end).end;
    if (text[close] !== ")") throw new GoValueError(`expected ")", found "${excerpt(text.slice(close, close + 60))}"`);
    return { value: inner.value, end: close + 1 };
  }
  if (text[at] === '"') return quotedAt(text, at);
  if (text[at] === "`") {
    const end = text.indexOf("`", at + 1);
    if (end === -1) throw new GoValueError("expected ` at the end of a text");
    return { value: text.slice(at + 1, end), end: end + 1 };
  }
  const number = matched(NUMBER, text, at);
  if (number.text !== "") {
    const value = number.text.startsWith("0x") ? Number(number.text) : exactNumber(number.text.replaceAll("_", ""));
    if (value === undefined) throw new GoValueError(`expected a number, found "${excerpt(number.text)}"`);
    return { value, end: number.end };
  }
  const { text: name, end } = matched(IDENTIFIER, text, at);
  if (name === "") throw new GoValueError(`expected a value, found "${excerpt(text.slice(at, at + 60))}"`);
  if (name === "nil") return { value: null, end };
  if (name === "true" || name === "false") return { value: name === "true", end };
  // A constant by its own name, without its package.
  return { value: name.slice(name.lastIndexOf(".") + 1), end };
}

/** The content of braces: `Name: value, …`, `"key": value, …`, or values alone. */
function compositeAt(text: string, from: number, depth: number): Read {
  const values: unknown[] = [];
  const fields: Record<string, unknown> = Object.create(null) as Record<string, unknown>;
  let named = 0;
  for (let at = matched(BLANK, text, from).end; ; at = matched(BLANK, text, at).end) {
    if (text[at] === "}") {
      if (named > 0 && values.length > 0)
        throw new GoValueError("expected names for all fields of a struct, or for none");
      return { value: named > 0 ? fields : values, end: at + 1 };
    }
    FIELD.lastIndex = at;
    const name = FIELD.exec(text)?.[1];
    if (name !== undefined) at = FIELD.lastIndex;
    const { value, end } = goLiteralAt(text, at, depth + 1);
    at = matched(BLANK, text, end).end;
    if (name === undefined) values.push(value);
    else {
      named += 1;
      fields[name] = value;
    }
    if (text[at] === ",") at += 1;
    else if (text[at] !== "}")
      throw new GoValueError(`expected "," or "}", found "${excerpt(text.slice(at, at + 60))}"`);
  }
}

function quotedAt(text: string, at: number): Read {
  const quoted = matched(QUOTED, text, at);
  if (quoted.text === "") throw new GoValueError('expected " at the end of a text');
  try {
    // Go's escapes are those of JSON, except \a, \v, \x and octal ones.
    const value: unknown = JSON.parse(quoted.text.replaceAll("\t", "\\t"));
    return { value, end: quoted.end };
  } catch {
    throw new GoValueError(`expected a text with the escapes of JSON, found ${excerpt(quoted.text)}`);
  }
}

/**
 * The struct in braces at an index, as `%+v` prints it.
 *
 * @throws GoValueError if there is none, or its fields have no names
 */
export function goPrintedStructAt(text: string, from: number, depth = 0): Read {
  if (depth > DEPTH_MAX) throw new GoValueError(`expected values within values at most ${DEPTH_MAX} deep`);
  let at = text[from] === "&" ? from + 1 : from;
  if (text[at] !== "{") throw new GoValueError(`expected "{", found "${excerpt(text.slice(at, at + 60))}"`);
  at += 1;
  const fields: Record<string, unknown> = Object.create(null) as Record<string, unknown>;
  for (;;) {
    if (text[at] === "}") return { value: fields, end: at + 1 };
    const name = /^([A-Za-z_]\w*):/.exec(text.slice(at, at + 200))?.[1];
    if (name === undefined)
      throw new GoValueError(
        `expected a field with its name, as %+v prints it, found "${excerpt(text.slice(at, at + 60))}"`,
      );
    const { value, end } = printedAt(text, at + name.length + 1, depth);
    fields[name] = value;
    at = text[end] === " " ? end + 1 : end;
  }
}

/** A value up to the next field of its struct, or the end of it. */
function printedAt(text: string, from: number, depth: number): Read {
  if (text[from] === "{" || text.startsWith("&{", from)) {
    const start = text[from] === "&" ? from + 1 : from;
    return text[start + 1] === "}" ? { value: {}, end: start + 2 } : goPrintedStructAt(text, from, depth + 1);
  }
  // A string has no quotes: it ends before " Name:" or the brace of its struct.
  PRINTED_END.lastIndex = from;
  const end = PRINTED_END.exec(text)?.index ?? text.length;
  return { value: plainValue(text.slice(from, end)), end };
}

/** The value of a string without quotes. */
export function plainValue(text: string): unknown {
  if (text === "<nil>" || text === "nil" || text === "null") return null;
  if (text === "true" || text === "false") return text === "true";
  return /^-?(?:0|[1-9]\d*)(?:\.\d*[1-9])?$/.test(text) ? (exactNumber(text) ?? text) : text;
}

/** The match of a sticky expression at an index, which may be empty. */
function matched(expression: RegExp, text: string, at: number): { readonly text: string; readonly end: number } {
  expression.lastIndex = at;
  const found = expression.exec(text)?.[0] ?? "";
  return { text: found, end: at + found.length };
}
