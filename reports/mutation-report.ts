/**
 * Mutants in the schema that viewers of mutation results read.
 *
 * Source: mutation-testing-report-schema, version 2, of the Stryker mutator project.
 */
import type {
  FileResult,
  MutantResult,
  MutantStatus as ReportedStatus,
  MutationTestResult,
} from "mutation-testing-report-schema/api";
import type { MutantStatus, TriedMutant } from "./tried-mutant.ts";

/** What decides verdicts beside the code of a mutant's own file. */
export interface MutationTerms {
  readonly seed: number;
  readonly executionsMax: number;
  /** Fingerprint of all that the checks of a system run, by the name of the system. */
  readonly systems: Readonly<Record<string, string>>;
}

const STATUS: Readonly<Record<MutantStatus, ReportedStatus>> = {
  killed: "Killed",
  timeout: "Timeout",
  survived: "Survived",
  "not-reached": "NoCoverage",
  ignored: "Ignored",
  undecided: "Pending",
};

/**
 * @param sources of the files that mutants are of
 * @param checks of each system, by their names
 */
export function mutationReport(
  tried: readonly TriedMutant[],
  sources: ReadonlyMap<string, string>,
  checks: ReadonlyMap<string, readonly string[]>,
  terms: MutationTerms,
): MutationTestResult {
  const files = [...sources].map(([file, source]): [string, FileResult] => [
    file,
    { language: "typescript", source, mutants: tried.filter((one) => one.file === file).map(mutantResult) },
  ]);
  return {
    schemaVersion: "2.0",
    thresholds: { high: 95, low: 90 },
    config: { ...terms },
    files: Object.fromEntries(files),
    testFiles: Object.fromEntries(
      [...checks].map(([system, names]) => [system, { tests: names.map((name) => ({ id: name, name })) }]),
    ),
  };
}

function mutantResult({
  file,
  number,
  mutator,
  replacement,
  start,
  end,
  atLoad,
  status,
  because,
  reachedBy,
  killedBy,
  milliseconds,
}: TriedMutant): MutantResult {
  return {
    id: `${file}:${number}`,
    mutatorName: mutator,
    replacement,
    location: { start: { ...start }, end: { ...end } },
    static: atLoad,
    status: STATUS[status],
    ...(because !== undefined && { statusReason: because }),
    coveredBy: [...reachedBy],
    ...(killedBy !== undefined && { killedBy: [killedBy] }),
    duration: Math.round(milliseconds),
  };
}
