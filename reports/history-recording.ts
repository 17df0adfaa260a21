/** What was read of a recorded history, in words: its format, and all that is no part of the history that was checked. */
import { FORMAT_NAMES } from "#properties/histories/formats/format.ts";
import type { Recording } from "#properties/histories/recording.ts";
import { visibleText } from "./visible-text.ts";

/** A recording, and the lines of the operations that an outcome names, by their numbers. */
export interface RecordedOutcome {
  readonly recording: Recording;
  readonly lines: Readonly<Record<number, number>>;
}

const NOTES: Readonly<Record<keyof Recording["notes"], string>> = {
  nemesis: "of the nemesis",
  log: "of the log",
  annotation: "annotations",
};

/** `EDN, 3 that failed, 2 notes (2 of the nemesis), left out by --exclude: 3 of drain`. */
export function recordingText(recording: Recording): string {
  const { format, failed, refused, unseen, leftOut, notes, excluded } = recording;
  const kinds = Object.entries(NOTES).flatMap(([kind, name]) => {
    const count = notes[kind as keyof Recording["notes"]];
    return count === 0 ? [] : [`${count} ${name}`];
  });
  const noteCount = notes.nemesis + notes.log + notes.annotation;
  return [
    FORMAT_NAMES[format],
    ...(failed === 0 ? [] : [`${failed} that failed`]),
    ...(refused === 0 ? [] : [`${refused} that were refused`]),
    ...(unseen === 0 ? [] : [`${unseen} with an answer that nobody saw`]),
    ...(leftOut === 0 ? [] : [`${leftOut} left out by the module`]),
    ...(noteCount === 0 ? [] : [`${noteCount} ${noteCount === 1 ? "note" : "notes"} (${kinds.join(", ")})`]),
    ...(Object.keys(excluded).length === 0
      ? []
      : [
          `left out by --exclude: ${Object.entries(excluded)
            .map(([text, count]) => `${count} of ${visibleText(text)}`)
            .join(", ")}`,
        ]),
  ].join(", ");
}
