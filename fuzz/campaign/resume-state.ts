/** What a campaign has done so far, in a file, so that one that is stopped can go on. */
import { createHash } from "node:crypto";
import { readdirSync, readFileSync, rmSync } from "node:fs";
import { join, sep } from "node:path";
import { z } from "zod";
import { BugResult } from "#reports/result.ts";
import { writeWholeFile } from "#reports/write-file.ts";
import { StressSoFar } from "./stress-job.ts";
import type { SearchOutcome } from "./task.ts";

/** Outcomes are taken over only by a run with an equal key. */
export interface ResumeKey {
  readonly seed: number;
  readonly profile: string;
  /** Fingerprint of everything that decides an outcome. */
  readonly code: string;
}

const Outcome = z.strictObject({
  kind: z.enum(["violated", "exhausted", "searched"]),
  executions: z.int().nonnegative(),
  accesses: z.int().nonnegative(),
  estimate: z.strictObject({ executions: z.int().nonnegative(), error: z.int().nonnegative() }).optional(),
  violation: z.strictObject({ property: z.string(), because: z.string() }).optional(),
  choices: z.array(z.int().nonnegative()).optional(),
  milliseconds: z.number(),
});

const State = z.strictObject({
  format: z.literal("quiesce-campaign"),
  version: z.literal(1),
  key: z.strictObject({ seed: z.int(), profile: z.string(), code: z.string() }),
  searches: z.record(z.string(), Outcome),
  museum: z.record(z.string(), BugResult),
  stress: z.record(z.string(), StressSoFar),
});

/** Name of the file, in the folder of the reports. */
export const STATE_FILE = "campaign-state.json";

export interface Finished {
  readonly searches: Map<string, SearchOutcome>;
  readonly museum: Map<string, BugResult>;
  readonly stress: Map<string, StressSoFar>;
}

export function nothingFinished(): Finished {
  return { searches: new Map(), museum: new Map(), stress: new Map() };
}

/** A search that was stopped or could not run says nothing that may be kept. */
export function isKept(outcome: SearchOutcome): boolean {
  return outcome.kind !== "stopped" && outcome.kind !== "failed";
}

/** The state in the file, or why there is none: the file may be missing, unreadable or another format's. */
export function readResumeState(
  path: string,
): { readonly key: ResumeKey; readonly finished: Finished } | { readonly because: string } {
  let value: unknown;
  try {
    value = JSON.parse(readFileSync(path, "utf8"));
  } catch (error) {
    const isMissing = error instanceof Error && "code" in error && error.code === "ENOENT";
    return { because: isMissing ? "no run was stopped there" : `${path} cannot be read` };
  }
  const parsed = State.safeParse(value);
  if (!parsed.success) return { because: `${path} is no state of a campaign` };
  const { key, searches, museum, stress } = parsed.data;
  const outcomes = Object.entries(searches).map(([name, { violation, choices, ...rest }]): [string, SearchOutcome] => [
    name,
    { ...rest, ...(violation !== undefined && { violation }), ...(choices !== undefined && { choices }) },
  ]);
  return {
    key,
    finished: {
      searches: new Map(outcomes),
      museum: new Map(Object.entries(museum)),
      stress: new Map(Object.entries(stress)),
    },
  };
}

/** @throws WriteError if the file cannot be written */
export function writeResumeState(path: string, key: ResumeKey, { searches, museum, stress }: Finished): void {
  const kept = [...searches].filter(([, outcome]) => isKept(outcome));
  const state = {
    format: "quiesce-campaign",
    version: 1,
    key,
    searches: Object.fromEntries(kept),
    museum: Object.fromEntries(museum),
    stress: Object.fromEntries(stress),
  };
  writeWholeFile(path, `${JSON.stringify(state)}\n`);
}

export function removeResumeState(path: string): void {
  rmSync(path, { force: true });
}

/** Folders whose files decide what a campaign finds. */
const FOLDERS = ["impl", "model", "properties", "fuzz"];

/** First digits of a SHA-256 over everything that decides an outcome, patches and the user's own modules included. */
export function campaignFingerprint(root: string, modules: readonly string[]): string {
  const hash = createHash("sha256");
  for (const folder of FOLDERS) {
    const files = readdirSync(join(root, folder), { recursive: true, encoding: "utf8" }).filter((file) =>
      /(?<!\.test)\.ts$|\.patch$/.test(file),
    );
    for (const file of files.toSorted()) {
      hash
        .update(`${folder}/${file.split(sep).join("/")}\0`)
        .update(readFileSync(join(root, folder, file)))
        .update("\0");
    }
  }
  for (const path of modules) hash.update(`${path}\0`).update(readFileSync(path)).update("\0");
  return hash.digest("hex").slice(0, 16);
}
