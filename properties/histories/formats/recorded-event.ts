/** Events of formats with one record per event, for receivers that pair invocations and completions themselves. */
import type { HistoryReceiver, RecordedNote } from "../record.ts";
import type { EventType } from "./event-types.ts";

export interface RecordedEvent {
  readonly type: EventType;
  readonly client: number | string;
  /** The value that pairs a completion with its invocation, where that is not the client. */
  readonly call?: number | string;
  readonly f: string;
  readonly key: string | number | undefined;
  /** The argument of an invocation or the response of a completion; undefined if the file has none. */
  readonly value: unknown;
  readonly line: number;
}

/** Takes a file event by event. */
export interface EventReceiver {
  event(event: RecordedEvent): void;
  note(note: RecordedNote): void;
}

/** Takes operations, or events. */
export type Receiver = HistoryReceiver | EventReceiver;
