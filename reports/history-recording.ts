/**
 * The contents of a recorded file, in words: its format, and everything that is not part of the checked history.
 */
import { FORMAT_NAMES } from "#properties/histories/formats/format.ts";
import type { LongestPrefix } from "#properties/linearizability/longest-prefix.ts";
import type { NoteCounts, Recording } from "#properties/histories/recording.ts";
import { visibleText } from "./visible-text.ts";

/** Additional facts about an outcome: the recording, and how far it can be explained. */
export interface RecordedOutcome {
  readonly recording: Recording;
  /** Lines of the named operations, by their numbers. */
  readonly lines: Readonly<Record<number, number>>;
  readonly prefix: LongestPrefix<unknown, unknown> | undefined;
}

/** `EDN; failed: 3; notes: nemesis 2; left out by --exclude: drain 3`. */
export function recordingText(recording: Recording): string {
  const { format, failed, refused, unseen, leftOut, notes, excluded } = recording;
  const counts = { failed, refused, "responses not seen": unseen, "left out by the module": leftOut };
  return [
    FORMAT_NAMES[format],
    ...Object.entries(counts).flatMap(([what, count]) => (count === 0 ? [] : [`${what}: ${count}`])),
    ...notesText(notes),
    ...countsText("left out by --exclude", Object.entries(excluded)),
  ].join("; ");
}

/** `EDN; notes: nemesis 2`. */
export function readingText({ format, notes }: Pick<Recording, "format" | "notes">): string {
  return [FORMAT_NAMES[format], ...notesText(notes)].join("; ");
}

function notesText(notes: NoteCounts): string[] {
  return countsText(
    "notes",
    Object.entries(notes).filter(([, count]) => count > 0),
  );
}

function countsText(what: string, counts: readonly (readonly [string, number])[]): string[] {
  if (counts.length === 0) return [];
  return [`${what}: ${counts.map(([name, count]) => `${visibleText(name)} ${count}`).join(", ")}`];
}
