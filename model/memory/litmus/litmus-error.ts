/** Errors in a litmus test, with their position. */

/** A position in a file, both from 1. */
export interface Position {
  readonly line: number;
  readonly column: number;
}

/** A test that cannot be read, or that asks for something that cannot be decided. */
export class LitmusError extends Error {
  readonly position: Position;

  constructor(message: string, position: Position) {
    super(`${position.line}:${position.column}: ${message}`);
    this.name = "LitmusError";
    this.position = position;
  }
}

/** Line and column of an offset into a text; an offset at its end is the place after the last character. */
export function positionAt(text: string, offset: number): Position {
  let line = 1;
  let start = 0;
  for (let end = text.indexOf("\n"); end !== -1 && end < offset; end = text.indexOf("\n", start)) {
    line++;
    start = end + 1;
  }
  return { line, column: offset - start + 1 };
}
