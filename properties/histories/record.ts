/** One operation as a file tells it, before a model gives it a meaning. */
export interface RecordedOperation {
  readonly client: number | string;
  /** The function's name as the file has it: `read`, `cas`, `push` … */
  readonly f: string;
  /** The key, in formats that have one of its own. */
  readonly key: string | number | undefined;
  /** undefined: the file says nothing of it. */
  readonly argument: unknown;
  /** The answer; undefined while pending, and where the file says nothing of it. */
  readonly output: unknown;
  /** Places in the order of events. */
  readonly invokedAt: number;
  /** undefined: nobody knows whether it took effect. */
  readonly respondedAt: number | undefined;
  /** Line of the invocation, from 1. */
  readonly line: number;
}

/** What a file says beside the operations of clients, and is known as such. */
export interface RecordedNote {
  /** What Jepsen's nemesis did; a line of a log; an annotation of a drawing. */
  readonly kind: "nemesis" | "log" | "annotation";
  /** Its place in the order of events; undefined where the format gives it none. */
  readonly at: number | undefined;
  readonly line: number;
  readonly text: string;
}

/** Takes what is read of a file. */
export interface HistoryReceiver {
  operation(operation: RecordedOperation): void;
  note(note: RecordedNote): void;
}

/** Where a file is at fault: `file:line: expected …, found …`, in one line whatever names the file has. */
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
