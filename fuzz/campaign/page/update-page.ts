/** Adds a command's files to a report folder, and rebuilds its page. */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { writeWholeFile } from "#fuzz/host/write-file.ts";
import { openEngine } from "../engine.ts";
import { RESULT_FILE } from "../write-reports.ts";
import { writePage } from "./write-page.ts";

/** A file of the folder, and its text. */
export interface ReportFile {
  readonly name: string;
  readonly text: string;
}

/**
 * @returns path of the page; undefined if the page is not built
 * @throws InputError if a file cannot be written
 */
export async function updatePage(folder: string, files: readonly ReportFile[]): Promise<string | undefined> {
  for (const { name, text } of files) writeWholeFile(join(folder, name), text);
  const result = join(folder, RESULT_FILE);
  const engine = openEngine({ workers: 1 });
  try {
    return await writePage({ folder, results: existsSync(result) ? [result] : [] }, engine.perform);
  } finally {
    await engine.close();
  }
}
