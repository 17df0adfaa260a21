/**
 * The content of a file besides the checked history: reported with every verdict, so that nothing is silently left out.
 */
import { excludedBy } from "./exclusion.ts";
import type { Exclusion } from "./exclusion.ts";
import type { HistoryFormat } from "./formats/format.ts";
import type { ModelReader, Tally } from "./readable-model.ts";
import type { ReadSummary } from "./read-history.ts";
import type { HistoryReceiver, RecordedNote, RecordedOperation } from "./record.ts";

/** The number of notes of each kind. */
export type NoteCounts = Readonly<Record<RecordedNote["kind"], number>>;

export interface Recording extends Tally {
  readonly format: HistoryFormat;
  /** Operations that did not take effect, according to the file. */
  readonly failed: number;
  readonly notes: NoteCounts;
  /** Operations left out, by the user's exclusion. */
  readonly excluded: Readonly<Record<string, number>>;
  /** The first notes and operations left out, at most {@link KEPT_MAX} of each. */
  readonly firstNotes: readonly RecordedNote[];
  readonly firstExcluded: readonly RecordedOperation[];
}

export const KEPT_MAX = 1_000;

export interface Recorder extends HistoryReceiver {
  /** The line of each operation of the history, by its number. */
  lineOf(number: number): number | undefined;
  recording(summary: ReadSummary): Recording;
}

/** Passes the operations that are not left out to a model's reader, and counts everything else. */
export function createRecorder(reader: ModelReader<unknown>, exclusions: readonly Exclusion[]): Recorder {
  const lines: number[] = [];
  const notes = { nemesis: 0, log: 0, annotation: 0 };
  const excluded: Record<string, number> = Object.fromEntries(exclusions.map(({ text }) => [text, 0]));
  const firstNotes: RecordedNote[] = [];
  const firstExcluded: RecordedOperation[] = [];
  return {
    operation(operation) {
      const exclusion = exclusions.length === 0 ? undefined : excludedBy(exclusions, operation);
      if (exclusion === undefined) {
        if (reader.add(operation)) lines.push(operation.line);
        return;
      }
      excluded[exclusion.text] = (excluded[exclusion.text] ?? 0) + 1;
      if (firstExcluded.length < KEPT_MAX) firstExcluded.push(operation);
    },
    note(note) {
      notes[note.kind] += 1;
      if (firstNotes.length < KEPT_MAX) firstNotes.push(note);
    },
    lineOf: (number) => lines[number],
    recording: ({ format, failed }) => ({
      ...reader.tally,
      format,
      failed,
      notes,
      excluded,
      firstNotes,
      firstExcluded,
    }),
  };
}
