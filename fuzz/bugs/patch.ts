import { readFileSync } from "node:fs";
import { pathToFileURL } from "node:url";
import { resolve, sep } from "node:path";
import { applyPatch, parsePatch } from "diff";
import { InputError } from "#fuzz/host/input-error.ts";

/** The head of a museum patch: the bug it reintroduces, and the property that must catch it. */
export interface BugHeader {
  readonly slug: string;
  /** The bug in one sentence. */
  readonly summary: string;
  readonly system: string;
  /** Properties; the first violation must be of one of these. */
  readonly caughtBy: readonly string[];
  /** Scenario in which the bug shows. */
  readonly scenario: string;
  /** Maximum number of preemptions of its shortest counterexample. */
  readonly preemptionsMax: number;
  /** Origin of the bug: file, year, commit. */
  readonly source: string;
}

/** A patch as text, and the new source of each module that it changes, by the module's URL. */
export interface PatchedModules {
  readonly sources: ReadonlyMap<string, string>;
}

const HEADER_FIELDS = ["summary", "system", "caught-by", "scenario", "preemptions", "source"] as const;

/**
 * Reads the lines `field: value` before the first file of a museum patch. A line that starts with blanks continues the
 * preceding field.
 *
 * @throws InputError naming the field that is missing, unknown or not a number
 */
export function parseBugHeader(slug: string, text: string): BugHeader {
  const fields = new Map<string, string>();
  let last = "";
  for (const line of text.slice(0, text.search(/^--- /m)).split("\n")) {
    const match = /^([a-z-]+): (.*)$/.exec(line);
    if (match?.[1] !== undefined) {
      last = match[1];
      fields.set(last, match[2] ?? "");
    } else if (/^\s+\S/.test(line) && last !== "") {
      fields.set(last, `${fields.get(last)} ${line.trim()}`);
    } else if (line.trim() !== "") {
      throw new InputError(`${slug}: its head has the line "${line}", and must have lines such as "summary: …"`);
    }
  }
  const field = (name: (typeof HEADER_FIELDS)[number]): string => {
    const value = fields.get(name);
    if (value === undefined)
      throw new InputError(`${slug}: its head has no "${name}: …"; it needs ${HEADER_FIELDS.join(", ")}`);
    return value;
  };
  const preemptionsMax = Number(field("preemptions"));
  if (!Number.isInteger(preemptionsMax) || preemptionsMax < 0) {
    throw new InputError(`${slug}: preemptions is "${field("preemptions")}", and must be a whole number`);
  }
  return {
    slug,
    summary: field("summary"),
    system: field("system"),
    caughtBy: field("caught-by").split(/\s*,\s*/),
    scenario: field("scenario"),
    preemptionsMax,
    source: field("source"),
  };
}

/**
 * Applies a unified diff to the project below `root`, in memory.
 *
 * @returns the new source of every module changed
 * @throws InputError naming the file and the hunk that does not apply, a missing file, or text that is not a patch
 */
export function applyToModules(name: string, text: string, root: string): PatchedModules {
  const start = text.search(/^--- /m);
  if (start === -1) throw new InputError(`${name}: it holds no unified diff (no line starts with "--- ")`);
  let patches;
  try {
    patches = parsePatch(text.slice(start));
  } catch (error) {
    const reason = error instanceof Error ? (error.message.split("\n")[0] ?? "") : String(error);
    throw new InputError(`${name}: it is not a unified diff: ${reason}`);
  }
  const sources = new Map<string, string>();
  for (const patch of patches) {
    const file = (patch.newFileName ?? "").replace(/^b\//, "");
    const path = resolve(root, file);
    if (!path.startsWith(resolve(root) + sep)) throw new InputError(`${name}: ${file} lies outside the project`);
    const url = pathToFileURL(path).href;
    const before = sources.get(url) ?? readSource(name, file, path);
    const after = applyPatch(before, patch);
    if (after === false)
      throw new InputError(
        `${name}: it does not apply to ${file}: ${misfit(before, patch)}; regenerate it against the present code`,
      );
    sources.set(url, after);
  }
  return { sources };
}

function readSource(name: string, file: string, path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch {
    throw new InputError(`${name}: it changes ${file}, and there is no such file`);
  }
}

/** Names the first hunk that applies nowhere. */
function misfit(before: string, patch: ReturnType<typeof parsePatch>[number]): string {
  for (const [index, hunk] of patch.hunks.entries()) {
    if (applyPatch(before, { ...patch, hunks: [hunk] }) === false)
      return `hunk ${index + 1} (at line ${hunk.oldStart}) fits nowhere`;
  }
  return "its hunks fit one by one, but not together";
}
