/**
 * Removes the generators: turns a module over the access vocabulary into one of plain functions.
 *
 * `function*` loses its star, `yield` and `yield*` vanish, and imports are redirected; nothing else changes. An access
 * is then a call that makes the access, a procedure a function, and the type `Access<T>` (as the replacement of
 * memory/access.ts declares) is `T`. Removed text becomes blanks, so that lines and columns stay. Where a blank would
 * change the meaning, neutral text replaces it: `void` at the start of a statement, a parenthesis where a line ends
 * after `yield*`, a semicolon before a method.
 *
 * This is correct because a generator that is resumed at once with the result of its access runs like a function.
 * Everything that could distinguish the two is refused: a yield of something that is not an access, an access that is
 * not yielded, a procedure called without `yield*`, a generator that is kept, passed on or returned as a value, and the
 * result of an access that returns nothing of use.
 */
import { parse } from "@babel/parser";
import traverse, { type NodePath } from "@babel/traverse";
import type * as t from "@babel/types";
import { transformSync } from "amaro";
import SourceText from "magic-string";
import { KIND_ASKED_FOR } from "#impl/memory/access.ts";
import { returnsWord } from "#impl/memory/access-class.ts";
import { HEAP_NAME, type Inlining, writeAccessOut, writeFieldOut } from "./inlining.ts";
import { endOf, startOf } from "./position.ts";
import {
  bindsProcedure,
  importOf,
  isProcedureType,
  type LookUp,
  type ModuleProcedures,
  moduleProcedures,
} from "./procedures.ts";
import { type Refusal, TranslationError } from "./translation-error.ts";

export interface ParsedModule {
  /** The module's name in messages and in its source map: its path from the project's root. */
  readonly file: string;
  readonly source: string;
  readonly ast: t.File;
}

/** How a module's imports are read and redirected. */
export interface Surroundings {
  /** Whether this specifier names the module of the access vocabulary. */
  isAccess(specifier: string): boolean;
  /** The procedures of the module with this specifier. */
  readonly lookUp: LookUp;
  /** The replacement of the specifier. */
  rename(specifier: string): string;
  /** Absent: accesses and addresses of fields stay calls. */
  readonly inlining?: Inlining;
}

/** A module without generators. */
export interface Translation {
  /** Still with its types. */
  readonly typescript: string;
  readonly javascript: string;
  /** From `javascript` and from `typescript` to the source; both have the same lines and columns. */
  readonly map: string;
}

/** @throws TranslationError at a syntax error */
export function parseModule(file: string, source: string): ParsedModule {
  try {
    return { file, source, ast: parse(source, { sourceType: "module", plugins: ["typescript"], tokens: true }) };
  } catch (error) {
    if (!(error instanceof SyntaxError) || !("loc" in error)) throw error;
    const { line, column } = error.loc as { readonly line: number; readonly column: number };
    throw new TranslationError([
      { file, line, column: column + 1, reason: error.message.replace(/ \(\d+:\d+\)$/u, "") },
    ]);
  }
}

export function proceduresOf({ ast }: ParsedModule, lookUp: LookUp): ModuleProcedures {
  return moduleProcedures(ast.program, lookUp);
}

/** @throws TranslationError with everything in the module that cannot be translated */
export function translateModule({ file, source, ast }: ParsedModule, surroundings: Surroundings): Translation {
  const text = new SourceText(source);
  const refusals: Refusal[] = [];
  const refuse = ({ loc }: t.Node, reason: string): void => {
    refusals.push({ file, line: Number(loc?.start.line), column: Number(loc?.start.column) + 1, reason });
  };
  const tokens = tokensOf(ast);
  const members = memberNames(ast, surroundings.lookUp);
  const { inlining } = surroundings;
  let usesHeap = false;
  const isProcedure = (call: NodePath<t.CallExpression>): boolean => callsProcedure(call, members, surroundings.lookUp);

  traverse(ast, {
    Function(path) {
      const { node } = path;
      if (!("generator" in node) || !node.generator) return;
      if (node.async) return refuse(node, "an async generator: a procedure waits by an access");
      const { returnType } = node;
      if (returnType?.type !== "TSTypeAnnotation" || !isProcedureType(returnType.typeAnnotation)) {
        return refuse(node, "a generator that is no procedure: its written type must be Access<…>");
      }
      const star = tokenFrom(tokens, startOf(node), "*").start;
      // In a class, a field without a semicolon may precede the method; an empty element separates them.
      const isFirst = path.parentPath?.isClassBody() === true && star === node.start;
      text.overwrite(star, star + 1, isFirst ? ";" : " ");
    },
    YieldExpression(path) {
      const argument = path.get("argument") as NodePath;
      const reason = path.node.delegate
        ? reasonAgainstDelegation(argument)
        : reasonAgainstYield(argument, surroundings);
      if (reason !== undefined) return refuse(path.node, reason);
      removeYield(path, { source, text, tokens });
      const call = withoutCasts(argument);
      if (inlining === undefined || path.node.delegate || !call.isCallExpression()) return;
      if (writeAccessOut(call.node, String(accessName(call)), text)) usesHeap = true;
    },
    CallExpression(path) {
      if (inlining !== undefined) writeFieldOut(path, inlining, text);
      if (!isProcedure(path) || isDelegatedTo(path) || isHandler(path)) return;
      refuse(path.node, "a generator that escapes as a value: a procedure is called with yield*, at once");
    },
    TSTypeReference(path) {
      if (isProcedureType(path.node) && !isResultType(path))
        refuse(path.node, "a generator as a value: Access may stand only where a function says what it gives");
    },
    ImportSpecifier(path) {
      const from = importOf(path);
      if (from === undefined || !surroundings.isAccess(from)) return;
      const { imported, local } = path.node;
      const name = imported.type === "Identifier" ? imported.name : imported.value;
      if (SIMULATION_ONLY.has(name))
        return refuse(path.node, `${name}: what an access is asked for with exists under simulation only`);
      if (!KIND_ASKED_FOR.has(name)) return;
      for (const reference of path.scope.getBinding(local.name)?.referencePaths ?? []) {
        const call = reference.parentPath;
        const isYielded =
          call?.isCallExpression() === true && reference.key === "callee" && yieldOf(call)?.node.delegate === false;
        if (!isYielded && reference.parent.type !== "ExportSpecifier")
          refuse(reference.node, `an access that is not yielded: ${name} must stand directly behind yield`);
      }
    },
    "ImportDeclaration|ExportNamedDeclaration|ExportAllDeclaration|ImportExpression|TSImportType"({ node }: NodePath) {
      if ("source" in node && node.source?.type === "StringLiteral") rename(node.source);
    },
  });

  function rename(literal: t.StringLiteral): void {
    const specifier = surroundings.rename(literal.value);
    if (specifier !== literal.value) text.overwrite(startOf(literal) + 1, endOf(literal) - 1, specifier);
  }

  if (refusals.length > 0)
    throw new TranslationError(refusals.toSorted((one, other) => one.line - other.line || one.column - other.column));
  if (usesHeap && inlining !== undefined) text.prepend(`import { words as ${HEAP_NAME} } from "${inlining.atomics}"; `);
  const typescript = text.toString();
  return {
    typescript,
    javascript: transformSync(typescript, { mode: "strip-only" }).code,
    map: text.generateMap({ source: file, includeContent: true, hires: "boundary" }).toString(),
  };
}

const SIMULATION_ONLY: ReadonlySet<string> = new Set(["ACCESS", "KIND_ASKED_FOR", "request", "useRegisters"]);

/** Whether the function with that name is an access with a meaningful result. */
function isOfUse(name: string): boolean {
  const kind = KIND_ASKED_FOR.get(name);
  return kind !== undefined && returnsWord(kind);
}

function memberNames({ program }: t.File, lookUp: LookUp): ReadonlySet<string> {
  const names = new Set(moduleProcedures(program, lookUp).members);
  for (const statement of program.body) {
    if (statement.type === "ImportDeclaration")
      for (const name of lookUp(statement.source.value)?.members ?? []) names.add(name);
  }
  return names;
}

function callsProcedure(call: NodePath<t.CallExpression>, members: ReadonlySet<string>, lookUp: LookUp): boolean {
  const { callee } = call.node;
  if (callee.type === "Identifier") {
    const binding = call.scope.getBinding(callee.name);
    return binding !== undefined && bindsProcedure(binding, lookUp);
  }
  return (
    callee.type === "MemberExpression" &&
    !callee.computed &&
    callee.property.type === "Identifier" &&
    members.has(callee.property.name)
  );
}

interface Token {
  readonly start: number;
  readonly end: number;
  readonly text: unknown;
}

/** The tokens in order, without comments. */
function tokensOf({ tokens }: t.File): readonly Token[] {
  const found: Token[] = [];
  for (const { type, start, end, value } of (tokens ?? []) as readonly {
    readonly type: unknown;
    readonly start: number;
    readonly end: number;
    readonly value?: unknown;
  }[]) {
    if (typeof type === "object") found.push({ start, end, text: value });
  }
  return found;
}

/** The first token that starts at or after `start`; with that text, if one is given. */
function tokenFrom(tokens: readonly Token[], start: number, text?: string): Token {
  let [low, high] = [0, tokens.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((tokens[middle]?.start ?? 0) < start) low = middle + 1;
    else high = middle;
  }
  const found = text === undefined ? tokens[low] : tokens.slice(low).find((token) => token.text === text);
  return found ?? { start, end: start, text: "" };
}

/** The expression itself, below TypeScript's casts. */
function withoutCasts(path: NodePath): NodePath {
  return path.isTSAsExpression() || path.isTSNonNullExpression() || path.isTSSatisfiesExpression()
    ? withoutCasts(path.get("expression") as NodePath)
    : path;
}

function reasonAgainstYield(argument: NodePath, { isAccess }: Surroundings): string | undefined {
  const call = withoutCasts(argument);
  const reason = "a yield of something that is not an access";
  if (!call.isCallExpression()) return reason;
  const { callee } = call.node;
  const binding = callee.type === "Identifier" ? call.scope.getBinding(callee.name) : undefined;
  if (binding === undefined || !binding.path.isImportSpecifier()) return reason;
  const from = importOf(binding.path);
  const { imported } = binding.path.node;
  const name = imported.type === "Identifier" ? imported.name : imported.value;
  if (from === undefined || !isAccess(from) || !KIND_ASKED_FOR.has(name)) return `${reason}: ${name} is none`;
  return isOfUse(name) || argument.parentPath?.parentPath?.isExpressionStatement() === true
    ? undefined
    : `the result of ${name}, which returns nothing of use`;
}

/** The name of the callee in the vocabulary. */
function accessName(call: NodePath<t.CallExpression>): string | undefined {
  const { callee } = call.node;
  const specifier = callee.type === "Identifier" ? call.scope.getBinding(callee.name)?.path : undefined;
  if (specifier?.isImportSpecifier() !== true) return undefined;
  const { imported } = specifier.node;
  return imported.type === "Identifier" ? imported.name : imported.value;
}

function reasonAgainstDelegation(argument: NodePath): string | undefined {
  const path = withoutCasts(argument);
  if (path.isConditionalExpression())
    return reasonAgainstDelegation(path.get("consequent")) ?? reasonAgainstDelegation(path.get("alternate"));
  return path.isCallExpression()
    ? undefined
    : "a generator that is kept as a value: yield* takes the call of a procedure";
}

/** The yield to which the value of `path` goes, directly or through the branches of a conditional. */
function yieldOf(path: NodePath): NodePath<t.YieldExpression> | undefined {
  const { parentPath } = path;
  if (parentPath === null) return undefined;
  if (parentPath.isYieldExpression()) return parentPath;
  const passes =
    parentPath.isTSAsExpression() ||
    parentPath.isTSNonNullExpression() ||
    parentPath.isTSSatisfiesExpression() ||
    (parentPath.isConditionalExpression() && path.key !== "test");
  return passes ? yieldOf(parentPath) : undefined;
}

function isDelegatedTo(call: NodePath): boolean {
  return yieldOf(call)?.node.delegate === true;
}

/**
 * Whether it is the whole body of an arrow function that is passed on or kept in an object: the caller of the arrow
 * then runs the procedure.
 */
function isHandler(call: NodePath): boolean {
  const arrow = call.parentPath;
  if (arrow?.isArrowFunctionExpression() !== true || call.key !== "body") return false;
  const { parentPath } = arrow;
  return parentPath.isCallExpression()
    ? arrow.listKey === "arguments"
    : parentPath.isObjectProperty() || parentPath.isClassProperty() || parentPath.isClassPrivateProperty();
}

/** Whether the type is the return type of a function. */
function isResultType({ parentPath }: NodePath): boolean {
  if (parentPath?.isTSTypeAnnotation() !== true) return false;
  return (
    parentPath.key === "returnType" ||
    (parentPath.key === "typeAnnotation" && parentPath.parent.type === "TSFunctionType")
  );
}

const LINE_END = /[\n\r\u2028\u2029]/u;

/** Replaces `yield` or `yield*` with blanks, or with neutral text. */
function removeYield(
  { node, parent }: NodePath<t.YieldExpression>,
  { source, text, tokens }: { source: string; text: SourceText; tokens: readonly Token[] },
): void {
  const start = startOf(node);
  const end = start + "yield".length;
  const next = tokenFrom(tokens, end);
  const star = node.delegate ? next : undefined;
  const operand = star === undefined ? next : tokenFrom(tokens, star.end);
  if (star !== undefined) text.overwrite(star.start, star.end, " ");
  if (LINE_END.test(source.slice(start, operand.start))) {
    // `return yield*` and the call on the next line: without a parenthesis the statement would end with the line.
    text.overwrite(start, end, "(    ");
    text.appendLeft(endOf(node), ")");
  } else if (startsStatement(node, parent) && !/^[\p{ID_Start}$_]/u.test(source.slice(operand.start))) {
    // A parenthesis or bracket would continue the line before, if that has no semicolon.
    text.overwrite(start, end, "void ");
  } else {
    text.overwrite(start, end, "     ");
  }
}

function startsStatement(node: t.Node, parent: t.Node): boolean {
  return (parent.type === "ExpressionStatement" || parent.type === "SequenceExpression") && parent.start === node.start;
}
