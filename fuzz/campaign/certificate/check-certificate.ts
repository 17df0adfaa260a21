/** Checks a certificate: its rows must add up, and a random sample of its scenarios must give the same counts again. */
import { readFileSync } from "node:fs";
import { codeVersion } from "#fuzz/host/code-version.ts";
import { InputError } from "#fuzz/host/input-error.ts";
import { packageRoot } from "#fuzz/host/project-root.ts";
import { Random } from "#properties/random.ts";
import { Certificate } from "#reports/certificate.ts";
import { certificateName } from "#reports/coverage-text.ts";
import { parseRows, type PlacedRow, rowsFile, rowsMisfit } from "#reports/certificate-rows.ts";
import { visibleText } from "#reports/visible-text.ts";
import { openEngine } from "../engine.ts";
import { progressLine } from "../progress-line.ts";
import { type CertifyOutcome, certifyTasks } from "./certify-task.ts";

export interface CheckSettings {
  /** File of the certificate. */
  readonly file: string;
  /** Scenarios to explore again; all if there are fewer. */
  readonly sample: number;
  /** Seed that selects them. */
  readonly seed: number;
  readonly workers: number;
  /** Milliseconds after which it is stopped. */
  readonly time?: number | undefined;
}

export interface CheckEnd {
  readonly certificate: Certificate;
  /** Scenarios that were explored again. */
  readonly checked: number;
  /** Differences from the certificate, a line each. */
  readonly differences: readonly string[];
  /** Why it was stopped, if it was. */
  readonly stopped: string | undefined;
}

/** Bound for a scenario that was explored before: only its own counts matter. */
const EXECUTIONS_MAX = 1_000_000_000;

/** @throws InputError for a file that is not a certificate, has no rows, or is of other code */
export async function checkCertificate(
  { file, sample, seed, workers, time }: CheckSettings,
  onStart: (progress: () => string) => void,
): Promise<CheckEnd> {
  const certificate = readAs("certificate", file, (text) => Certificate.parse(JSON.parse(text)));
  const rows = readAs("file of a certificate's rows", rowsFile(file), parseRows);
  const code = codeVersion(packageRoot);
  if (certificate.code !== code)
    throw new InputError(
      `certify: ${visibleText(file)} is of code ${visibleText(certificate.code)}, and this is ${code}; make it ` +
        "anew, or check out that code",
    );
  const misfit = rowsMisfit(certificate, rows);
  if (misfit !== undefined) return { certificate, checked: 0, differences: [misfit], stopped: undefined };

  const chosen = sampleOf(rows, sample, new Random(seed));
  const byPlace = new Map(chosen.map((row) => [row.place, row]));
  const engine = openEngine({ workers, time });
  onStart(() => progressLine(`checking ${certificateName(certificate)}`, engine));
  try {
    const plan = { system: certificate.system, size: certificate.scope, executionsMax: EXECUTIONS_MAX };
    const pieces = await Promise.all(
      certifyTasks(plan, [...byPlace.keys()]).map((task) => engine.perform({ kind: "certificate", task })),
    );
    const outcomes = pieces.flatMap((piece) => piece?.outcome ?? []);
    const differences = outcomes.flatMap((outcome) => differenceFrom(byPlace.get(outcome.place), outcome));
    return { certificate, checked: outcomes.length, differences, stopped: engine.stopReason() };
  } finally {
    await engine.close();
  }
}

function readAs<T>(what: string, path: string, parse: (text: string) => T): T {
  let text: string;
  try {
    text = readFileSync(path, "utf8");
  } catch (error) {
    throw new InputError(`certify: there is no ${what} at ${visibleText(path)}`, { cause: error });
  }
  try {
    return parse(text);
  } catch (error) {
    throw new InputError(`certify: ${visibleText(path)} is no ${what}`, { cause: error });
  }
}

/** A uniform sample of this many rows, in the order of their places. */
function sampleOf(rows: readonly PlacedRow[], count: number, random: Random): readonly PlacedRow[] {
  const left = [...rows];
  const chosen: PlacedRow[] = [];
  while (chosen.length < count && left.length > 0) chosen.push(...left.splice(random.below(left.length), 1));
  return chosen.toSorted((one, other) => one.place - other.place);
}

function differenceFrom(row: PlacedRow | undefined, outcome: CertifyOutcome): readonly string[] {
  if (outcome.kind !== "explored") return [`${outcome.scenario} is ${outcome.kind}`];
  if (row === undefined || row.scenario !== outcome.scenario) return [`${outcome.scenario} is no scenario of it`];
  const [said, found] = [countsOf(row), countsOf(outcome)];
  return said === found ? [] : [`${outcome.scenario} has ${found}, and the certificate says ${said}`];
}

function countsOf({ executions, blocked, histories }: Pick<PlacedRow, "executions" | "blocked" | "histories">): string {
  return `${executions} executions, ${blocked} blocked, ${histories} histories`;
}
