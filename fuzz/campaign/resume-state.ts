/** The outcomes of a run so far, in a file, so that a stopped run can be resumed. */
import { readFileSync, rmSync } from "node:fs";
import { z } from "zod";
import { commandPath } from "#fuzz/host/command-path.ts";
import { writeWholeFile } from "#fuzz/host/write-file.ts";
import { visibleText } from "#reports/visible-text.ts";
import type { KeptOutcomes } from "./engine.ts";
import { type Job, type JobKind, jobName, type OutcomeOf, type Performed } from "./job.ts";
import { jobKinds } from "./job-kinds.ts";

/** Outcomes are taken over only by a run with an equal key. */
export type ResumeKey = Readonly<Record<string, string | number>> & {
  /** Fingerprint of everything that decides an outcome. */
  readonly code: string;
};

const State = z.strictObject({
  format: z.literal("quiesce-campaign"),
  version: z.literal(2),
  key: z.looseObject({ code: z.string() }).and(z.record(z.string(), z.union([z.string(), z.number()]))),
  jobs: z.record(
    z.string(),
    z.strictObject({
      kind: z.string().refine((kind): kind is JobKind => Object.hasOwn(jobKinds, kind)),
      milliseconds: z.number(),
      outcome: z.unknown(),
    }),
  ),
});

type Jobs = z.infer<typeof State>["jobs"];

/** Name of a campaign's state file, in the folder of its reports. */
export const STATE_FILE = "campaign-state.json";

/** Shortest interval between writes of the state during a run. */
const MILLISECONDS_BETWEEN_STATES = 2_000;

/** Outcomes that are written from time to time. */
export interface ResumeState extends KeptOutcomes {
  /** @throws InputError if the file cannot be written */
  write(): void;
  /** The run ended: there is nothing to resume. */
  remove(): void;
}

/** The state in a file, or the reason for none: the file may be missing, unreadable or of another format. */
export function readState(
  path: string,
): { readonly key: ResumeKey; readonly jobs: Jobs } | { readonly because: string } {
  let value: unknown;
  try {
    value = JSON.parse(readFileSync(path, "utf8"));
  } catch (error) {
    const isMissing = error instanceof Error && "code" in error && error.code === "ENOENT";
    return { because: isMissing ? "no run was stopped there" : `${path} cannot be read` };
  }
  const parsed = State.safeParse(value);
  return parsed.success ? parsed.data : { because: `${path} is no state of a run` };
}

/** A run that starts with no outcomes, and leaves a file when stopped. */
export function freshState(path: string, key: ResumeKey): ResumeState {
  return stateOf(path, key, {});
}

/**
 * A run that continues a stopped one, if that had the same key.
 *
 * @param note hears a line on the outcomes taken over, or why there are none
 */
export function resumedState(path: string, key: ResumeKey, note: (line: string) => void): ResumeState {
  const found = readState(path);
  const because = "because" in found ? found.because : differenceBetween(found.key, key);
  if ("because" in found || because !== "") {
    note(`nothing to resume in ${visibleText(commandPath(path))}: ${visibleText(because)}; starting anew`);
    return stateOf(path, key, {});
  }
  note(`resuming; ${doneText(found.jobs)} done already`);
  return stateOf(path, key, found.jobs);
}

function differenceBetween(found: ResumeKey, key: ResumeKey): string {
  return Object.entries(key)
    .filter(([part, value]) => found[part] !== value)
    .map(([part]) => (part === "code" ? "the code is another" : `its ${part} is ${found[part]}`))
    .join(", ");
}

/** `3 searches and 1 hunt are`. */
function doneText(jobs: Jobs): string {
  const done = Object.values(jobs);
  const counts = Object.entries(jobKinds).flatMap(([name, { kept }]) => {
    const count = done.filter(({ kind }) => kind === name).length;
    if (kept === undefined || count === 0) return [];
    const [one, several] = kept.noun;
    return [count === 1 ? `1 ${one}` : `${count.toLocaleString("en-US")} ${several}`];
  });
  return counts.length === 0 ? "nothing is" : `${counts.join(" and ")} ${done.length === 1 ? "is" : "are"}`;
}

function stateOf(path: string, key: ResumeKey, jobs: Jobs): ResumeState {
  const known = new Map(Object.entries(jobs));
  let writtenAt = performance.now();
  const write = (): void => {
    writtenAt = performance.now();
    const state = { format: "quiesce-campaign", version: 2, key, jobs: Object.fromEntries(known) };
    writeWholeFile(path, `${JSON.stringify(state)}\n`);
  };
  return {
    outcomeOf<Kind extends JobKind>(job: Job<Kind>) {
      const found = known.get(jobName(job));
      const outcome = jobKinds[job.kind].kept?.schema.safeParse(found?.outcome);
      // A job whose entry is not a valid outcome runs again.
      if (found === undefined || outcome?.success !== true) return undefined;
      return { outcome: outcome.data, milliseconds: found.milliseconds };
    },
    keep<Kind extends JobKind>(job: Job<Kind>, performed: Performed<OutcomeOf<Kind>>) {
      if (jobKinds[job.kind].kept?.isFinal(performed.outcome) !== true) return;
      known.set(jobName(job), { kind: job.kind, ...performed });
      if (performance.now() - writtenAt >= MILLISECONDS_BETWEEN_STATES) write();
    },
    write,
    remove: () => rmSync(path, { force: true }),
  };
}
