/** Runs `quiesce litmus` as a process of its own. */

import { execFile } from "node:child_process";
import { join } from "node:path";

export const root = join(import.meta.dirname, "../..");

export interface Run {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

export function litmus(...args: readonly string[]): Promise<Run> {
  return new Promise((resolve) => {
    execFile(process.execPath, ["fuzz/cli/quiesce.mjs", "litmus", ...args], { cwd: root }, (error, out, err) => {
      resolve({ code: typeof error?.code === "number" ? error.code : 0, out, err });
    });
  });
}
