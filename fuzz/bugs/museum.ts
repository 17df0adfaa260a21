import { readdirSync, readFileSync } from "node:fs";
import { InputError } from "#fuzz/host/input-error.ts";
import { type BugHeader, parseBugHeader } from "./patch.ts";
import { unknownName } from "#fuzz/host/unknown-name.ts";

const MUSEUM = new URL(".//", import.meta.url);
const SUFFIX = ".patch";

/** A bug of the museum: the head of its patch, and the patch. */
export interface Bug extends BugHeader {
  readonly patch: string;
}

/**
 * The museum's bugs in the order of their names.
 *
 * @throws InputError if the head of a patch is wrong
 */
export function museumBugs(): readonly Bug[] {
  return readdirSync(MUSEUM)
    .filter((file) => file.endsWith(SUFFIX))
    .toSorted()
    .map((file) => {
      const slug = file.slice(0, -SUFFIX.length);
      const patch = readFileSync(new URL(file, MUSEUM), "utf8");
      return { ...parseBugHeader(slug, patch), patch };
    });
}

/**
 * The bug of that name.
 *
 * @throws InputError that names all bugs if there is none
 */
export function bugNamed(slug: string): Bug {
  const bugs = museumBugs();
  const found = bugs.find((bug) => bug.slug === slug);
  if (found === undefined)
    throw new InputError(
      unknownName(
        "bug",
        slug,
        bugs.map((bug) => bug.slug),
        "quiesce list --only bugs",
      ),
    );
  return found;
}
