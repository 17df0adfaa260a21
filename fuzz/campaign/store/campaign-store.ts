/**
 * The results of campaigns: the outcome of each job with its code, schedules that showed new pairs, the rate of new
 * pairs, and violations by cause. It grows with new findings only: executions without new pairs leave a count.
 */
import type { DatabaseSync } from "node:sqlite";
import { z } from "zod";
import type { KeptOutcomes } from "../engine.ts";
import { type Job, type JobKind, jobName, type OutcomeOf, type Performed } from "../job.ts";
import { jobKinds } from "../job-kinds.ts";
import { inStore, openStoreFile, type StoreOptions } from "./store-file.ts";

/** A violation, with the features that identify its cause. */
export interface FoundViolation {
  /** Equal for violations of one cause. */
  readonly cause: string;
  readonly property: string;
  readonly because: string;
  readonly scenario: string;
  /** The pair of source lines that conflict. */
  readonly lines: string;
  readonly module?: string;
  /** Text of the trace. */
  readonly trace: string;
}

export interface StoredViolation extends FoundViolation {
  /** Dates as ISO 8601 writes them. */
  readonly firstSeen: string;
  readonly lastSeen: string;
  /** The code of the last search for it, and whether it still fails there. */
  readonly lastCode: string;
  readonly isFailing: boolean;
}

/** A schedule, as the threads of its accesses, and the pairs that it was the first to show. */
export interface Discovery {
  readonly execution: number;
  readonly choices: readonly number[];
  readonly pairs: readonly number[];
}

/** The observations of a piece of a search. */
export interface Seen {
  readonly scenario: string;
  readonly strategy: string;
  readonly executions: number;
  /** It ended with a violation. */
  readonly isViolated: boolean;
  readonly discoveries: readonly Discovery[];
}

export interface CurvePoint {
  readonly scenario: string;
  readonly strategy: string;
  /** Executions of one piece, and pairs known after it. */
  readonly executions: number;
  readonly known: number;
}

export interface CorpusEntry {
  readonly scenario: string;
  readonly strategy: string;
  readonly choices: readonly number[];
  /** Pairs that it was the first to show. */
  readonly found: number;
}

export interface CampaignStore {
  /** Outcomes of jobs with this code. */
  outcomesOf(code: string): KeptOutcomes;
  /**
   * Stores the observations of a piece of a search, once.
   *
   * @returns pairs that no piece had shown before
   */
  see(job: string, seen: Seen): number;
  /** The ending of a stored piece; undefined for others. */
  seen(job: string): "violated" | "searched" | undefined;
  /** Stores a violation; one with a known cause is updated. True if the cause is new. */
  meet(violation: FoundViolation, code: string, now: Date): boolean;
  /** Records whether a violation occurs with this code. */
  recheck(cause: string, code: string, isFailing: boolean, now: Date): void;
  violations(): readonly StoredViolation[];
  corpus(): readonly CorpusEntry[];
  curve(): readonly CurvePoint[];
  close(): void;
}

const ViolationRow = z.object({
  cause: z.string(),
  property: z.string(),
  because: z.string(),
  scenario: z.string(),
  lines: z.string(),
  module: z.string().nullable(),
  trace: z.string(),
  first_seen: z.string(),
  last_seen: z.string(),
  last_code: z.string(),
  is_failing: z.number(),
});

const CorpusRow = z.object({ scenario: z.string(), strategy: z.string(), choices: z.string(), found: z.number() });
const CurveRow = z.object({ scenario: z.string(), strategy: z.string(), executions: z.number(), known: z.number() });

/** @throws InputError if the file is unusable, as does every function of the store if it becomes unusable later */
export function openStore(path: string, options: StoreOptions = {}): CampaignStore {
  const file = openStoreFile(path, options);
  const all = (query: string): unknown[] => inStore(path, () => file.prepare(query).all());
  return {
    outcomesOf: (code) => outcomesIn(file, path, code),
    seen: (job) => {
      const row = inStore(path, () => file.prepare("SELECT is_violated FROM curve WHERE job = ?").get(job));
      return row === undefined ? undefined : row["is_violated"] === 1 ? "violated" : "searched";
    },
    see: (job, seen) => inStore(path, () => inTransaction(file, () => see(file, job, seen))),
    meet({ cause, property, because, scenario, lines, module, trace }, code, now) {
      return inStore(path, () => {
        const at = now.toISOString();
        const again = file
          .prepare("UPDATE violation SET last_seen = ?, last_code = ?, is_failing = 1 WHERE cause = ?")
          .run(at, code, cause);
        if (again.changes > 0) return false;
        file
          .prepare("INSERT INTO violation VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 1)")
          .run(cause, property, because, scenario, lines, module ?? null, trace, at, at, code);
        return true;
      });
    },
    recheck(cause, code, isFailing, now) {
      const seen = isFailing ? ", last_seen = ?" : "";
      inStore(path, () =>
        file
          .prepare(`UPDATE violation SET last_code = ?, is_failing = ?${seen} WHERE cause = ?`)
          .run(code, isFailing ? 1 : 0, ...(isFailing ? [now.toISOString()] : []), cause),
      );
    },
    violations: () => all("SELECT * FROM violation ORDER BY first_seen, cause").map(violationOf),
    corpus: () =>
      all("SELECT scenario, strategy, choices, found FROM corpus ORDER BY job, execution").map((row) => {
        const { choices, ...entry } = CorpusRow.parse(row);
        return { ...entry, choices: z.array(z.int()).parse(JSON.parse(choices)) };
      }),
    curve: () =>
      all("SELECT scenario, strategy, executions, known FROM curve ORDER BY scenario, known, job").map((row) =>
        CurveRow.parse(row),
      ),
    close: () => file.close(),
  };
}

function outcomesIn(file: DatabaseSync, path: string, code: string): KeptOutcomes {
  const find = file.prepare("SELECT milliseconds, outcome FROM decision WHERE code = ? AND job = ?");
  const insert = file.prepare("INSERT OR REPLACE INTO decision VALUES (?, ?, ?, ?, ?)");
  return {
    outcomeOf<Kind extends JobKind>(job: Job<Kind>): Performed<OutcomeOf<Kind>> | undefined {
      const row = inStore(path, () => find.get(code, jobName(job)));
      if (row === undefined) return undefined;
      const outcome = jobKinds[job.kind].kept?.schema.safeParse(JSON.parse(String(row["outcome"])));
      // A job whose entry is not a valid outcome runs again.
      return outcome?.success === true
        ? { outcome: outcome.data, milliseconds: Number(row["milliseconds"]) }
        : undefined;
    },
    keep<Kind extends JobKind>(job: Job<Kind>, { outcome, milliseconds }: Performed<OutcomeOf<Kind>>): void {
      if (jobKinds[job.kind].kept?.isFinal(outcome) !== true) return;
      inStore(path, () => insert.run(code, jobName(job), job.kind, milliseconds, JSON.stringify(outcome)));
    },
  };
}

function inTransaction<T>(file: DatabaseSync, act: () => T): T {
  file.exec("BEGIN IMMEDIATE");
  try {
    const done = act();
    file.exec("COMMIT");
    return done;
  } catch (error) {
    if (file.isTransaction) file.exec("ROLLBACK");
    throw error;
  }
}

function see(
  file: DatabaseSync,
  job: string,
  { scenario, strategy, executions, isViolated, discoveries }: Seen,
): number {
  if (file.prepare("SELECT 1 FROM curve WHERE job = ?").get(job) !== undefined) return 0;
  const addPair = file.prepare("INSERT OR IGNORE INTO reads_from VALUES (?, ?)");
  const addEntry = file.prepare("INSERT INTO corpus VALUES (?, ?, ?, ?, ?, ?)");
  let added = 0;
  for (const { execution, choices, pairs } of discoveries) {
    const found = pairs.reduce((sum, pair) => sum + Number(addPair.run(scenario, pair).changes), 0);
    if (found > 0) addEntry.run(job, execution, scenario, strategy, JSON.stringify(choices), found);
    added += found;
  }
  const known = file.prepare("SELECT count(*) AS pairs FROM reads_from WHERE scenario = ?").get(scenario)?.["pairs"];
  file
    .prepare("INSERT INTO curve VALUES (?, ?, ?, ?, ?, ?)")
    .run(job, scenario, strategy, executions, Number(known), isViolated ? 1 : 0);
  return added;
}

function violationOf(row: unknown): StoredViolation {
  const { module, first_seen, last_seen, last_code, is_failing, ...violation } = ViolationRow.parse(row);
  return {
    ...violation,
    ...(module !== null && { module }),
    firstSeen: first_seen,
    lastSeen: last_seen,
    lastCode: last_code,
    isFailing: is_failing === 1,
  };
}
