import { writeWholeFile } from "#fuzz/host/write-file.ts";

/**
 * Writes what `--json` asks for.
 *
 * @param path of a file, or `-` for standard output; undefined if it was not asked for
 * @throws InputError if the file cannot be written
 */
export function writeJson(path: string | undefined, text: string): void {
  if (path === "-") process.stdout.write(text);
  else if (path !== undefined) writeWholeFile(path, text);
}
