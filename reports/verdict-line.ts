/**
 * The results of scenarios, traces, bugs, certificates, readers and stress: one line each, for the terminal and for
 * summaries.
 */
import { certificateName, coverageText } from "./coverage-text.ts";
import type {
  BugResult,
  CertificateResult,
  ReadersResult,
  ScenarioResult,
  StressResult,
  TraceResult,
} from "./result.ts";
import { countOf, searchedUnder } from "./searched-under.ts";
import { visibleText } from "./visible-text.ts";

const numbers = new Intl.NumberFormat("en-US");

/** Columns: verdict, name, how it was decided. `nameWidth` aligns the names of a run. */
export function scenarioLine(scenario: ScenarioResult, nameWidth: number): string {
  const { counterexample } = scenario;
  const because =
    counterexample === undefined ? scenario.because : `${counterexample.property}: ${counterexample.because}`;
  const searched = searchedUnder(scenario.searches, scenario.without, scenario.memory);
  return line(
    scenario.verdict,
    scenario.name,
    nameWidth,
    because === undefined ? searched : `${because} (${searched})`,
  );
}

export function traceLine(trace: TraceResult, nameWidth: number): string {
  return line(trace.verdict, trace.trace, nameWidth, trace.because);
}

export function bugLine(bug: BugResult, nameWidth: number): string {
  return line(bug.outcome, bug.slug, nameWidth, bug.because);
}

export function certificateResultLine(certificate: CertificateResult, nameWidth: number): string {
  return line(certificate.verdict, certificateName(certificate), nameWidth, coverageText(certificate));
}

export function readersLine(readers: ReadersResult, nameWidth: number): string {
  return line(readers.verdict, "readers", nameWidth, readersText(readers));
}

/** `100,000 mutated files: 60,000 verdicts, 40,000 files refused in a line`, or what happened instead. */
export function readersText({ files, because }: ReadersResult): string {
  return `${countOf(files, "mutated file")}: ${because}`;
}

export function stressLine(stress: StressResult, nameWidth: number): string {
  return line(stress.verdict, stress.system, nameWidth, stressText(stress));
}

/** `2 real threads for 600 s, no violation`, or what was violated. */
export function stressText({ property, because, threads, milliseconds }: StressResult): string {
  const load = countOf(threads, "real thread");
  return property === undefined
    ? `${load} for ${numbers.format(milliseconds / 1000)} s, ${because}`
    : `${property}: ${because} (${load})`;
}

const VERDICT_WIDTH = "violated".length;

function line(verdict: string, name: string, nameWidth: number, rest: string): string {
  return visibleText(`${verdict.padEnd(VERDICT_WIDTH)}  ${name.padEnd(nameWidth)}  ${rest}`);
}
