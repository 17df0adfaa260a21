/**
 * The scope of a verdict: the executions that were run, and the memory they ran on. Everything that prints a verdict
 * prints this beside it, so that `holds` never claims more than was decided.
 */
import { estimateText } from "./estimate-text.ts";
import { memoryInWords } from "./memory-in-words.ts";
import type { Search } from "./result.ts";

const numbers = new Intl.NumberFormat("en-US");

/** `1,234 executions`, with the singular for 1. */
export function countOf(count: number, unit: string): string {
  return `${numbers.format(count)} ${unit}${count === 1 ? "" : "s"}`;
}

/**
 * `every execution (1,234), sequentially consistent`; or `20,000 executions by pct3, pos, sequentially consistent`,
 * where an exhaustive search among the strategies was ended by a bound. Disabled checks come last, with the reasons.
 *
 * @param weakModel the weak memory model; sequential consistency if not given
 */
export function searchedUnder(
  searches: readonly Search[],
  without: Readonly<Record<string, string>> = {},
  weakModel?: string,
): string {
  const off = Object.entries(without).map(([check, reason]) => `, without ${check} (${reason})`);
  return `${executionsOf(searches, memoryInWords(weakModel))}${off.join("")}`;
}

function executionsOf(searches: readonly Search[], memory: string): string {
  const complete = searches.find((search) => search.exhaustive);
  if (complete !== undefined) return `every execution (${numbers.format(complete.executions)}), ${memory}`;
  if (searches.length === 0) return "not searched";
  const executions = searches.reduce((sum, search) => sum + search.executions, 0);
  const strategies = searches.map(({ strategy, estimate }) =>
    strategy === "exhaustive" ? `exhaustive in part${ofText(estimate)}` : strategy,
  );
  return `${countOf(executions, "execution")} by ${strategies.join(", ")}, ${memory}`;
}

function ofText(estimate: Search["estimate"]): string {
  return estimate === undefined ? "" : ` (of ${estimateText(estimate)})`;
}
