/**
 * Writes the reproduction of a counterexample: one TypeScript file to run, read, step and edit.
 *
 * It holds the scenario and the schedule as literals. Each line of the schedule is one access, with the value it found
 * and its source line; the replay compares with that line.
 */
import { dirname, relative, resolve, sep } from "node:path";
import { accessText, type AccessRow, type Execution, type OperationRow } from "#reports/recorded-execution.ts";
import { visibleText } from "#reports/visible-text.ts";

import type { Trace } from "#fuzz/machine/trace.ts";
import { NODE_COMMAND } from "#fuzz/host/command-path.ts";
import { isCheckout, packageRoot, projectRoot } from "#fuzz/host/project-root.ts";

/** Smallest column of the comment with the value that an access found. */
const COMMENT_COLUMN = 60;

/**
 * The text of the script.
 *
 * @param path future path of the script: imports are relative to it
 * @param module the user's own, if it exports the scenario's system
 */
export function reproductionScript(trace: Trace, execution: Execution, path: string, module?: string): string {
  const { violation, bug, machine, scenario, orderings = [], neighbour } = trace;
  const command = `${NODE_COMMAND} ${commandPath(path)}`;
  const verdict =
    violation === undefined
      ? `${scenario.name}: nothing is violated`
      : `VIOLATED ${violation.property}: ${violation.because}`;
  const lines = [
    "/**",
    ` * ${comment(verdict)}`,
    " *",
    ...(orderings.length === 0
      ? []
      : [" * What matters:", ...orderings.map((ordering) => ` * - ${comment(ordering)}`), " *"]),
    ...(neighbour === undefined ? [] : [` * It passes ${comment(neighbour.because)}.`, " *"]),
    ` * Run it:   ${comment(command)}`,
    ` * Step it:  ${comment(command)} --until 5   (stops after access 5)`,
    ` * Debug it: ${comment(command.replace(NODE_COMMAND, `${NODE_COMMAND} --inspect-brk`))}`,
    " * Edit it:  the schedule is run line by line and strictly: it reports where the code diverges.",
    " *",
    " * It ends with 1 as long as it fails like this, and with 0 once it no longer does.",
    " */",
    `import { reproduce } from ${literal(importPath(path, "fuzz/counterexample/reproduce.ts"))};`,
    "",
    "await reproduce({",
    ...(bug === undefined
      ? []
      : [
          "  // The bug of the museum that is put back first. Without this line the code runs unpatched.",
          `  bug: ${literal(bug)},`,
          "",
        ]),
    ...(module === undefined
      ? []
      : [`  module: new URL(${literal(pathFrom(path, resolve(module)))}, import.meta.url).href,`, ""]),
    ...(machine === undefined || Object.keys(machine).length === 0 ? [] : [`  machine: ${literal(machine)},`, ""]),
    ...scenarioLines(scenario),
    "",
    ...(violation === undefined ? [] : [`  violates: ${literal(violation.property)},`, ""]),
    "  // Thread and access, in the order in which they happen.",
    "  schedule: [",
    ...scheduleLines(execution),
    "  ],",
    "});",
    "",
  ];
  return lines.join("\n");
}

/** The scenario as a literal: a line an operation. */
function scenarioLines({ name, system, initial, threads, ...rest }: Trace["scenario"]): string[] {
  const lines = ["  scenario: {", `    name: ${literal(name)},`, `    system: ${literal(system)},`];
  for (const [field, value] of Object.entries(rest)) lines.push(`    ${fieldName(field)}: ${literal(value)},`);
  if (Array.isArray(initial)) lines.push(...listLines("initial", initial, "    "));
  if (Array.isArray(threads)) {
    lines.push("    threads: [");
    for (const thread of threads) lines.push(...threadLines(thread));
    lines.push("    ],");
  }
  lines.push("  },");
  return lines;
}

function threadLines(thread: unknown): string[] {
  if (
    typeof thread !== "object" ||
    thread === null ||
    !("name" in thread) ||
    !("operations" in thread) ||
    !Array.isArray(thread.operations)
  )
    return [`      ${literal(thread)},`];
  return [
    "      {",
    `        name: ${literal(thread.name)},`,
    ...listLines("operations", thread.operations, "        "),
    "      },",
  ];
}

function listLines(field: string, values: readonly unknown[], indent: string): string[] {
  if (values.length === 0) return [`${indent}${field}: [],`];
  return [`${indent}${field}: [`, ...values.map((value) => `${indent}  ${literal(value)},`), `${indent}],`];
}

function scheduleLines({ rows, threads }: Execution): string[] {
  const lines: string[] = [];
  let last = -1;
  for (const row of rows) {
    const name = threads[row.thread] ?? String(row.thread);
    if (row.thread !== last && last !== -1) lines.push("");
    last = row.thread;
    lines.push(row.kind === "access" ? accessLine(name, row) : operationLine(name, row));
  }
  return lines;
}

function accessLine(thread: string, row: AccessRow): string {
  const code = `    [${literal(thread)}, ${literal(accessText(row))}],`;
  const source = row.location === undefined ? "" : `${row.location.file}:${row.location.line}`;
  const found = [row.effect, source].filter((part) => part !== "").join("  ");
  return found === "" ? code : `${code.padEnd(COMMENT_COLUMN)} // ${row.step + 1}: ${comment(found)}`;
}

function operationLine(thread: string, { kind, text }: OperationRow): string {
  return kind === "begin"
    ? `    // ${comment(thread)} begins ${comment(text)}`
    : `    // ${comment(thread)} returns ${comment(text)}`;
}

/** A value as TypeScript; nothing in it ends the line or acts on a terminal. */
function literal(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(literal).join(", ")}]`;
  if (typeof value === "object" && value !== null) {
    const fields = Object.entries(value).filter(([, field]) => field !== undefined);
    return fields.length === 0
      ? "{}"
      : `{ ${fields.map(([field, one]) => `${fieldName(field)}: ${literal(one)}`).join(", ")} }`;
  }
  return escaped(JSON.stringify(value) ?? "undefined");
}

/** `__proto__` as a plain name would set the prototype. */
function fieldName(field: string): string {
  return /^[A-Za-z][A-Za-z0-9]*$/.test(field) ? field : `[${escaped(JSON.stringify(field))}]`;
}

/**
 * Characters that JSON keeps but an editor would obey: inside a string, `visibleText` writes valid escapes for them.
 */
function escaped(json: string): string {
  return visibleText(json);
}

/** Text that cannot end its comment. */
function comment(text: string): string {
  return visibleText(text).replaceAll("*/", "* /");
}

/** What a script imports: a file of the checkout, or the package. */
function importPath(from: string, file: string): string {
  return isCheckout ? pathFrom(from, `${packageRoot}${file}`) : "quiesce";
}

function pathFrom(from: string, to: string): string {
  const path = relative(dirname(resolve(from)), to)
    .split(sep)
    .join("/");
  return path.startsWith(".") ? path : `./${path}`;
}

/** The path as typed in the project's root, if that is shorter. */
function commandPath(path: string): string {
  const fromRoot = relative(projectRoot, path).split(sep).join("/");
  const typed = fromRoot.startsWith("..") ? path : fromRoot;
  return /^[\w./-]+$/.test(typed) ? typed : `'${typed.replaceAll("'", `'\\''`)}'`;
}
