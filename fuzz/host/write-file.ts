import { accessSync, constants, mkdirSync, renameSync, rmSync, statSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { InputError } from "./input-error.ts";

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
 * Writes a whole file, or leaves the old one: the content goes to a temporary name beside it, which is renamed at the
 * end. Missing folders are created.
 *
 * @throws InputError if that cannot be done
 */
export function writeWholeFile(path: string, content: string | Uint8Array): void {
  const temporary = `${path}.${process.pid}.tmp`;
  try {
    makeFolder(dirname(path));
    writeFileSync(temporary, content);
    renameSync(temporary, path);
  } catch (error) {
    try {
      rmSync(temporary, { force: true });
    } catch {
      // If it could not be written, it can often not be removed either; the error above is the one to report.
    }
    throw new InputError(`cannot write ${path}: ${reasonOf(error)}; name a folder that can be written`, {
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
 * Creates a folder and its missing parents.
 *
 * One at a time: when asked for a whole path at once, Node retries for ever if the system reports a missing parent, as
 * /proc does.
 *
 * @throws Error of the file system if that cannot be done
 */
function makeFolder(path: string): void {
  if (statSync(path, { throwIfNoEntry: false })?.isDirectory() === true) return;
  const parent = dirname(path);
  if (parent !== path) makeFolder(parent);
  try {
    mkdirSync(path);
  } catch (error) {
    // Another process may have created it meanwhile.
    if (statSync(path, { throwIfNoEntry: false })?.isDirectory() !== true) throw error;
  }
}

/**
 * Creates the folder, and makes sure that files can be written there before hours of work depend on it.
 *
 * @param option the option that names the folder, or a file in it
 * @throws InputError if they cannot
 */
export function prepareFolder(folder: string, option: string): void {
  try {
    makeFolder(folder);
    accessSync(folder, constants.W_OK | constants.X_OK);
  } catch (error) {
    const code = error instanceof Error && "code" in error ? String(error.code) : String(error);
    throw new InputError(`cannot write to ${folder} (${code}); name a place that can be written with ${option}`, {
      cause: error,
    });
  }
}
