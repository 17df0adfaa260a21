/** Expected outcomes of programs of agents, from a file. */

import { readFileSync } from "node:fs";
import { z } from "zod";
import type { EsAnswer } from "#model/memory/es/check-es-litmus.ts";
import { showEntry, type Row } from "#model/memory/es/outcome.ts";
import { parseJsonText } from "#model/memory/es/notation/json-text.ts";
import { InputError } from "#fuzz/host/input-error.ts";

const row = z.array(z.union([z.number(), z.bigint(), z.string(), z.boolean(), z.null()]));
const expectation = z.object({
  columns: z.array(z.string()).optional(),
  outcomes: z.array(row),
  needsCycle: z.array(row).optional(),
  race: z.boolean().optional(),
  /** Some valid execution has a cycle of values, which may carry other invented values as well. */
  valueCycle: z.boolean().optional(),
});
const expectations = z.record(z.string(), expectation);

export type OutcomeExpectation = z.infer<typeof expectation>;

/** @throws InputError if the file cannot be read or is not of the form `{"name": {"outcomes": [[…], …]}, …}` */
export function readOutcomeExpectations(file: string): ReadonlyMap<string, OutcomeExpectation> {
  let parsed: unknown;
  try {
    parsed = parseJsonText(readFileSync(file, "utf8")).value;
  } catch (error) {
    throw new InputError(`litmus: --expect ${file}: ${error instanceof Error ? error.message : String(error)}`);
  }
  const result = expectations.safeParse(parsed);
  if (!result.success) {
    const issue = result.error.issues[0];
    const where = issue?.path.join(".") ?? "";
    throw new InputError(`litmus: --expect ${file}: ${where}: ${issue?.message ?? "not as expected"}`);
  }
  return new Map(Object.entries(result.data));
}

/** Rows named in a difference; the others are counted. */
const NAMED_MAX = 3;

/** Describes how a result differs from the expected one; undefined if it does not. */
export function differenceFromOutcomes(wanted: OutcomeExpectation, found: EsAnswer): string | undefined {
  const differences: string[] = [];
  if (wanted.columns !== undefined && wanted.columns.join() !== found.columns.join()) {
    differences.push(`expected columns ${wanted.columns.join(", ")}, found ${found.columns.join(", ")}`);
  }
  const invented = wanted.valueCycle === true ? keysOf(found.needsValueCycle) : new Set<string>();
  const compare = (kind: string, expected: readonly Row[], rows: readonly Row[]): void => {
    const [wantedKeys, foundKeys] = [keysOf(expected), keysOf(rows)];
    const missing = [...wantedKeys].filter((key) => !foundKeys.has(key));
    const extra = [...foundKeys].filter((key) => !wantedKeys.has(key) && !invented.has(key));
    if (missing.length > 0) differences.push(`${kind} expected and not found: ${some(missing)}`);
    if (extra.length > 0) differences.push(`${kind} found and not expected: ${some(extra)}`);
  };
  compare("outcomes", wanted.outcomes, found.outcomes);
  if (wanted.needsCycle !== undefined) compare("outcomes that need a cycle", wanted.needsCycle, found.needsCycle);
  if (wanted.race !== undefined && wanted.race !== found.race) {
    differences.push(wanted.race ? "expected a data race, found none" : "expected no data race, found one");
  }
  return differences.length === 0 ? undefined : differences.join("; ");
}

/** A Number and the BigInt of the same digits are the same entry. */
function keysOf(rows: readonly Row[]): ReadonlySet<string> {
  return new Set(rows.map((entries) => `[${entries.map(showEntry).join(", ")}]`));
}

function some(keys: readonly string[]): string {
  const more = keys.length - NAMED_MAX;
  return keys.slice(0, NAMED_MAX).join(" ") + (more > 0 ? ` and ${more} more` : "");
}
