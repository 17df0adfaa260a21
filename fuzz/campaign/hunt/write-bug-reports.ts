/** Writes what `quiesce bugs` found: a file for programs, a trace of each counterexample that was shrunk, the page. */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { writeWholeFile } from "#fuzz/host/write-file.ts";
import { openEngine } from "../engine.ts";
import { writePage } from "../page/write-page.ts";
import type { BugStatistics } from "./hunt-statistics.ts";

export interface HuntTerms {
  readonly seeds: readonly number[];
  readonly executions: number;
  readonly strategies: readonly string[];
}

/** @throws InputError if a file cannot be written */
export async function writeBugReports(
  folder: string,
  terms: HuntTerms,
  hunted: readonly BugStatistics[],
): Promise<{ readonly text: string; readonly page: string | undefined }> {
  const bugs = hunted.map(({ trace, ...bug }) => {
    if (trace === undefined) return bug;
    const file = `bugs/${bug.slug}.trace.json`;
    writeWholeFile(join(folder, file), trace);
    return { ...bug, trace: file };
  });
  const text = `${JSON.stringify({ ...terms, bugs }, null, 2)}\n`;
  writeWholeFile(join(folder, "bugs.json"), text);
  const engine = openEngine({ workers: 1 });
  try {
    const result = join(folder, "result.json");
    const page = await writePage({ folder, results: existsSync(result) ? [result] : [] }, engine.perform);
    return { text, page };
  } finally {
    await engine.close();
  }
}
