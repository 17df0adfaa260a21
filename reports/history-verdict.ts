/** The verdict on one recorded history, as readable text. */
import type { CheckVerdict } from "#properties/linearizability/check.ts";
import type { Explanation } from "#properties/linearizability/explain.ts";
import type { LongestPrefix } from "#properties/linearizability/longest-prefix.ts";
import { recordingText } from "./history-recording.ts";
import type { RecordedOutcome } from "./history-recording.ts";
import { completedText, historyText } from "./history-text.ts";
import { visibleText } from "./visible-text.ts";

/** Most operations of a counterexample whose lines are printed. */
const PLACES_MAX = 40;

/** @param recorded the file's contents besides the history, if known */
export function outcomeText(
  file: string,
  outcome: CheckVerdict | Explanation<unknown, unknown>,
  recorded?: RecordedOutcome,
): string {
  const name = visibleText(file);
  const read = recorded === undefined ? "" : `; read as ${recordingText(recorded.recording)}`;
  switch (outcome.kind) {
    case "holds": {
      const keys = outcome.parts === 1 ? "" : ` in ${outcome.parts} keys`;
      return `holds    ${name}  ${outcome.operations} operations${keys}, decided by ${outcome.decidedBy}${read}`;
    }
    case "unknown": {
      const key = outcome.key === undefined ? "" : ` of key ${visibleText(String(outcome.key))}`;
      const open = outcome.open.length === 0 ? "" : `, ${outcome.open.length} operations open`;
      return (
        `unknown  ${name}  stopped at its ${outcome.because} bound: ` +
        `${outcome.explained} of ${outcome.operations} operations${key} explained, ` +
        `${outcome.configurations} configurations there${open}${read}`
      );
    }
    case "violated": {
      if (!("orders" in outcome)) return `VIOLATED ${name}: ${visibleText(outcome.because)}${read}`;
      const behind = recorded === undefined ? [] : ["", ...behindText(outcome, recorded)];
      return `${[name, historyText(outcome), ...behind].join("\n")}\n`;
    }
  }
}

/** The lines of the operations in the file, how far it can be explained, and the format it was read as. */
function behindText(
  { indices, key }: Explanation<unknown, unknown>,
  { recording, lines, prefix }: RecordedOutcome,
): string[] {
  const places = indices.map((index, i) => `${i + 1} in line ${lines[index] ?? "?"}`).join(", ");
  return [
    ...(indices.length > PLACES_MAX ? [] : [`in the file: ${places}`]),
    ...(prefix === undefined ? [] : [prefixText(prefix, key, lines)]),
    `${recording.taken} operations, read as ${recordingText(recording)}`,
  ];
}

/** How far a history can be explained, in a sentence. */
export function prefixText(
  prefix: LongestPrefix<unknown, unknown>,
  key: string | number | undefined,
  lines: Readonly<Record<number, number>>,
): string {
  const { explained, unexplained, responses, next, operations, indices } = prefix;
  const operation = operations[indices.indexOf(next)];
  const of = key === undefined ? "" : ` of key ${visibleText(String(key))}`;
  const nextText =
    operation === undefined ? "" : ` (client ${visibleText(`${operation.client}: ${completedText(operation)}`)})`;
  const isExact = unexplained === explained + 1;
  const count = isExact ? `${explained}` : `between ${explained} and ${unexplained - 1}`;
  return (
    `the longest linearizable prefix has ${count} of ${responses} responses${of}; ` +
    `${isExact ? "the next is that" : "it ends before that"} of line ${lines[next] ?? "?"}${nextText}`
  );
}
