/** JSON that preserves numbers: every digit of a BigInt, −0, and numbers that JSON lacks as strings. */

/** JSON.rawJSON is not in TypeScript's libraries yet. */
const { rawJSON } = JSON as unknown as { readonly rawJSON: (text: string) => unknown };

export function exactJson(value: unknown): string {
  return JSON.stringify(value, (_key, inner: unknown) => {
    if (typeof inner === "bigint") return rawJSON(String(inner));
    if (typeof inner !== "number") return inner;
    if (Object.is(inner, -0)) return rawJSON("-0");
    return Number.isFinite(inner) ? inner : String(inner);
  });
}
