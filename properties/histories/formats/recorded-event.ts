/** What formats that have a record an event hand on, to those who pair invocations and completions themselves. */
import type { HistoryReceiver, RecordedNote } from "../record.ts";
import type { EventType } from "./event-types.ts";

export interface RecordedEvent {
  readonly type: EventType;
  readonly client: number | string;
  /** What a completion has in common with its invocation, where that is not the client. */
  readonly call?: number | string;
  readonly f: string;
  readonly key: string | number | undefined;
  /** The argument of an invocation, the answer of a completion; undefined: the file says nothing. */
  readonly value: unknown;
  readonly line: number;
}

/** Takes what is read of a file, event by event. */
export interface EventReceiver {
  event(event: RecordedEvent): void;
  note(note: RecordedNote): void;
}

/** Takes operations, or events. */
export type Receiver = HistoryReceiver | EventReceiver;
