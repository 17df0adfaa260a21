/**
 * The canonical EDN text of a recorded value: equal values have equal texts, as the members of sets and the keys of
 * maps are sorted.
 */
import { Literal } from "#model/literal.ts";

/** @param value any value of an EDN or JSON file: objects are maps with string keys */
export function ednText(value: unknown): string {
  if (value === null || value === undefined) return "nil";
  if (typeof value === "string") return textText(value);
  if (typeof value !== "object") return String(value);
  if (value instanceof Literal) return value.edn;
  if (Array.isArray(value)) return `[${value.map(ednText).join(" ")}]`;
  if (value instanceof Set) return `#{${[...value].map(ednText).toSorted().join(" ")}}`;
  const entries = value instanceof Map ? [...value] : Object.entries(value);
  return `{${entries
    .map(([key, each]) => `${ednText(key)} ${ednText(each)}`)
    .toSorted()
    .join(", ")}}`;
}

/** Escapes control characters, so that a text takes one line. */
function textText(text: string): string {
  return `"${text.replaceAll(/["\\\p{Cc}\u2028\u2029]/gu, (character) => {
    const short = SHORT[character];
    return short ?? `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`;
  })}"`;
}

const SHORT: Readonly<Record<string, string>> = { '"': '\\"', "\\": "\\\\", "\n": "\\n", "\r": "\\r", "\t": "\\t" };
