/**
 * Under what a verdict stands: which executions were run, and on what memory. Everything that prints a verdict prints this
 * beside it, so that `holds` never says more than was decided.
 */
import { MEMORY } from "./memory-in-words.ts";
import type { Search } from "./result.ts";

const numbers = new Intl.NumberFormat("en-US");

/** `1,234 executions`, with the singular where it belongs. */
export function countOf(count: number, unit: string): string {
  return `${numbers.format(count)} ${unit}${count === 1 ? "" : "s"}`;
}

/**
 * `every execution (1,234), sequentially consistent`; or `20,000 executions by pct3, pos, sequentially consistent`, where an
 * exhaustive search among the strategies was ended by a bound. Checks that are switched off stand at the end, with the reasons.
 */
export function searchedUnder(searches: readonly Search[], without: Readonly<Record<string, string>> = {}): string {
  const off = Object.entries(without).map(([check, reason]) => `, without ${check} (${reason})`);
  return `${executionsOf(searches)}${off.join("")}`;
}

function executionsOf(searches: readonly Search[]): string {
  const complete = searches.find((search) => search.exhaustive);
  if (complete !== undefined) return `every execution (${numbers.format(complete.executions)}), ${MEMORY}`;
  if (searches.length === 0) return "not searched";
  const executions = searches.reduce((sum, search) => sum + search.executions, 0);
  const strategies = searches.map(({ strategy, estimate }) =>
    strategy === "exhaustive" ? `exhaustive in part${estimateText(estimate)}` : strategy,
  );
  return `${countOf(executions, "execution")} by ${strategies.join(", ")}, ${MEMORY}`;
}

function estimateText(estimate: Search["estimate"]): string {
  if (estimate === undefined) return "";
  return ` (of about ${twoDigits(estimate.executions)} ± ${twoDigits(estimate.error)})`;
}

function twoDigits(value: number): string {
  return numbers.format(Number(value.toPrecision(2)));
}
