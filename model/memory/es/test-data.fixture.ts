/** The tests kept in the project, with the outcomes of an enumeration of the definition. */

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { keyOf, type Row } from "./outcome.ts";

const folder = join(import.meta.dirname, "tests");

const row = z.array(z.union([z.number(), z.string(), z.null()]));
const expectations = z.record(
  z.string(),
  z.object({
    columns: z.array(z.string()),
    outcomes: z.array(row),
    needsCycle: z.array(row),
    needsValueCycle: z.array(row),
    sc: z.array(row),
    race: z.boolean(),
    /** Whether an execution without a cycle has a data race. */
    raceNoCycle: z.boolean(),
    /** If a read that never tears does not mix the initial zeros with a write of its range. */
    outcomesStrongInit: z.array(row).optional(),
  }),
);

export const expected = expectations.parse(JSON.parse(readFileSync(join(folder, "expected.json"), "utf8")));

export function textOf(name: string): string {
  return readFileSync(join(folder, `${name}.json`), "utf8");
}

/** Rows as a set; a whole number is the same as a Number and as a BigInt. */
export function keysOf(rows: readonly Row[]): ReadonlySet<string> {
  return new Set(
    rows.map((entries) => keyOf(entries.map((entry) => (typeof entry === "bigint" ? Number(entry) : entry)))),
  );
}
