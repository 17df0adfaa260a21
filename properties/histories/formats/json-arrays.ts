/**
 * Finds the arrays within a JSON text, with each element's text and line: for a history in an object that holds other
 * fields too. Elements are split here, not read.
 */

/** The fault of a JSON text, and its line. */
export class JsonError extends Error {
  readonly line: number;

  constructor(what: string, line: number) {
    super(what);
    this.name = "JsonError";
    this.line = line;
  }
}

export interface JsonElement {
  readonly text: string;
  readonly line: number;
}

export interface ArrayVisitor {
  /**
   * Called for each array that is not empty.
   *
   * @param path the names and indexes that lead to it, from the top
   * @returns the receiver of its elements; undefined to look for arrays within them
   */
  enter(path: readonly (string | number)[], first: JsonElement): ((element: JsonElement) => void) | undefined;
}

/** Depth of nested values; deeper ones are refused. */
const DEPTH_MAX = 200;
const BLANK = /[ \t\r\n]*/y;
const TEXT = /"[^"\\\n]*(?:\\.[^"\\\n]*)*"/y;
const PRIMITIVE = /true|false|null|-?\d+(?:\.\d+)?(?:[eE][-+]?\d+)?/y;
/** Characters that may end a value in brackets, or hide its end. */
const MARK = /["[\]{}]/g;

/**
 * Visits the arrays of a JSON text with one value.
 *
 * @throws JsonError if the text is not one value
 */
export function visitArrays(text: string, visitor: ArrayVisitor): void {
  let line = 1;
  let counted = 0; // lines are counted up to this index
  const lineAt = (at: number): number => {
    for (let next = text.indexOf("\n", counted); next !== -1 && next < at; next = text.indexOf("\n", counted)) {
      line += 1;
      counted = next + 1;
    }
    return line;
  };
  const fail = (at: number, expected: string): never => {
    throw new JsonError(
      `expected ${expected}, ` +
        `found ${at >= text.length ? "the end of the file" : JSON.stringify(text.slice(at, at + 20))}`,
      lineAt(at),
    );
  };
  const matched = (expression: RegExp, at: number): number => {
    expression.lastIndex = at;
    return expression.test(text) ? expression.lastIndex : -1;
  };
  const blank = (at: number): number => matched(BLANK, at);

  /** The end of a value of any kind. */
  function skip(at: number): number {
    const character = text[at];
    if (character !== "{" && character !== "[") {
      const end = matched(character === '"' ? TEXT : PRIMITIVE, at);
      return end === -1 ? fail(at, "a JSON value") : end;
    }
    const closers: string[] = [];
    for (let from = at; ;) {
      MARK.lastIndex = from;
      const mark = MARK.exec(text);
      if (mark === null) return fail(text.length, `"${closers.at(-1) ?? "}"}" for what opens in line ${lineAt(at)}`);
      from = mark.index + 1;
      if (mark[0] === '"') {
        from = matched(TEXT, mark.index);
        if (from === -1) return fail(mark.index, 'a text with a " at its end');
      } else if (mark[0] === "{" || mark[0] === "[") closers.push(mark[0] === "{" ? "}" : "]");
      else if (closers.pop() !== mark[0]) return fail(mark.index, "brackets that match");
      else if (closers.length === 0) return from;
    }
  }

  function visitValue(at: number, path: readonly (string | number)[]): number {
    if (path.length > DEPTH_MAX) return fail(at, `values within values at most ${DEPTH_MAX} deep`);
    if (text[at] === "{") return visitObject(at, path);
    return text[at] === "[" ? visitArray(at, path) : skip(at);
  }

  function visitObject(open: number, path: readonly (string | number)[]): number {
    let at = blank(open + 1);
    if (text[at] === "}") return at + 1;
    for (;;) {
      const end = text[at] === '"' ? skip(at) : fail(at, "the name of a field");
      const name = nameIn(at, end);
      at = blank(end);
      if (text[at] !== ":") fail(at, '":" behind a field\'s name');
      at = blank(visitValue(blank(at + 1), [...path, name]));
      if (text[at] === "}") return at + 1;
      if (text[at] !== ",") fail(at, '"," or "}"');
      at = blank(at + 1);
    }
  }

  function nameIn(at: number, end: number): string {
    try {
      return String(JSON.parse(text.slice(at, end)));
    } catch {
      return fail(at, "the name of a field");
    }
  }

  function visitArray(open: number, path: readonly (string | number)[]): number {
    let at = blank(open + 1);
    if (text[at] === "]") return at + 1;
    const elementAt = (start: number, end: number): JsonElement => ({
      line: lineAt(start),
      text: text.slice(start, end),
    });
    const take = visitor.enter(path, elementAt(at, skip(at)));
    for (let n = 0; ; n += 1) {
      const start = at;
      if (take === undefined) at = visitValue(at, [...path, n]);
      else {
        at = skip(at);
        take(elementAt(start, at));
      }
      at = blank(at);
      if (text[at] === "]") return at + 1;
      if (text[at] !== ",") fail(at, '"," or "]"');
      at = blank(at + 1);
    }
  }

  const end = blank(visitValue(blank(0), []));
  if (end < text.length) fail(end, "the end of the file");
}
