/** JSON with the place of every value, and with every digit of whole numbers. */

import { parseExpression } from "@babel/parser";
import type * as t from "@babel/types";
import { LitmusError, positionAt } from "../../litmus/litmus-error.ts";

export type JsonPath = readonly PropertyKey[];

export interface JsonText {
  /** Whole numbers that a Number cannot hold are BigInts. */
  readonly value: unknown;
  /** Offset of the value with this path, or of the nearest one around it. */
  readonly placeOf: (path: JsonPath) => number;
}

/** Values nested deeper than this are a mistake, or an attack on the stack. */
const DEPTH_MAX = 200;

/** @throws LitmusError with line and column if the text is no JSON */
export function parseJsonText(text: string): JsonText {
  requireShallow(text);
  const value = parseValue(text);
  // Every JSON text is an expression of JavaScript; its tree has the places that JSON.parse does not say.
  const root = parseExpression(text, { errorRecovery: true });
  return { value, placeOf: (path) => nodeAt(root, path).start ?? 0 };
}

/** A whole number with all its digits. TypeScript does not know the third argument of revivers yet. */
type Reviver = (key: string, value: unknown, context?: { readonly source?: string }) => unknown;

const exactly: Reviver = (_key, value, context) => {
  const source = context?.source;
  const isWide = typeof value === "number" && !Number.isSafeInteger(value);
  return isWide && source !== undefined && /^-?\d+$/.test(source) ? BigInt(source) : value;
};

function parseValue(text: string): unknown {
  try {
    return JSON.parse(text, exactly);
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    const [, position] = /at position (\d+)/.exec(error.message) ?? [];
    const reason = error.message.replace(/ in JSON at position.*$/s, "").replace(/ \(line \d+ column \d+\)$/, "");
    throw new LitmusError(
      `no JSON: ${reason}`,
      positionAt(text, position === undefined ? text.length : Number(position)),
    );
  }
}

function requireShallow(text: string): void {
  let depth = 0;
  for (const { 0: token, index } of text.matchAll(/"(?:[^"\\]|\\.)*"|[[\]{}]/g)) {
    if (token === "[" || token === "{") depth++;
    if (token === "]" || token === "}") depth--;
    if (depth > DEPTH_MAX) {
      throw new LitmusError(`values are nested more than ${DEPTH_MAX} deep`, positionAt(text, index));
    }
  }
}

function nodeAt(root: t.Node, path: JsonPath): t.Node {
  let node = root;
  for (const key of path) {
    const inner = childOf(node, key);
    if (inner === undefined) return node;
    node = inner;
  }
  return node;
}

function childOf(node: t.Node, key: PropertyKey): t.Node | undefined {
  if (node.type === "ArrayExpression") return node.elements[Number(key)] ?? undefined;
  if (node.type !== "ObjectExpression") return undefined;
  const property = node.properties.findLast(
    (candidate) =>
      candidate.type === "ObjectProperty" && candidate.key.type === "StringLiteral" && candidate.key.value === key,
  );
  return property?.type === "ObjectProperty" ? property.value : undefined;
}

/** A path as code: `agents[0][1].value`. */
export function showPath(path: JsonPath): string {
  return path.map((key, i) => (typeof key === "number" ? `[${key}]` : `${i === 0 ? "" : "."}${String(key)}`)).join("");
}
