/**
 * Reads EDN (https://github.com/edn-format/edn) as Clojure prints it, with every digit.
 *
 * Numbers, strings, booleans and nil become JavaScript primitives; vectors and lists become arrays, maps a Map, sets a
 * Set; keywords, characters, symbols and tagged values become literals. A collection that is the key of a map or the
 * member of a set becomes a literal there.
 */
import { exactNumber } from "#model/exact-number.ts";
import { Literal } from "#model/literal.ts";
import { ednText } from "../edn-text.ts";
import { excerpt } from "../record.ts";

/** The fault of a text, and its index. */
export class EdnError extends Error {
  readonly at: number;

  constructor(what: string, at: number) {
    super(what);
    this.name = "EdnError";
    this.at = at;
  }
}

/** Depth of nested values; deeper ones are refused. */
const DEPTH_MAX = 200;

/** A bounded cache of keywords and symbols: most of them recur often. */
const names = new Map<string, Literal>();
const NAMES_MAX = 1_000;

const SPACE = " ".charCodeAt(0);
const HASH = "#".charCodeAt(0);
const COMMA = ",".charCodeAt(0);
const MINUS = "-".charCodeAt(0);
const ZERO = "0".charCodeAt(0);
const SEMICOLON = ";".charCodeAt(0);
const CLOSING_BRACKET = "]".charCodeAt(0);
const CLOSING_BRACE = "}".charCodeAt(0);
const DELETE = 0x7f;

const BLANK = /(?:[\s,]|;[^\n]*)*/y;
const TOKEN = /[^\s,;"()[\]{}]+/y;
const NUMBER = /^[+-]?(?:0|[1-9]\d*)(?:N|\/[1-9]\d*|(?:\.\d*)?(?:[eE][+-]?\d+)?M?)$/;
const STRING_END = /["\\]/g;
const ESCAPES: Readonly<Record<string, string>> = { t: "\t", r: "\r", n: "\n", b: "\b", f: "\f", "\\": "\\", '"': '"' };
const CHARACTER_NAMES: Readonly<Record<string, string>> = {
  newline: "\n",
  space: " ",
  tab: "\t",
  return: "\r",
  backspace: "\b",
  formfeed: "\f",
};

/**
 * The only value in a text.
 *
 * @throws EdnError if there is none, or more than one
 */
export function ednValue(text: string): unknown {
  const { value, end } = ednValueAt(text, 0);
  const rest = afterBlank(text, end, 0);
  if (rest < text.length) throw new EdnError(`expected nothing more, found "${excerpt(text.slice(rest))}"`, rest);
  return value;
}

/**
 * The value that begins at or after an index, and where it ends.
 *
 * @throws EdnError if there is none
 */
export function ednValueAt(text: string, at: number): { readonly value: unknown; readonly end: number } {
  return valueAt(text, at, 0);
}

/** The tag in front of a map, as in `#jepsen.history.Op{…}`, and where the map begins; undefined if there is none. */
export function taggedMapAt(text: string): number | undefined {
  const match = /^#[A-Za-z][\w.$*+!?/-]*\s*(?=\{)/.exec(text);
  return match?.[0].length;
}

function afterBlank(text: string, at: number, depth: number): number {
  for (let place = at; ;) {
    let code = text.charCodeAt(place);
    while (code === SPACE || code === COMMA) code = text.charCodeAt((place += 1));
    if (code > HASH && code < DELETE && code !== SEMICOLON) return place; // usually a value follows soon
    BLANK.lastIndex = place;
    BLANK.test(text);
    place = BLANK.lastIndex;
    if (!text.startsWith("#_", place)) return place;
    place = valueAt(text, place + 2, depth + 1).end; // discarded by its author, like a comment
  }
}

interface Read {
  readonly value: unknown;
  readonly end: number;
}

function valueAt(text: string, from: number, depth: number): Read {
  if (depth > DEPTH_MAX) throw new EdnError(`expected values within values at most ${DEPTH_MAX} deep`, from);
  const at = afterBlank(text, from, depth);
  switch (text[at]) {
    case undefined:
      throw new EdnError("expected a value, found the end", at);
    case '"':
      return stringAt(text, at);
    case "\\":
      return characterAt(text, at);
    case "[":
      return sequenceAt(text, at + 1, "]", depth);
    case "(":
      return sequenceAt(text, at + 1, ")", depth);
    case "{":
      return mapAt(text, at, depth);
    case "#":
      return dispatchedAt(text, at, depth);
    case "]":
    case ")":
    case "}":
      throw new EdnError(`expected a value, found "${text[at]}"`, at);
    default:
      return tokenAt(text, at);
  }
}

/** The number of digits that a double always keeps. */
const DIGITS_MAX = 15;

/** A whole number of few digits, the common case; undefined for any other token. */
function shortNumberAt(text: string, at: number): Read | undefined {
  const isNegative = text.charCodeAt(at) === MINUS;
  const from = isNegative ? at + 1 : at;
  let value = 0;
  let end = from;
  for (let digit = text.charCodeAt(end) - ZERO; digit >= 0 && digit <= 9; digit = text.charCodeAt(end) - ZERO) {
    value = 10 * value + digit;
    end += 1;
  }
  const length = end - from;
  if (length === 0 || length > DIGITS_MAX || (length > 1 && text.charCodeAt(from) === ZERO)) return undefined;
  const behind = text.charCodeAt(end);
  if (behind !== SPACE && behind !== COMMA && behind !== CLOSING_BRACKET && behind !== CLOSING_BRACE) return undefined;
  return { value: isNegative && value !== 0 ? -value : value, end };
}

function tokenAt(text: string, at: number): Read {
  const number = shortNumberAt(text, at);
  if (number !== undefined) return number;
  TOKEN.lastIndex = at;
  const token = TOKEN.exec(text)?.[0] ?? "";
  const end = at + token.length;
  if (token === "nil") return { value: null, end };
  if (token === "true" || token === "false") return { value: token === "true", end };
  if (/^[+-]?\d/.test(token)) {
    const exact = NUMBER.test(token) ? exactNumber(token.replace(/[NM]$/, "").replace(/\.(?=$|[eE])/, "")) : undefined;
    if (exact === undefined) throw new EdnError(`expected a number, found "${excerpt(token)}"`, at);
    return { value: exact, end };
  }
  const known = names.get(token);
  if (known !== undefined) return { value: known, end };
  // The rest are keywords and symbols.
  if (!/^:?[^\s:#'`@^~\\][^`@^~\\]*$/.test(token))
    throw new EdnError(`expected a value, found "${excerpt(token)}"`, at);
  const name = Literal.of(token);
  if (names.size < NAMES_MAX) names.set(token, name);
  return { value: name, end };
}

function stringAt(text: string, at: number): Read {
  let value = "";
  for (let from = at + 1; ;) {
    STRING_END.lastIndex = from;
    const found = STRING_END.exec(text);
    if (found === null) throw new EdnError("expected the end of a text, found the end", at);
    value += text.slice(from, found.index);
    if (found[0] === '"') return { value, end: found.index + 1 };
    const escape = text[found.index + 1] ?? "";
    const plain = Object.hasOwn(ESCAPES, escape) ? ESCAPES[escape] : undefined;
    const hex = escape === "u" ? /^[0-9a-fA-F]{4}/.exec(text.slice(found.index + 2, found.index + 6)) : null;
    if (plain === undefined && hex === null)
      throw new EdnError(`Unexpected escape character: \\${escape}`, found.index);
    value += plain ?? String.fromCharCode(parseInt(hex?.[0] ?? "", 16));
    from = found.index + (hex === null ? 2 : 6);
  }
}

function characterAt(text: string, at: number): Read {
  // The first character can be any: \( and \" are characters too.
  const first = String.fromCodePoint(text.codePointAt(at + 1) ?? 32);
  TOKEN.lastIndex = at + 1 + first.length;
  const name = first + (TOKEN.exec(text)?.[0] ?? "");
  const end = at + 1 + name.length;
  const hex = /^u([0-9a-fA-F]{4})$/.exec(name);
  const character =
    name === first
      ? first
      : Object.hasOwn(CHARACTER_NAMES, name)
        ? CHARACTER_NAMES[name]
        : hex === null
          ? undefined
          : String.fromCharCode(parseInt(hex[1] ?? "", 16));
  if (character === undefined || /^\s$/.test(first))
    throw new EdnError(`expected a character, found "${excerpt(`\\${name}`)}"`, at);
  return { value: characterLiteral(character), end };
}

/** One literal for a character, in any spelling. */
function characterLiteral(character: string): Literal {
  for (const [name, each] of Object.entries(CHARACTER_NAMES)) if (each === character) return Literal.of(`\\${name}`);
  return Literal.of(`\\${character}`);
}

function sequenceAt(text: string, from: number, closer: string, depth: number): Read {
  const values: unknown[] = [];
  for (let at = afterBlank(text, from, depth); ; at = afterBlank(text, at, depth)) {
    if (text[at] === closer) return { value: values, end: at + 1 };
    const { value, end } = valueAt(text, at, depth + 1);
    values.push(value);
    at = end;
  }
}

function mapAt(text: string, at: number, depth: number): Read {
  const { value: values, end } = sequenceAt(text, at + 1, "}", depth) as { value: unknown[]; end: number };
  if (values.length % 2 === 1) throw new EdnError("expected a value for each key of a map", at);
  const map = new Map<unknown, unknown>();
  for (let i = 0; i < values.length; i += 2) {
    const key = asMember(values[i]);
    if (map.has(key)) throw new EdnError(`expected each key once, found ${excerpt(ednText(key))} again`, at);
    map.set(key, values[i + 1]);
  }
  return { value: map, end };
}

/** A value that begins with #: a set, a number that is not finite, a tagged value. */
function dispatchedAt(text: string, at: number, depth: number): Read {
  if (text[at + 1] === "{") {
    const { value: values, end } = sequenceAt(text, at + 2, "}", depth) as { value: unknown[]; end: number };
    const members = new Set(values.map(asMember));
    if (members.size < values.length) throw new EdnError("expected each member of a set once", at);
    return { value: members, end };
  }
  TOKEN.lastIndex = at;
  const token = TOKEN.exec(text)?.[0] ?? "";
  if (/^##-?(?:Inf|NaN)$/.test(token)) return { value: Literal.of(token), end: at + token.length };
  // A tag may precede a character or a string without a blank.
  const tag = /^#:{0,2}[A-Za-z][\w.$*+!?/<>=|&%-]*/.exec(token)?.[0];
  if (tag === undefined) throw new EdnError(`expected a value, found "${excerpt(text.slice(at))}"`, at);
  const { value, end } = valueAt(text, at + tag.length, depth + 1);
  return { value: Literal.of(`${tag} ${ednText(value)}`), end };
}

/** A value as the key of a map or the member of a set: equal values are identical. */
function asMember(value: unknown): unknown {
  return typeof value === "object" && value !== null && !(value instanceof Literal)
    ? Literal.of(ednText(value))
    : value;
}
