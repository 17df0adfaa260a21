/** Conversions of recorded values for models: to a scalar, a name, a key, a pair of key and value. */
import { Literal } from "#model/literal.ts";
import type { Scalar } from "#model/object-shape.ts";
import { ednText } from "./edn-text.ts";
import { excerpt } from "./record.ts";

/**
 * A value that models can compare with `===`; sets, maps and objects become literals.
 *
 * @returns undefined for a list, and for undefined
 */
export function scalarOf(value: unknown): Scalar | undefined {
  switch (typeof value) {
    case "string":
    case "number":
    case "bigint":
    case "boolean":
      return value;
    case "object":
      if (value === null || value instanceof Literal) return value;
      return Array.isArray(value) ? undefined : Literal.of(ednText(value));
    default:
      return undefined;
  }
}

/** The name in a keyword, a symbol or a string: `write` for `:write` and for `"write"`. */
export function nameOf(value: unknown): string | undefined {
  if (typeof value === "string") return value.startsWith(":") ? value.slice(1) : value;
  return value instanceof Literal && /^:|^[A-Za-z_]/.test(value.edn) ? value.edn.replace(/^:/, "") : undefined;
}

/** A value as the key of an object: numbers and strings unchanged, others as their EDN text. */
export function keyOf(value: unknown): string | number {
  return typeof value === "string" || typeof value === "number" ? value : ednText(value);
}

/** Whether a value is an object with named fields: a JSON object, a struct of Go. */
export function isStruct(value: unknown): value is Readonly<Record<string, unknown>> {
  return (
    typeof value === "object" &&
    value !== null &&
    !(Array.isArray(value) || value instanceof Literal || value instanceof Map || value instanceof Set)
  );
}

/** A member of a map or an object, by a keyword or a string. */
export function memberOf(value: unknown, name: string): unknown {
  if (value instanceof Map) return value.get(Literal.of(`:${name}`)) ?? value.get(name);
  return isStruct(value) && Object.hasOwn(value, name) ? value[name] : undefined;
}

/** The text of a found value, for messages. */
export function foundText(value: unknown): string {
  return value === undefined ? "nothing" : excerpt(JSON.stringify(value, (_name, each: unknown) => shown(each)));
}

/** The value in JSON, as far as JSON can express it. */
function shown(value: unknown): unknown {
  if (typeof value === "bigint" || value instanceof Literal) return String(value);
  return value instanceof Map || value instanceof Set ? ednText(value) : value;
}
