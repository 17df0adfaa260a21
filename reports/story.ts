/**
 * The story of a counterexample in the terminal: threads in columns, one row per access with its source line and the
 * resources its thread holds, and the violation on line one.
 *
 * One thread acts in each row, so columns may overlap: a column is where its thread's rows begin.
 */
import { stripVTControlCharacters, styleText } from "node:util";
import { accessText, type Execution, type Row } from "./recorded-execution.ts";
import { foldRows, type StoryLine } from "./story-folding.ts";
import { repetitionOf } from "./story-repetition.ts";
import { visibleText } from "./visible-text.ts";

/** Highlights text, or returns it unchanged. */
export type Paint = (look: "bad" | "quiet" | "strong", text: string) => string;

export interface StoryOptions {
  /** Last line: the command that replays it. */
  readonly replay?: string;
  /** Most characters of a line; 118 by default. */
  readonly width?: number;
  /** Most rows of the story; 25 by default. The least relevant rows are folded. */
  readonly rowsMax?: number;
  /** The orderings that matter, in words. */
  readonly orderings?: readonly string[];
  /** How far the orderings explain the violation: `alone they fail in 98 of 100 random schedules`. */
  readonly explained?: string;
  /** Steps of the accesses whose order matters. */
  readonly matters?: ReadonlySet<number>;
  /** The ordering that the nearest passing schedule reverses, in words. */
  readonly neighbour?: string;
  /** The operations performed before the threads started, in words. */
  readonly initial?: readonly string[];
  /** First line, if the execution violates nothing. */
  readonly headline?: string;
  readonly paint?: Paint;
}

const WIDTH = 118;

/** Narrower stories name files without their folders, and leave out held resources. */
const WIDTH_FULL = 100;
const ROWS_MAX = 25;

/** Most characters of a row's text before its column narrows the others. */
const TEXT_WIDTH = 48;

/** The paint for a stream: with colours on a terminal that supports them, unless NO_COLOR or the like forbids them. */
export function paintFor(stream: NodeJS.WritableStream): Paint {
  const looks = { bad: ["bold", "red"], quiet: ["dim"], strong: ["bold"] } as const;
  return (look, text) => styleText([...looks[look]], text, { stream });
}

/** The lines of the story, without newlines. */
export function storyOf(execution: Execution, options: StoryOptions = {}): string[] {
  const { paint = (_, text) => text, orderings = [], explained, neighbour, replay } = options;
  const { violation } = execution;
  const lines: string[] = [];
  if (violation !== undefined)
    lines.push(`${paint("bad", `VIOLATED ${visibleText(violation.property)}`)}: ${visibleText(violation.because)}`);
  else lines.push(visibleText(options.headline ?? `${execution.scenario}: nothing is violated`));
  if (options.initial !== undefined && options.initial.length > 0)
    lines.push("", `initial  ${visibleText(options.initial.join(", "))}`);
  const repetition = violation?.property === "progress" ? repetitionOf(execution.rows) : undefined;
  const shown = repetition === undefined ? execution : { ...execution, rows: [...repetition.rows] };
  lines.push("", ...tableOf(shown, options, paint));
  if (repetition !== undefined)
    lines.push(
      paint("quiet", `      … the last ${repetition.round} rows again and again: ${repetition.again} times more`),
    );
  if (orderings.length > 0 || explained !== undefined) {
    lines.push("");
    for (const [index, ordering] of orderings.entries())
      lines.push(`${index === 0 ? "matters" : "    and"}  ${visibleText(ordering)}`);
  }
  if (explained !== undefined)
    lines.push(`${orderings.length === 0 ? "matters" : "       "}  ${paint("quiet", visibleText(explained))}`);
  if (neighbour !== undefined) lines.push(` passes  ${visibleText(neighbour)}`);
  if (replay !== undefined) lines.push("", `${paint("quiet", "replay")}  ${replay}`);
  return lines;
}

function tableOf(
  execution: Execution,
  { width = WIDTH, rowsMax = ROWS_MAX, matters }: StoryOptions,
  paint: Paint,
): string[] {
  const folded = foldRows(execution, { rowsMax, ...(matters === undefined ? {} : { matters }) });
  const full = folded.map((line) => rowOf(line, execution));
  const rows =
    width >= WIDTH_FULL ? full : full.map((row) => ({ ...row, source: row.source.replace(/^.*\//, ""), holds: "" }));
  const columns = columnsOf(execution, rows, width);
  const header = [...columns.starts].reduce((text, [thread, start], index, all) => {
    const end = all[index + 1]?.[1] ?? columns.source;
    return pad(text, start) + fit(visibleText(execution.threads[thread] ?? `thread ${thread}`), end - start - 1);
  }, "");
  return [
    paint("strong", header.trimEnd()),
    ...rows.map((row, index) =>
      lineOf(row, columns, paint, index === rows.length - 1 && execution.violation !== undefined),
    ),
  ];
}

interface StoryRow {
  readonly thread: number;
  readonly number: string;
  readonly text: string;
  readonly source: string;
  readonly holds: string;
  readonly quiet: boolean;
}

interface Columns {
  readonly width: number;
  /** The column in which each thread's rows begin, by thread, in order. */
  readonly starts: ReadonlyMap<number, number>;
  readonly source: number;
  readonly holds: number;
}

function rowOf(line: StoryLine, execution: Execution): StoryRow {
  if (line.kind === "folded") {
    return {
      thread: line.rows[0]?.thread ?? 0,
      number: "",
      text: foldText(line.rows, execution),
      source: "",
      holds: "",
      quiet: true,
    };
  }
  const { row } = line;
  if (row.kind !== "access") {
    const text = row.kind === "begin" ? `▸ ${row.text}` : `◂ ${row.text}`;
    return { thread: row.thread, number: "", text: visibleText(text), source: "", holds: "", quiet: false };
  }
  const text = row.effect === "" ? accessText(row) : `${accessText(row)} ${row.effect}`;
  const source = row.location === undefined ? "" : `${row.location.file}:${row.location.line}`;
  return {
    thread: row.thread,
    number: String(row.step + 1),
    text: visibleText(text),
    source: visibleText(source),
    holds: visibleText(row.holds.join(", ")),
    quiet: false,
  };
}

function foldText(rows: readonly Row[], { threads }: Execution): string {
  const accesses = rows.filter((row) => row.kind === "access");
  const objects = [...new Set(accesses.map(({ object }) => object))].filter((object) => object !== "");
  const who = [...new Set(rows.map(({ thread }) => thread))];
  const by = who.length > 1 ? ` by ${who.map((thread) => threads[thread] ?? thread).join(", ")}` : "";
  const to = objects.length === 0 ? "" : ` to ${objects.slice(0, 3).join(", ")}${objects.length > 3 ? ", …" : ""}`;
  const begun = rows.flatMap((row) => (row.kind === "begin" ? [row.text] : []));
  const what = begun.length === 0 ? "" : `${begun.join(", ")}: `;
  return visibleText(`… ${what}${accesses.length} ${accesses.length === 1 ? "access" : "accesses"}${to}${by}`);
}

function columnsOf({ rows: all, threads: threadNames }: Execution, rows: readonly StoryRow[], width: number): Columns {
  const threads = [...new Set(all.map(({ thread }) => thread))].toSorted((one, other) => one - other);
  const first = Math.max(4, ...rows.map(({ number }) => number.length)) + 2;
  const sourceWidth = Math.max(0, ...rows.map(({ source }) => source.length));
  const holdsWidth = Math.min(24, Math.max(0, ...rows.map(({ holds }) => holds.length)));
  const room = Math.max(30, width - first - sourceWidth - holdsWidth - 4);
  const names = Math.min(
    20,
    Math.max(0, ...threads.slice(0, -1).map((thread) => visibleText(threadNames[thread] ?? "").length)) + 2,
  );
  const longest = Math.min(
    TEXT_WIDTH,
    Math.max(10, ...rows.map(({ text }) => text.length + (text.startsWith("…") ? 0 : 7))),
  );
  const between =
    threads.length < 2
      ? 0
      : Math.max(names, Math.min(longest + 1, Math.floor((room - longest) / (threads.length - 1))));
  const starts = new Map(
    threads.map((thread, index) => [thread, first + Math.min(index * between, Math.max(0, room - 20))]),
  );
  const source = Math.min(first + room, first + between * (threads.length - 1) + longest) + 2;
  return { width, starts, source, holds: source + sourceWidth + (sourceWidth > 0 ? 2 : 0) };
}

function lineOf(
  { thread, number, text, source, holds, quiet }: StoryRow,
  columns: Columns,
  paint: Paint,
  isLast: boolean,
): string {
  const start = columns.starts.get(thread) ?? 0;
  const mark = isLast ? "  ← here" : "";
  const shown = fit(text, columns.source - start - mark.length - 1);
  let line = pad(paint("quiet", number.padStart(Math.min(...columns.starts.values()) - 2)), start);
  line += quiet ? paint("quiet", shown) : isLast ? paint("strong", shown) + paint("bad", mark) : shown;
  if (source !== "") line = pad(line, columns.source) + paint("quiet", fit(source, columns.width - columns.source));
  if (holds !== "") line = pad(line, columns.holds) + paint("quiet", fit(holds, columns.width - columns.holds));
  return line.trimEnd();
}

/** Pads to a visible width: colours have none. */
function pad(text: string, width: number): string {
  return text + " ".repeat(Math.max(0, width - stripVTControlCharacters(text).length));
}

function fit(text: string, width: number): string {
  return text.length <= width ? text : `${text.slice(0, Math.max(0, width - 1))}…`;
}
