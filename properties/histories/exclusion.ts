/** The operations of a file that the user leaves out of its history. */
import type { RecordedOperation } from "./record.ts";

/** A function by its name, or a client by its name: `drain`, `client=7`. */
export interface Exclusion {
  readonly field: "f" | "client";
  readonly name: string;
  /** The exclusion as given. */
  readonly text: string;
}

/** @returns undefined for an empty name */
export function exclusionOf(text: string): Exclusion | undefined {
  const client = /^client=(.*)$/s.exec(text)?.[1];
  const name = client ?? text.replace(/^:/, "");
  return name === "" ? undefined : { field: client === undefined ? "f" : "client", name, text };
}

/** The first exclusion that matches an operation. */
export function excludedBy(exclusions: readonly Exclusion[], { f, client }: RecordedOperation): Exclusion | undefined {
  return exclusions.find(({ field, name }) => String(field === "f" ? f : client) === name);
}
