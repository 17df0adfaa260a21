import { mkdirSync, renameSync, rmSync, statSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";

/** A file that could not be written; the message says which, and what to do. */
export class WriteError extends Error {
  override readonly name = "WriteError";
}

const REASONS: Readonly<Record<string, string>> = {
  EACCES: "no permission",
  EPERM: "no permission",
  EROFS: "the file system is read-only",
  ENOSPC: "the disk is full",
  ENOTDIR: "a part of its path is a file, not a folder",
  EEXIST: "a file stands where its folder should be",
  EISDIR: "it is a folder",
};

/**
 * Writes a whole file, or leaves what was there: the text goes to a temporary name beside it, which is renamed at the
 * end. Folders that are missing are made.
 *
 * @throws WriteError if that cannot be done
 */
export function writeWholeFile(path: string, text: string): void {
  const temporary = `${path}.${process.pid}.tmp`;
  try {
    makeFolder(dirname(path));
    writeFileSync(temporary, text);
    renameSync(temporary, path);
  } catch (error) {
    try {
      rmSync(temporary, { force: true });
    } catch {
      // Where it could not be written it can often not be removed either; the error above is the one to tell.
    }
    throw new WriteError(`cannot write ${path}: ${reasonOf(error)}; name a folder that can be written`, {
      cause: error,
    });
  }
}

function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const code = "code" in error && typeof error.code === "string" ? error.code : "";
  return REASONS[code] ?? error.message;
}

/**
 * Makes a folder and those above it that are missing.
 *
 * One at a time: asked to make all of a path at once, Node tries for ever where the system says a parent is missing, as
 * /proc does.
 *
 * @throws Error of the file system if that cannot be done
 */
export function makeFolder(path: string): void {
  if (statSync(path, { throwIfNoEntry: false })?.isDirectory() === true) return;
  const parent = dirname(path);
  if (parent !== path) makeFolder(parent);
  try {
    mkdirSync(path);
  } catch (error) {
    // Another process may have made it meanwhile.
    if (statSync(path, { throwIfNoEntry: false })?.isDirectory() !== true) throw error;
  }
}
