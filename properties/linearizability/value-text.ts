/**
 * Readable text of plain data: JSON, with every digit of a bigint, literals by their EDN text, maps and sets by their
 * contents.
 */
export function valueText(value: unknown): string {
  if (typeof value === "bigint") return String(value);
  if (typeof value !== "object" || value === null) return JSON.stringify(value) ?? String(value);
  if (Array.isArray(value)) return `[${value.map(valueText).join(",")}]`;
  if (value instanceof Map)
    return `{${[...value].map(([key, each]) => `${valueText(key)}:${valueText(each)}`).join(",")}}`;
  if (value instanceof Set) return `#{${[...value].map(valueText).join(",")}}`;
  // A literal, or the copy of one that came from another thread.
  const entries = Object.entries(value);
  const [first] = entries;
  if (entries.length === 1 && first?.[0] === "edn" && typeof first[1] === "string") return first[1];
  return `{${entries.map(([name, each]) => `${JSON.stringify(name)}:${valueText(each)}`).join(",")}}`;
}
