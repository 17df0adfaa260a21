/**
 * The mutants of a file, all in one text, each behind a switch of its own (mutant schemata: Untch, Offutt and Harrold,
 * "Mutation analysis using mutant schemata", ISSTA 1993). Stryker's instrumenter makes them.
 *
 * Left out, as mutants that no gate can or need kill: empty object literals, which the compiler refuses, and empty texts
 * in calls, which are names and messages for people.
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { Instrumenter } from "@stryker-mutator/instrumenter";
import { projectRoot } from "#fuzz/host/project-root.ts";

/** Line and column count from 1. */
export interface Position {
  readonly line: number;
  readonly column: number;
}

export interface Mutant {
  /** Among those of its file, from 0. */
  readonly number: number;
  /** What made it, as Stryker names it. */
  readonly mutator: string;
  readonly replacement: string;
  readonly start: Position;
  /** Behind its last character. */
  readonly end: Position;
  /** Why it is not tried. */
  readonly ignored?: string;
}

export interface InstrumentedFile {
  /** From the root of the project, with slashes. */
  readonly file: string;
  /** As it stands. */
  readonly source: string;
  readonly mutants: readonly Mutant[];
  /** The text with all mutants behind switches, which are numbered from `first`. */
  instrumented(first: number): string;
}

const IGNORED_NAMES = "a name or a message, which people read";
const IGNORED_OBJECTS = "the compiler refuses it: an object without its fields";

const quiet = {
  isTraceEnabled: () => false,
  isDebugEnabled: () => false,
  isInfoEnabled: () => false,
  isWarnEnabled: () => false,
  isErrorEnabled: () => false,
  isFatalEnabled: () => false,
  trace() {},
  debug() {},
  info() {},
  warn() {},
  error() {},
  fatal() {},
};

/** What the switches are called, in text that the instrumenter has made. */
const IS_ACTIVE = "stryMutAct_9fa48";
const COVER = "stryCov_9fa48";
const SWITCHES = new RegExp(String.raw`\b(${IS_ACTIVE}|${COVER})\(((?:"\d+"(?:,\s*)?)+)\)`, "g");

const ACTIVE_MUTANT = "#fuzz/campaign/mutants/active-mutant.ts";
const HEADER = `import { isActive as ${IS_ACTIVE}, cover as ${COVER} } from ${JSON.stringify(ACTIVE_MUTANT)};\n`;

const made = new Map<string, Promise<InstrumentedFile>>();

/** The file with its mutants, made once a thread: equal text gives equal mutants, with equal numbers. */
export function instrumentedFile(file: string): Promise<InstrumentedFile> {
  const known = made.get(file) ?? instrument(file, readFileSync(join(projectRoot, file), "utf8"));
  made.set(file, known);
  return known;
}

/** @throws Error if the text is no TypeScript */
export async function instrument(file: string, source: string): Promise<InstrumentedFile> {
  const { files, mutants } = await new Instrumenter(quiet).instrument([{ name: file, mutate: true, content: source }], {
    plugins: null,
    excludedMutations: ["ObjectLiteral"],
    noHeader: true,
    ignorers: [{ shouldIgnore: (path) => (isTextInCall(path) ? IGNORED_NAMES : undefined) }],
  });
  const text = files[0]?.content ?? source;
  return {
    file,
    source,
    mutants: mutants.map(({ mutatorName, replacement, location: { start, end }, statusReason }, number) => ({
      number,
      mutator: mutatorName,
      replacement,
      start: { line: start.line + 1, column: start.column + 1 },
      end: { line: end.line + 1, column: end.column + 1 },
      ...(statusReason !== undefined && { ignored: mutatorName === "ObjectLiteral" ? IGNORED_OBJECTS : statusReason }),
    })),
    instrumented: (first) =>
      HEADER +
      text.replaceAll(
        SWITCHES,
        (_, name: string, numbers: string) =>
          `${name}(${numbers.replaceAll(/"(\d+)"/g, (_, digits: string) => String(first + Number(digits)))})`,
      ),
  };
}

/** Is it a text that a call or a `new` is given? */
function isTextInCall(path: object): boolean {
  const { node, parent, listKey } = path as {
    readonly node: { readonly type: string };
    readonly parent?: { readonly type: string };
    readonly listKey?: string | null;
  };
  const isText = node.type === "StringLiteral" || node.type === "TemplateLiteral";
  return isText && listKey === "arguments" && /^(Call|New|OptionalCall)Expression$/.test(parent?.type ?? "");
}
