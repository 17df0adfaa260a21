/**
 * Keys, elements and values of transactions, as the checker compares them.
 *
 * Numbers are numbers; all else is its EDN text, so that the keyword `:x`, the text `"x"` and the number 1 of a text
 * `"1"` are told apart, and whole numbers that do not fit a double keep every digit.
 */
export type Datum = number | string;

/**
 * Of a value as JSON.parse or edn-data give it: keywords are `{ key }`, symbols `{ sym }`, characters `{ char }`, sets
 * `{ set }`, tagged values `{ tag, val }`, maps a Map or `{ map }`.
 */
export function datumOf(value: unknown): Datum {
  if (typeof value === "number") return value;
  if (typeof value === "bigint" && BigInt.asIntN(53, value) === value) return Number(value);
  return textOf(value);
}

function textOf(value: unknown): string {
  switch (typeof value) {
    case "string":
      return JSON.stringify(value);
    case "bigint":
    case "number":
    case "boolean":
      return String(value);
    case "object":
      return value === null ? "nil" : textOfObject(value);
    default:
      throw new TypeError(`a ${typeof value} cannot be part of a transaction: plain data only`);
  }
}

function textOfObject(value: object): string {
  if (Array.isArray(value)) return `[${value.map(textOf).join(" ")}]`;
  if (value instanceof Map) return mapText([...value]);
  if ("key" in value && typeof value.key === "string") return `:${value.key}`;
  if ("sym" in value && typeof value.sym === "string") return value.sym;
  if ("char" in value && typeof value.char === "string") return `\\${value.char}`;
  if ("set" in value && Array.isArray(value.set)) return `#{${value.set.map(textOf).toSorted().join(" ")}}`;
  if ("tag" in value && "val" in value && typeof value.tag === "string") return `#${value.tag} ${textOf(value.val)}`;
  if ("map" in value && Array.isArray(value.map)) return mapText(value.map);
  return mapText(Object.entries(value));
}

function mapText(entries: readonly (readonly [unknown, unknown])[]): string {
  const texts = entries.map(([key, value]) => `${textOf(key)} ${textOf(value)}`);
  return `{${texts.toSorted().join(", ")}}`;
}
