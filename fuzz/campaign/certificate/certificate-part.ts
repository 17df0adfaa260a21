/**
 * A certificate as a part of a campaign: every scenario of a scope is explored, in pieces that workers take.
 *
 * The result depends on the system, the scope, the shard and the bounds. The number of workers, and the order in which
 * pieces end, change only the time.
 */
import { codeVersion } from "#fuzz/host/code-version.ts";
import { InputError } from "#fuzz/host/input-error.ts";
import { packageRoot } from "#fuzz/host/project-root.ts";
import { scopeScenarios } from "#fuzz/subjects/scope-scenarios.ts";
import { systemNamed } from "#fuzz/systems/all-systems.ts";
import type { System } from "#fuzz/systems/system.ts";
import type { ScopeSize } from "#fuzz/systems/small-scenarios.ts";
import {
  type Certificate,
  type CertificateRow,
  certificateFile,
  certificateJson,
  certificateOf,
  digestOf,
} from "#reports/certificate.ts";
import { certificateName } from "#reports/coverage-text.ts";
import { rowsFile, rowsJson } from "#reports/certificate-rows.ts";
import type { CertificateResult } from "#reports/result.ts";
import type { Part, PartContext } from "../part.ts";
import { safeFileName } from "../safe-file-name.ts";
import { type CertifyOutcome, certifyTasks } from "./certify-task.ts";
import { isInShard, type Shard } from "./shard.ts";

export interface CertificatePlan {
  readonly system: string;
  /** Absolute path of the user's module that exports the system. */
  readonly module?: string;
  readonly size: ScopeSize;
  readonly shard: Shard;
  /** Executions after which a scenario is left undecided. */
  readonly executionsMax: number;
  /** Folder of the certificate below that of the reports, ending in a slash; empty for the report folder itself. */
  readonly folder: "certificates/" | "";
}

/** @throws InputError if there is no such system, or it has no certificates */
export function certificatePart(plan: CertificatePlan, of: System = systemNamed(plan.system)): Part {
  const { system, size, shard } = plan;
  const scope = { threads: size.threads, operations: size.operations, keys: size.keys };
  const all = scopeScenarios(of, size);
  if (all.length === 0)
    throw new InputError(`certify: ${system} has no scenario of that size, so there is nothing to explore`);
  const places = [...all.keys()].filter((place) => isInShard(place, shard));
  return {
    name: certificateName({ system, scope }),
    work: { certificate: places.length },
    async run(context) {
      const outcomes = await outcomesOf(plan, places, context);
      const violations = outcomes.flatMap((outcome) => violationOf(outcome, plan.folder, context));
      const certificate = certificateFrom(plan, places.length, outcomes, context.stopReason());
      const file = `${plan.folder}${certificateFile(certificate)}`;
      context.save(rowsFile(file), rowsJson(outcomes.filter(({ kind }) => kind === "explored")));
      context.save(file, certificateJson(certificate));
      const saved = violations.flatMap((violation) => violation.saved ?? []);
      const result = resultOf(certificate, file, violations);
      return { kind: "certificate", certificate: result, ...(saved.length > 0 && { saved }) };
    },
  };
}

async function outcomesOf(
  plan: CertificatePlan,
  places: readonly number[],
  { perform }: PartContext,
): Promise<readonly CertifyOutcome[]> {
  const pieces = await Promise.all(certifyTasks(plan, places).map((task) => perform({ kind: "certificate", task })));
  return pieces.flatMap((piece) => piece?.outcome ?? []);
}

interface CertificateViolation {
  readonly scenario: string;
  readonly counterexample: CertificateResult["violations"][number]["counterexample"];
  readonly saved: string | undefined;
}

/** Writes the trace of a violation, if there is one. */
function violationOf(
  { scenario, counterexample, trace }: CertifyOutcome,
  folder: CertificatePlan["folder"],
  { save, saveTrace }: PartContext,
): readonly CertificateViolation[] {
  if (counterexample === undefined || trace === undefined) return [];
  const file = `${folder}${traceFile(scenario)}`;
  save(file, trace);
  return [{ scenario, counterexample: { ...counterexample, trace: file }, saved: saveTrace(trace) }];
}

/** Path of the trace of a scenario, from the folder of the certificate. */
function traceFile(scenario: string): string {
  return `traces/${safeFileName(scenario)}.trace.json`;
}

/** Pure: equal outcomes give equal certificates. */
export function certificateFrom(
  { system, size, shard }: CertificatePlan,
  scenarios: number,
  outcomes: readonly CertifyOutcome[],
  stopped: string | undefined,
): Certificate {
  const rows = outcomes.filter(({ kind }) => kind === "explored");
  const violations = outcomes.flatMap(({ scenario, counterexample }) => {
    if (counterexample === undefined) return [];
    const { property, because } = counterexample;
    return [{ scenario, property, because, trace: traceFile(scenario) }];
  });
  const because = rows.length === scenarios || violations.length > 0 ? undefined : reasonOf(outcomes, stopped);
  const sum = (of: (row: CertificateRow) => number): number => rows.reduce((all, row) => all + of(row), 0);
  return certificateOf({
    code: codeVersion(packageRoot),
    system,
    scope: { threads: size.threads, operations: size.operations, keys: size.keys },
    shard,
    verdict: violations.length > 0 ? "violated" : because === undefined ? "holds" : "unknown",
    ...(because === undefined ? {} : { because }),
    scenarios,
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

function resultOf(
  { system, scope, verdict, because, scenarios, explored, executions, blocked, histories }: Certificate,
  file: string,
  violations: readonly CertificateViolation[],
): CertificateResult {
  return {
    system,
    scope,
    verdict,
    ...(because !== undefined && { because }),
    scenarios,
    explored,
    executions,
    blocked,
    histories,
    certificate: file,
    violations: violations.map(({ scenario, counterexample }) => ({ scenario, counterexample })),
  };
}
