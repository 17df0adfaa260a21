/** One operation as a file tells it, before a model gives it a meaning. */
export interface RecordedOperation {
  readonly client: number | string;
  /** The function's name as the file has it: `read`, `cas`, `push` … */
  readonly f: string;
  /** The key, in formats that have one. */
  readonly key: string | undefined;
  readonly argument: unknown;
  /** The answer; undefined while pending. */
  readonly output: unknown;
  /** Places in the order of events. */
  readonly invokedAt: number;
  /** undefined: nobody knows whether it took effect. */
  readonly respondedAt: number | undefined;
  /** Line of the invocation, from 1. */
  readonly line: number;
}

/** Where a file is at fault: `file:line: expected …, found …`. */
export class HistoryFileError extends Error {
  constructor(file: string, line: number, what: string) {
    super(`${file}:${line}: ${what}`);
    this.name = "HistoryFileError";
  }
}

/** At most 60 characters of a text, for messages. */
export function excerpt(text: string): string {
  const visible = text.replaceAll(/\p{Cc}+/gu, " ").trim();
  return visible.length > 60 ? `${visible.slice(0, 60)}…` : visible;
}
