import { writeWholeFile } from "#fuzz/host/write-file.ts";

/**
 * Writes the output of `--json`.
 *
 * @param path of a file, or `-` for standard output; undefined without `--json`
 * @throws InputError if the file cannot be written
 */
export function writeJson(path: string | undefined, text: string): void {
  if (path === "-") process.stdout.write(text);
  else if (path !== undefined) writeWholeFile(path, text);
}
