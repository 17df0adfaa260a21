declare global {
  interface JSON {
    /** ECMAScript 2026, JSON.parse source text access: a primitive that is written as its text stands. */
    rawJSON(text: string): object;
  }
}

/**
 * JSON of plain data that may hold what JSON has not: bigints as numbers of many digits, maps as objects, sets as
 * arrays.
 */
export function exactJsonText(value: unknown): string {
  return JSON.stringify(value, (_name, each: unknown) => {
    if (typeof each === "bigint") return JSON.rawJSON(String(each));
    if (each instanceof Map) return Object.fromEntries(each);
    return each instanceof Set ? [...each] : each;
  });
}
