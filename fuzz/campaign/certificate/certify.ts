/**
 * Makes a certificate: every scenario of a scope explored, in pieces that workers take.
 *
 * What it comes to depends on the system, the scope, the shard and the bounds; how many workers there are, and which
 * piece ends first, changes only the time.
 */
import { type Certificate, type CertificateRow, certificateOf, digestOf } from "#reports/certificate.ts";
import type { Shard } from "./shard.ts";
import type { ScopeSize } from "#fuzz/systems/small-scenarios.ts";

/** Scenarios of the scope, by their places in it. */
export interface CertifyTask {
  readonly system: string;
  readonly size: ScopeSize;
  /** Places in the order of the scope, from 0. */
  readonly places: readonly number[];
  /** Executions after which a scenario is left undecided. */
  readonly executionsMax: number;
}

/** How exploring one scenario ended. Plain data: it crosses threads and lies in the file that `--resume` reads. */
export interface CertifyOutcome extends CertificateRow {
  readonly place: number;
  readonly kind: "explored" | "violated" | "unfinished";
  /** Why it is unfinished. */
  readonly because?: string;
  readonly violation?: { readonly property: string; readonly because: string };
  /** Text of the trace of a violation. */
  readonly trace?: string;
}

export interface CertifyPlan {
  readonly system: string;
  readonly size: ScopeSize;
  readonly shard: Shard;
  /** Places of the shard's scenarios in the scope. */
  readonly places: readonly number[];
  readonly executionsMax: number;
  readonly code: string;
}

export interface CertifyEnvironment {
  /** Explores the scenarios of a task; undefined when it was told to stop before the end. */
  readonly run: (task: CertifyTask) => Promise<readonly CertifyOutcome[] | undefined>;
  /** Tasks at once. */
  readonly lanes: number;
  /** What an earlier run has done. */
  readonly finished: ReadonlyMap<number, CertifyOutcome>;
  readonly onOutcomes: (outcomes: readonly CertifyOutcome[]) => void;
  /** Why to stop, once there is a reason. */
  readonly stopReason: () => string | undefined;
  /** Keeps the trace of a violation, and answers its path for the certificate. */
  readonly saveTrace: (outcome: CertifyOutcome) => string;
}

/** Scenarios of one task: enough that handing it over costs little, few enough that ^C loses little. */
const SCENARIOS_PER_TASK = 25;

export async function certify(plan: CertifyPlan, environment: CertifyEnvironment): Promise<Certificate> {
  const { system, size, places, executionsMax } = plan;
  const { run, lanes, finished, onOutcomes, stopReason, saveTrace } = environment;
  const outcomes = new Map(finished);
  const open = places.filter((place) => !outcomes.has(place));
  const work = async (): Promise<void> => {
    while (open.length > 0 && stopReason() === undefined) {
      const done = await run({ system, size, places: open.splice(0, SCENARIOS_PER_TASK), executionsMax });
      if (done === undefined) continue;
      for (const outcome of done) outcomes.set(outcome.place, outcome);
      onOutcomes(done);
    }
  };
  await Promise.all(Array.from({ length: lanes }, work));
  const ordered = places.flatMap((place) => outcomes.get(place) ?? []);
  return certificateFrom(plan, ordered, stopReason(), saveTrace);
}

function certificateFrom(
  plan: CertifyPlan,
  outcomes: readonly CertifyOutcome[],
  stopped: string | undefined,
  saveTrace: CertifyEnvironment["saveTrace"],
): Certificate {
  const { code, system, size, shard, places } = plan;
  const rows = outcomes.filter(({ kind }) => kind === "explored");
  const violations = outcomes.flatMap((outcome) =>
    outcome.violation === undefined
      ? []
      : [{ scenario: outcome.scenario, ...outcome.violation, trace: saveTrace(outcome) }],
  );
  const because = rows.length === places.length || violations.length > 0 ? undefined : reasonOf(outcomes, stopped);
  const sum = (of: (row: CertificateRow) => number): number => rows.reduce((all, row) => all + of(row), 0);
  return certificateOf({
    code,
    system,
    scope: { threads: size.threads, operations: size.operations, keys: size.keys },
    shard,
    verdict: violations.length > 0 ? "violated" : because === undefined ? "holds" : "unknown",
    ...(because === undefined ? {} : { because }),
    scenarios: places.length,
    explored: rows.length,
    executions: sum(({ executions }) => executions),
    blocked: sum(({ blocked }) => blocked),
    histories: sum(({ histories }) => histories),
    digest: digestOf(rows),
    violations,
  });
}

function reasonOf(outcomes: readonly CertifyOutcome[], stopped: string | undefined): string {
  const unfinished = outcomes.filter(({ kind }) => kind === "unfinished");
  const [first] = unfinished;
  if (first?.because === undefined) return stopped ?? "not explored to the end";
  return `${unfinished.length} of them were not finished, the first one ${first.scenario}: ${first.because}`;
}
