/**
 * Lines that say what became of each scenario, trace, bug, certificate and stress: one line each, for the terminal and for
 * summaries.
 */
import { certificateName, coverageText } from "./certificate.ts";
import type { BugResult, CertificateResult, ScenarioResult, Search, StressResult, TraceResult } from "./result.ts";
import { visibleText } from "./visible-text.ts";

const numbers = new Intl.NumberFormat("en-US");

/** `1,234 executions`, with the singular where it belongs. */
export function countOf(count: number, unit: string): string {
  return `${numbers.format(count)} ${unit}${count === 1 ? "" : "s"}`;
}

/**
 * How a scenario was decided: `exhaustive, 1,234 executions`, or the strategies that searched it; an exhaustive search
 * among them was ended by a bound.
 */
export function searchedText(searches: readonly Search[]): string {
  const complete = searches.find((search) => search.exhaustive);
  if (complete !== undefined) return `exhaustive, ${countOf(complete.executions, "execution")}`;
  if (searches.length === 0) return "not searched";
  const strategies = searches
    .map(({ strategy, estimate }) =>
      strategy === "exhaustive" ? `exhaustive in part${estimateText(estimate)}` : strategy,
    )
    .join(", ");
  return `${strategies}, ${countOf(
    searches.reduce((sum, { executions }) => sum + executions, 0),
    "execution",
  )}`;
}

function estimateText(estimate: Search["estimate"]): string {
  if (estimate === undefined) return "";
  return ` (of about ${twoDigits(estimate.executions)} ± ${twoDigits(estimate.error)})`;
}

function twoDigits(value: number): string {
  return numbers.format(Number(value.toPrecision(2)));
}

/** Columns: verdict, name, how it was decided. `nameWidth` keeps the names of a run in one column. */
export function scenarioLine(scenario: ScenarioResult, nameWidth: number): string {
  const { counterexample } = scenario;
  const because =
    counterexample === undefined ? scenario.because : `${counterexample.property}: ${counterexample.because}`;
  const { memory } = scenario;
  const model = memory === undefined ? "" : `${memory}: executions without a cycle of program order and reads-from: `;
  const searched = `${model}${searchedText(scenario.searches)}`;
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

export function stressLine(stress: StressResult, nameWidth: number): string {
  return line(stress.verdict, stress.system, nameWidth, stressText(stress));
}

/** `2 real threads for 600 s, no violation`, or what was violated. */
export function stressText({ property, because, threads, milliseconds }: StressResult): string {
  const load = `${countOf(threads, "real thread")}${property === undefined ? ` for ${numbers.format(milliseconds / 1000)} s` : ""}`;
  return property === undefined ? `${load}, ${because}` : `${property}: ${because} (${load})`;
}

const VERDICT_WIDTH = "violated".length;

function line(verdict: string, name: string, nameWidth: number, rest: string): string {
  return visibleText(`${verdict.padEnd(VERDICT_WIDTH)}  ${name.padEnd(nameWidth)}  ${rest}`);
}
