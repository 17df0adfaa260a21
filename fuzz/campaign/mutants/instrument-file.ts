/**
 * The mutants of a file, all in one text, each behind a switch of its own (mutant schemata: Untch, Offutt and Harrold,
 * "Mutation analysis using mutant schemata", ISSTA 1993). Stryker's instrumenter makes them; statements that make one
 * access are left out one at a time as well.
 *
 * Not tried are those that no gate can or need kill: empty object literals, which the compiler refuses; texts in calls
 * and functions that return them, which are names and messages for people; what is asserted; the count of requests of
 * `impl/memory/access.ts`, backwards.
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { Node } from "@babel/types";
import { projectRoot } from "#fuzz/host/project-root.ts";
import {
  ASSERTION,
  labelled,
  type Position,
  STATEMENT_REMOVAL,
  withoutLabels,
  withSwitches,
} from "./removed-statements.ts";

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
const IGNORED_COUNT = "a count of which only matters that it changes, whichever way";
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
const SWITCHES = { isActive: "stryMutAct_9fa48", cover: "stryCov_9fa48" };
const SWITCHED = new RegExp(String.raw`\b(${SWITCHES.isActive}|${SWITCHES.cover})\(((?:"\d+"(?:,\s*)?)+)\)`, "g");

const ACTIVE_MUTANT = "#fuzz/campaign/mutants/active-mutant.ts";
const HEADER = `import { isActive as ${SWITCHES.isActive}, cover as ${SWITCHES.cover} } from ${JSON.stringify(ACTIVE_MUTANT)};\n`;

const made = new Map<string, Promise<InstrumentedFile>>();

/** The file with its mutants, made once a thread: equal text gives equal mutants, with equal numbers. */
export function instrumentedFile(file: string): Promise<InstrumentedFile> {
  const known = made.get(file) ?? instrument(file, readFileSync(join(projectRoot, file), "utf8"));
  made.set(file, known);
  return known;
}

/** @throws Error if the text is no TypeScript */
export async function instrument(file: string, source: string): Promise<InstrumentedFile> {
  // Loading it takes longer than saying what is wrong with a call.
  const { Instrumenter } = await import("@stryker-mutator/instrumenter");
  const { text, statements, original } = labelled(source);
  const { files, mutants } = await new Instrumenter(quiet).instrument([{ name: file, mutate: true, content: text }], {
    plugins: null,
    excludedMutations: ["ObjectLiteral"],
    noHeader: true,
    ignorers: [{ shouldIgnore: ignoredBecause }],
  });
  // Stryker counts lines and columns from 0.
  const place = ({ line, column }: Position): Position => original({ line: line + 1, column: column + 1 });
  // Stryker takes some mutants back, and their identities with them.
  const identities = mutants.map(({ id }) => Number(id));
  const made = mutants.map(({ mutatorName, replacement, location: { start, end }, statusReason }) => ({
    mutator: mutatorName,
    replacement: withoutLabels(replacement),
    start: place(start),
    end: place(end),
    ...(statusReason !== undefined && { ignored: mutatorName === "ObjectLiteral" ? IGNORED_OBJECTS : statusReason }),
  }));
  const removed = statements.map((one) => ({ mutator: STATEMENT_REMOVAL, replacement: "", ...one }));
  const firstRemoved = Math.max(-1, ...identities) + 1;
  const numbers = new Map(
    [...identities, ...removed.map((_, index) => firstRemoved + index)]
      .entries()
      .map(([number, identity]) => [String(identity), number]),
  );
  const switched = withSwitches(files[0]?.content ?? text, statements, firstRemoved, SWITCHES);
  return {
    file,
    source,
    mutants: [...made, ...removed].map((one, number) => ({ number, ...one })),
    instrumented: (first) =>
      HEADER +
      switched.replaceAll(SWITCHED, (_, name: string, switches: string) => {
        const own = switches.matchAll(/\d+/g).map(([identity]) => first + (numbers.get(identity) ?? Number.NaN));
        return `${name}(${[...own].join(", ")})`;
      }),
  };
}

/** Why there is no mutant to try at a place of the syntax tree, and below it. */
function ignoredBecause(path: object): string | undefined {
  const { node, parent, listKey } = path as {
    readonly node: Node;
    readonly parent?: Node;
    readonly listKey?: string | null;
  };
  const isText = node.type === "StringLiteral" || node.type === "TemplateLiteral";
  const isInCall = listKey === "arguments" && /^(Call|New|OptionalCall)Expression$/.test(parent?.type ?? "");
  if ((isText && isInCall) || isName(node)) return IGNORED_NAMES;
  if (node.type === "CallExpression" && node.callee.type === "Identifier" && node.callee.name === "assertHolds")
    return ASSERTION;
  return node.type === "AssignmentExpression" && isCountOfRequests(node.left) ? IGNORED_COUNT : undefined;
}

/** Is it what says the name of a word? */
function isName(node: Node): boolean {
  if (node.type === "ObjectProperty") return node.key.type === "Identifier" && node.key.name === "wordName";
  const isFunction = node.type === "FunctionDeclaration" || node.type === "ArrowFunctionExpression";
  const type = isFunction && node.returnType?.type === "TSTypeAnnotation" ? node.returnType.typeAnnotation.type : "";
  return type === "TSStringKeyword";
}

/** Is it `request.count`, which only tells that an access was asked for? */
function isCountOfRequests(node: Node): boolean {
  return (
    node.type === "MemberExpression" &&
    node.object.type === "Identifier" &&
    node.object.name === "request" &&
    node.property.type === "Identifier" &&
    node.property.name === "count"
  );
}
