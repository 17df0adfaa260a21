declare global {
  interface JSON {
    /** ECMAScript 2026, JSON.parse source text access: a primitive that is written as its source text. */
    rawJSON(text: string): object;
  }
}

/**
 * JSON of plain data with values that JSON lacks: bigints become numbers of many digits, maps objects, sets arrays.
 */
export function exactJsonText(value: unknown): string {
  return JSON.stringify(value, (_name, each: unknown) => {
    if (typeof each === "bigint") return JSON.rawJSON(String(each));
    if (each instanceof Map) return Object.fromEntries(each);
    return each instanceof Set ? [...each] : each;
  });
}
