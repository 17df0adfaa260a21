/** JSON with the position of every value, and with every digit of whole numbers. */

import { parse, type MemberNode, type ValueNode } from "@humanwhocodes/momoa";
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

/** @throws LitmusError with line and column if the text is not JSON */
export function parseJsonText(text: string): JsonText {
  requireShallow(text);
  const root = parseTree(text);
  return { value: valueOf(root, text), placeOf: (path) => nodeAt(root, path).loc.start.offset };
}

function parseTree(text: string): ValueNode {
  try {
    return parse(text, { mode: "json" }).body;
  } catch (error) {
    if (!(error instanceof Error) || !("offset" in error)) throw error;
    const reason = error.message.replace(/ \(\d+:\d+\)$/, "").replace(/ found\.$/, "");
    // At the end of the text the parser does not know its position.
    const offset = reason === "Unexpected end of input" ? text.length : Number(error.offset);
    throw new LitmusError(`not JSON: ${printable(reason)}`, positionAt(text, offset));
  }
}

/** One line, whatever characters the text has. */
function printable(reason: string): string {
  return reason.replaceAll(/\p{C}/gu, (character) => `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`);
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

function valueOf(node: ValueNode, text: string): unknown {
  switch (node.type) {
    case "Object": {
      const entries = new Map<string, unknown>();
      for (const { name, value } of node.members) {
        const key = keyOf(name);
        if (entries.has(key)) {
          throw new LitmusError(`${JSON.stringify(key)} is given twice`, positionAt(text, name.loc.start.offset));
        }
        entries.set(key, valueOf(value, text));
      }
      return Object.fromEntries(entries);
    }
    case "Array":
      return node.elements.map(({ value }) => valueOf(value, text));
    case "Number": {
      const digits = text.slice(node.loc.start.offset, node.loc.end.offset);
      return !Number.isSafeInteger(node.value) && /^-?\d+$/.test(digits) ? BigInt(digits) : node.value;
    }
    case "String":
    case "Boolean":
      return node.value;
    default:
      return null;
  }
}

function keyOf(name: MemberNode["name"]): string {
  return name.type === "String" ? name.value : name.name;
}

function nodeAt(root: ValueNode, path: JsonPath): ValueNode {
  let node = root;
  for (const key of path) {
    const inner = childOf(node, key);
    if (inner === undefined) return node;
    node = inner;
  }
  return node;
}

function childOf(node: ValueNode, key: PropertyKey): ValueNode | undefined {
  if (node.type === "Array") return node.elements[Number(key)]?.value;
  if (node.type === "Object") return node.members.find(({ name }) => keyOf(name) === key)?.value;
  return undefined;
}

/** A path as code: `agents[0][1].value`. */
export function showPath(path: JsonPath): string {
  return path.map((key, i) => (typeof key === "number" ? `[${key}]` : `${i === 0 ? "" : "."}${String(key)}`)).join("");
}
