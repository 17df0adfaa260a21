/** One operation as recorded in a file, before a model gives it a meaning. */
export interface RecordedOperation {
  readonly client: number | string;
  /** The function's name in the file: `read`, `cas`, `push` … */
  readonly f: string;
  /** The key, in formats with a field for it. */
  readonly key: string | number | undefined;
  /** undefined: missing in the file. */
  readonly argument: unknown;
  /** The response; undefined while pending, and where it is missing in the file. */
  readonly output: unknown;
  /** Places in the order of events. */
  readonly invokedAt: number;
  /** undefined: it is unknown whether it took effect. */
  readonly respondedAt: number | undefined;
  /** Line of the invocation, from 1. */
  readonly line: number;
}

/** A recognised record of a file that is not an operation of a client. */
export interface RecordedNote {
  /** An action of Jepsen's nemesis; a line of a log; an annotation of a drawing. */
  readonly kind: "nemesis" | "log" | "annotation";
  /** Its place in the order of events; undefined where the format gives it none. */
  readonly at: number | undefined;
  readonly line: number;
  readonly text: string;
}

/** Receives the operations and notes of a file. */
export interface HistoryReceiver {
  operation(operation: RecordedOperation): void;
  note(note: RecordedNote): void;
}

/** A fault of a file: `file:line: expected …, found …`, on one line whatever the file is called. */
export class HistoryFileError extends Error {
  constructor(file: string, line: number, what: string) {
    super(`${file}:${line}: ${what.replaceAll(/[\p{Cc}\u2028\u2029]+/gu, " ")}`);
    this.name = "HistoryFileError";
  }
}

/** At most 60 characters of a text, for messages. */
export function excerpt(text: string): string {
  const visible = text
    .slice(0, 1_000)
    .replaceAll(/\p{Cc}+/gu, " ")
    .trim();
  return visible.length > 60 ? `${visible.slice(0, 60)}…` : visible;
}
