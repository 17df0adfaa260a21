/**
 * Mutants that leave one statement out: `yield writeOnce(…);` or `yield* unlink(…);` on its own line. Stryker leaves
 * out whole blocks only, but code for shared memory forgets single accesses.
 *
 * A label marks each statement while Stryker makes its mutants, which may double it; the labels become switches then.
 */
import { parse } from "@babel/parser";
import traverse from "@babel/traverse";
import type { ExpressionStatement, File } from "@babel/types";
import SourceText from "magic-string";

/** What makes these mutants, as a result names it. */
export const STATEMENT_REMOVAL = "StatementRemoval";

/** Line and column count from 1. */
export interface Position {
  readonly line: number;
  readonly column: number;
}

export interface RemovableStatement {
  readonly start: Position;
  /** Behind its last character. */
  readonly end: Position;
  /** Why its removal is not tried. */
  readonly ignored?: string;
}

export interface LabelledText {
  /** The text with a label before each statement that may be left out. */
  readonly text: string;
  /** Those statements, in the order of their labels. */
  readonly statements: readonly RemovableStatement[];
  /** Where a position of the labelled text is in the original. */
  original(position: Position): Position;
}

const BARRIER = "memory is sequentially consistent here, so that no barrier is missed: quiesce barriers tries them";
/** Why what is asserted has no mutants to try. */
export const ASSERTION = "an assertion, which changes nothing";

const LABEL = /^removable_(\d+)$/;

/** Marks each statement that is one `yield` or `yield*`. */
export function labelled(source: string): LabelledText {
  const text = new SourceText(source);
  const statements: RemovableStatement[] = [];
  const labels = new Map<number, { readonly column: number; readonly length: number }[]>();
  traverse(parsed(source), {
    ExpressionStatement({ node }) {
      const { start, loc } = node;
      if (node.expression.type !== "YieldExpression" || typeof start !== "number" || !loc) return;
      const label = `removable_${statements.length}: `;
      text.appendRight(start, label);
      const { line, column } = loc.start;
      labels.set(line, [...(labels.get(line) ?? []), { column: column + 1, length: label.length }]);
      statements.push({
        start: { line, column: column + 1 },
        end: { line: loc.end.line, column: loc.end.column + 1 },
        ...ignoredBecause(node),
      });
    },
  });
  return {
    text: text.toString(),
    statements,
    original({ line, column }) {
      let moved = column;
      for (const label of labels.get(line) ?? []) if (moved >= label.column + label.length) moved -= label.length;
      return { line, column: moved };
    },
  };
}

function ignoredBecause({ expression }: ExpressionStatement): { readonly ignored?: string } {
  const called = expression.type === "YieldExpression" ? expression.argument : undefined;
  const name = called?.type === "CallExpression" && called.callee.type === "Identifier" ? called.callee.name : "";
  if (/^smp[A-Z]/.test(name)) return { ignored: BARRIER };
  return name === "assertHolds" ? { ignored: ASSERTION } : {};
}

/**
 * The text with switches in place of labels, of which the first is number `first`.
 *
 * @param switches names of the functions that say whether a mutant is on, and that a place is reached
 */
export function withSwitches(
  text: string,
  statements: readonly RemovableStatement[],
  first: number,
  { isActive, cover }: { readonly isActive: string; readonly cover: string },
): string {
  const changed = new SourceText(text);
  traverse(parsed(text), {
    LabeledStatement({ node: { label, body, start, end } }) {
      const index = LABEL.exec(label.name)?.[1];
      if (index === undefined || typeof start !== "number" || typeof end !== "number") return;
      if (typeof body.start !== "number") return;
      const number = JSON.stringify(String(first + Number(index)));
      const isIgnored = statements[Number(index)]?.ignored !== undefined;
      const before = isIgnored ? "" : `{ if (${isActive}(${number})) {} else { ${cover}(${number}); `;
      changed.overwrite(start, body.start, `${before} `);
      if (!isIgnored) changed.appendLeft(end, " } }");
    },
  });
  return changed.toString();
}

/** The code of a mutant, as it would stand in the original. */
export function withoutLabels(code: string): string {
  return code.replaceAll(/\bremovable_\d+:\s*/g, "");
}

function parsed(text: string): File {
  return parse(text, { sourceType: "module", plugins: ["typescript"] });
}
