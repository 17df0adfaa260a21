/** Which operations of a file are left out of its history, as the user says. */
import type { RecordedOperation } from "./record.ts";

/** A function by its name, or a client by its: `drain`, `client=7`. */
export interface Exclusion {
  readonly field: "f" | "client";
  readonly name: string;
  /** As it was given. */
  readonly text: string;
}

/** @returns undefined for an empty name */
export function exclusionOf(text: string): Exclusion | undefined {
  const client = /^client=(.*)$/s.exec(text)?.[1];
  const name = client ?? text.replace(/^:/, "");
  return name === "" ? undefined : { field: client === undefined ? "f" : "client", name, text };
}

/** The first that holds of an operation. */
export function excludedBy(exclusions: readonly Exclusion[], { f, client }: RecordedOperation): Exclusion | undefined {
  return exclusions.find(({ field, name }) => String(field === "f" ? f : client) === name);
}
