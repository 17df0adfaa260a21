/**
 * JSON with every digit of its numbers: `JSON.parse`, except for texts with a number that a double may not hold.
 *
 * Costs the same as `JSON.parse` where no number has more than 15 digits.
 */
import { exactNumber } from "#model/exact-number.ts";

declare global {
  interface JSON {
    /** ECMAScript 2025, JSON.parse source text access: a primitive comes with its text. */
    parse(
      text: string,
      reviver: (this: unknown, key: string, value: unknown, context: { readonly source?: string }) => unknown,
    ): unknown;
  }
}

/** Depth of nested values; deeper ones are refused, as their readers recurse. */
const DEPTH_MAX = 200;

/** More digits than a double always keeps, or an exponent. */
const NUMBER_TO_LOOK_AT = /[\d.]{16}|\d[eE][-+\d]/;

/** @throws SyntaxError if the text is not JSON, has a number that cannot be represented, or is nested too deep */
export function exactJson(text: string): unknown {
  if (text.length > 2 * DEPTH_MAX && depthOf(text) > DEPTH_MAX)
    throw new SyntaxError(`expected values within values at most ${DEPTH_MAX} deep`);
  if (!NUMBER_TO_LOOK_AT.test(text)) return JSON.parse(text);
  return JSON.parse(text, (_key, value, { source }) => {
    if (typeof value !== "number" || source === undefined) return value;
    const number = exactNumber(source);
    if (number === undefined) throw new SyntaxError(`expected a number that can be held, found ${source.slice(0, 40)}`);
    return number;
  });
}

function depthOf(text: string): number {
  let depth = 0;
  let deepest = 0;
  let isText = false;
  for (let i = 0; i < text.length; i += 1) {
    const character = text[i];
    if (character === '"') isText = !isText;
    else if (isText) i += Number(character === "\\"); // an escaped character ends no string
    else if (character === "[" || character === "{") deepest = Math.max(deepest, (depth += 1));
    else if (character === "]" || character === "}") depth -= 1;
  }
  return deepest;
}
