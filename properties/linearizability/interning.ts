/**
 * Small numbers for values, so that the searches compare and store integers only.
 *
 * Two values get one number exactly when their {@link canonical} texts are equal: same type, same content, whatever the
 * order of an object's fields.
 */

/**
 * Text equal for two values exactly when they have the same type and content. Plain data only: no functions, no cycles.
 */
export function canonical(value: unknown): string {
  switch (typeof value) {
    case "string":
      return JSON.stringify(value);
    case "number":
      return Object.is(value, -0) ? "0" : String(value);
    case "bigint":
      return `${value}n`;
    case "boolean":
    case "undefined":
      return String(value);
    case "object":
      break;
    default:
      throw new TypeError(`a ${typeof value} cannot be part of an operation or a response: plain data only`);
  }
  if (value === null) return "null";
  if (Array.isArray(value)) return `[${value.map(canonical).join()}]`;
  if (value instanceof Map) return `Map${canonical([...value])}`;
  if (value instanceof Set) return `Set${canonical([...value])}`;
  const names = Object.keys(value);
  if (names.length > 1) names.sort();
  const fields: Readonly<Record<string, unknown>> = { ...value };
  let text = "{";
  for (const name of names) text += `${JSON.stringify(name)}:${canonical(fields[name])},`;
  return `${text}}`;
}

/** Numbers values 0, 1, 2 … in the order of first occurrence. */
export class Interner<T> {
  readonly values: T[] = [];
  readonly #ids = new Map<unknown, number>();

  /**
   * The value's number, assigned at its first occurrence. Primitives cost one look-up, objects are written out
   * canonically.
   */
  intern(value: T): number {
    // Objects by their text, after a mark that distinguishes them from strings; a string with that mark is written out
    // too.
    const plain = typeof value === "string" ? !value.startsWith("\0") : typeof value !== "object" || value === null;
    const key = plain ? value : `\0${canonical(value)}`;
    const known = this.#ids.get(key);
    if (known !== undefined) return known;
    const id = this.values.length;
    this.#ids.set(key, id);
    this.values.push(value);
    return id;
  }
}
