/**
 * The trace file: one execution, small enough to mail and strict enough to stay replayable.
 *
 * Versioned JSON. It holds the whole scenario, not only its name, so that a trace survives when scenarios are renamed
 * or changed. `choices` records which thread made each access, `accesses` what each access was: replay compares both.
 * Equal traces are equal bytes. Everything read from a trace is untrusted: sizes, depth and types are checked before
 * anything is run, and names in it must be shown with `visibleText`.
 */
import { readFileSync, statSync } from "node:fs";
import { z } from "zod";
import { visibleText } from "#reports/visible-text.ts";
import { writeWholeFile } from "#fuzz/host/write-file.ts";
import { InputError } from "#fuzz/host/input-error.ts";

const TRACE_FORMAT = "quiesce-trace";
const TRACE_VERSION = 1;

/** Bytes a trace file may have. */
const BYTES_MAX = 64 * 1024 * 1024;

/** Brackets that may be open at once: a trace has about six. */
const DEPTH_MAX = 64;

/** Accesses that a trace may schedule. */
const ACCESSES_MAX = 1_000_000;

const name = z.string().min(1).max(200);
const line = z.string().max(10_000);
const Choices = z.array(z.tuple([z.int().min(0).max(1_000_000), z.int().min(1).max(ACCESSES_MAX)]));

const TraceSchema = z.strictObject({
  format: z.literal(TRACE_FORMAT),
  version: z.literal(TRACE_VERSION),
  codeVersion: name,
  /** The scenario that ran. Its system defines and checks the remaining fields. */
  scenario: z.looseObject({ name, system: name }),
  /** The bug of the museum that had been reintroduced into the code. */
  bug: z
    .string()
    .regex(/^[a-z0-9][a-z0-9-]{0,99}$/)
    .optional(),
  /** The user's module that its system comes from: a path below the folder that commands are typed in. */
  module: z
    .string()
    .regex(/^(?!\/|.*(^|\/)\.\.(\/|$))[^\0:\\]{1,500}$/)
    .optional(),
  /** The strategy that found it. */
  strategy: name.optional(),
  seed: z.int().optional(),
  /** The machine's settings, where they differ from the defaults. */
  machine: z
    .strictObject({
      dataRaces: z.boolean().optional(),
      lockOrder: z.boolean().optional(),
      leaks: z.boolean().optional(),
      checksRest: z.boolean().optional(),
      accessesMax: z.int().min(1).max(ACCESSES_MAX).optional(),
    })
    .optional(),
  /**
   * The threads in the order of their accesses, by number: pairs of a thread and how many accesses it makes in a row.
   */
  choices: Choices,
  /** A text for each access. Absent in a trace written by hand. */
  accesses: z.array(line).optional(),
  violation: z.strictObject({ property: name, because: line }).optional(),
  /** The orderings that matter, as text. */
  orderings: z.array(line).optional(),
  /** The nearest schedule that passes, and the ordering that it reverses. */
  neighbour: z.strictObject({ because: line, choices: Choices }).optional(),
});

export type Trace = z.infer<typeof TraceSchema>;

/** The contents of a trace apart from its format. */
export type TraceParts = Omit<Trace, "format" | "version">;

/** A trace that cannot be used; the message gives the reason, in one line that is safe to print. */
export class TraceError extends InputError {}

export function traceOf(parts: TraceParts): Trace {
  return { format: TRACE_FORMAT, version: TRACE_VERSION, ...parts };
}

/**
 * Reads a trace file.
 *
 * @throws TraceError when it cannot be read, is larger than 64 MiB, or is no trace
 */
export function readTrace(path: string): Trace {
  const shown = visibleText(path);
  let text: string;
  try {
    const file = statSync(path);
    // A device or a pipe has no size to check, and may never end.
    if (file.isDirectory())
      throw new TraceError(`${shown} is a folder; name a trace file such as reports/out/<name>.trace.json`);
    if (!file.isFile()) throw new TraceError(`${shown} is no regular file; copy the trace to a file first`);
    if (file.size > BYTES_MAX)
      throw new TraceError(`${shown} has ${file.size} bytes, and a trace has at most ${BYTES_MAX}`);
    text = readFileSync(path, "utf8");
  } catch (error) {
    if (error instanceof TraceError) throw error;
    throw new TraceError(
      `cannot read ${shown}: ${readReason(error)}; name a trace file such as reports/out/<name>.trace.json`,
      { cause: error },
    );
  }
  return parseTrace(text, shown);
}

/**
 * Parses a trace; `from` names its origin in messages.
 *
 * @throws TraceError for text that is no trace of this version
 */
export function parseTrace(text: string, from: string): Trace {
  if (text.length > BYTES_MAX)
    throw new TraceError(`${from} has ${text.length} characters, and a trace has at most ${BYTES_MAX}`);
  if (text.trim() === "") throw new TraceError(`${from} is empty, and should be a trace`);
  const depth = nestingOf(text);
  if (depth > DEPTH_MAX)
    throw new TraceError(`${from} nests its brackets more than ${DEPTH_MAX} deep, and a trace does not`);
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    const why = error instanceof Error ? visibleText(error.message) : "";
    throw new TraceError(`${from} is no JSON: ${shortened(why)}; was it cut off, or edited?`, { cause: error });
  }
  checkFormat(value, from);
  const parsed = TraceSchema.safeParse(value);
  if (!parsed.success) throw new TraceError(`${from} is no trace: ${describeIssue(parsed.error)}`);
  checkLengths(parsed.data, from);
  return parsed.data;
}

/** The text of a trace: one line per field, and one line per access. */
export function serialiseTrace(trace: Trace): string {
  // The schema outputs the fields in its own order, regardless of the input order.
  const fields = Object.entries(TraceSchema.parse(trace)).filter(([, value]) => value !== undefined);
  const lines = fields.map(
    ([field, value]) =>
      `  ${JSON.stringify(field)}: ${Array.isArray(value) ? listText(field, value) : JSON.stringify(value)}`,
  );
  return `{\n${lines.join(",\n")}\n}\n`;
}

/** @throws InputError if the file cannot be written */
export function writeTrace(path: string, trace: Trace): void {
  writeWholeFile(path, serialiseTrace(trace));
}

/** The thread of each access, from pairs of a thread and a number of accesses. */
export function expandChoices(pairs: Trace["choices"]): Int32Array {
  const choices = new Int32Array(pairs.reduce((sum, [, count]) => sum + count, 0));
  let at = 0;
  for (const [thread, count] of pairs) {
    choices.fill(thread, at, at + count);
    at += count;
  }
  return choices;
}

export function compressChoices(choices: ArrayLike<number>): Trace["choices"] {
  const pairs: [number, number][] = [];
  for (let at = 0; at < choices.length; at++) {
    const thread = choices[at] as number;
    const last = pairs.at(-1);
    if (last?.[0] === thread) last[1]++;
    else pairs.push([thread, 1]);
  }
  return pairs;
}

function listText(field: string, values: readonly unknown[]): string {
  if (field === "choices" || values.length === 0) return JSON.stringify(values);
  return `[\n${values.map((value) => `    ${JSON.stringify(value)}`).join(",\n")}\n  ]`;
}

/** Reports a different format or version plainly, before the schema lists missing fields. */
function checkFormat(value: unknown, from: string): void {
  if (typeof value !== "object" || value === null || !("format" in value) || value.format !== TRACE_FORMAT) {
    throw new TraceError(`${from} is JSON, but no trace: it has no "format": "${TRACE_FORMAT}"`);
  }
  if (!("version" in value) || value.version !== TRACE_VERSION) {
    const version =
      "version" in value ? shortened(visibleText(JSON.stringify(value.version) ?? "undefined")) : "missing";
    throw new TraceError(
      `${from}: its version is ${version}, and this quiesce reads version ${TRACE_VERSION}; ` +
        `replay it with the quiesce that wrote it`,
    );
  }
}

function checkLengths({ choices, neighbour, accesses }: Trace, from: string): void {
  const scheduled = choices.reduce((sum, [, count]) => sum + count, 0);
  const beside = neighbour?.choices.reduce((sum, [, count]) => sum + count, 0) ?? 0;
  if (Math.max(scheduled, beside) > ACCESSES_MAX) {
    throw new TraceError(
      `${from} schedules ${Math.max(scheduled, beside)} accesses, and a trace has at most ${ACCESSES_MAX}`,
    );
  }
  if (accesses !== undefined && accesses.length !== scheduled) {
    throw new TraceError(
      `${from} is no trace: its choices schedule ${scheduled} accesses, and its accesses are ${accesses.length}`,
    );
  }
}

/** The maximum number of brackets open at once; those in strings do not count. Stops counting past the limit. */
function nestingOf(text: string): number {
  let depth = 0;
  let deepest = 0;
  let inString = false;
  for (let at = 0; at < text.length && deepest <= DEPTH_MAX; at++) {
    const code = text.charCodeAt(at);
    if (inString) {
      if (code === 0x5c) at++;
      else if (code === 0x22) inString = false;
    } else if (code === 0x22) inString = true;
    else if (code === 0x5b || code === 0x7b) deepest = Math.max(deepest, ++depth);
    else if (code === 0x5d || code === 0x7d) depth--;
  }
  return deepest;
}

/** The first thing wrong, with the path to it: `choices[3][0]: …`. */
function describeIssue({ issues }: z.ZodError): string {
  const issue = issues[0];
  if (issue === undefined) return "it does not fit the schema";
  const path = issue.path.map((part) => (typeof part === "number" ? `[${part}]` : `.${String(part)}`)).join("");
  return shortened(visibleText(`${path === "" ? "" : `${path.replace(/^\./, "")}: `}${issue.message}`));
}

function shortened(text: string): string {
  return text.length > 200 ? `${text.slice(0, 200)}…` : text;
}

function readReason(error: unknown): string {
  const code = error instanceof Error && "code" in error ? error.code : undefined;
  if (code === "ENOENT") return "there is no such file";
  if (code === "EACCES") return "no permission";
  return error instanceof Error ? visibleText(error.message) : "unknown reason";
}
