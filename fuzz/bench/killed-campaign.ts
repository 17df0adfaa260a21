/**
 * A campaign that is killed at random moments and restarted until it finishes, beside an undisturbed one. Their final
 * results must be equal, byte for byte.
 */
import { spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { projectRoot } from "#fuzz/host/project-root.ts";
import { Random } from "#properties/random.ts";

const QUIESCE = fileURLToPath(new URL("../cli/quiesce.mjs", import.meta.url));

export interface KilledCampaign {
  /** Words of the command line that select the work. */
  readonly words: readonly string[];
  readonly kills: number;
  readonly seed: number;
}

export interface KilledResult {
  readonly kills: number;
  /** Campaigns that finished after kills; a new one begins then. */
  readonly ended: number;
  /** Their results that differ from the undisturbed one's. */
  readonly different: readonly string[];
  /** The results of the undisturbed campaign. */
  readonly expected: string;
}

/** @throws Error if a process ends with another exit code than that of a verdict */
export async function killCampaign({ words, kills, seed }: KilledCampaign): Promise<KilledResult> {
  const folder = mkdtempSync(join(tmpdir(), "quiesce-killed-"));
  const random = new Random(seed);
  const different: string[] = [];
  try {
    const start = performance.now();
    const alone = await campaign(words, folder, "alone", Infinity);
    const wholeMs = performance.now() - start;
    if (alone === undefined) throw new Error("the campaign left alone was killed");
    let killed = 0;
    let ended = 0;
    while (killed < kills || ended === 0) {
      const name = `killed-${ended}`;
      // Once killed often enough, it may finish.
      const after = killed < kills ? wholeMs * random.fraction() : Infinity;
      const result = await campaign(words, folder, name, after);
      if (result === undefined) killed++;
      else {
        ended++;
        if (result !== alone) different.push(result);
      }
    }
    return { kills: killed, ended, different, expected: alone };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** Its final output; undefined if it was killed before. */
function campaign(
  words: readonly string[],
  folder: string,
  name: string,
  killAfterMs: number,
): Promise<string | undefined> {
  const json = join(folder, `${name}.json`);
  const files = ["--store", join(folder, `${name}.db`), "--out", join(folder, name), "--json", json];
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [QUIESCE, "campaign", ...words, ...files], {
      cwd: projectRoot,
      stdio: ["ignore", "ignore", "pipe"],
    });
    let errors = "";
    child.stderr.setEncoding("utf8").on("data", (text: string) => (errors += text));
    const timer = killAfterMs === Infinity ? undefined : setTimeout(() => child.kill("SIGKILL"), killAfterMs);
    child.on("error", reject);
    child.on("close", (code, signal) => {
      clearTimeout(timer);
      if (signal === "SIGKILL") resolve(undefined);
      else if (code === 0 || code === 1) resolve(readFileSync(json, "utf8"));
      else reject(new Error(`the campaign ended with ${code ?? signal}: ${errors}`));
    });
  });
}
