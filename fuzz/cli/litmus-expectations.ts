/** Expected results of litmus tests, from a file. */

import { readFileSync } from "node:fs";
import { z } from "zod";
import { InputError } from "#fuzz/host/input-error.ts";

const expectation = z.object({
  verdict: z.enum(["Never", "Sometimes", "Always"]),
  states: z.number().int().nonnegative().optional(),
  flags: z.array(z.string()).optional(),
});
const expectations = z.record(z.string(), expectation);

export type Expectation = z.infer<typeof expectation>;

/** @throws InputError if the file cannot be read or is not of the form `{"name": {"verdict": "Never", …}}` */
export function readExpectations(file: string): ReadonlyMap<string, Expectation> {
  let parsed: unknown;
  try {
    parsed = JSON.parse(readFileSync(file, "utf8"));
  } catch (error) {
    throw new InputError(`litmus: --expect ${file}: ${error instanceof Error ? error.message : String(error)}`);
  }
  const result = expectations.safeParse(parsed);
  if (!result.success) {
    const issue = result.error.issues[0];
    throw new InputError(
      `litmus: --expect ${file}: ${issue?.path.join(".") ?? ""}: ${issue?.message ?? "not as expected"}`,
    );
  }
  return new Map(Object.entries(result.data));
}

/** Describes how a result differs from the expected one; undefined if it does not. */
export function differenceFrom(
  { verdict, states, flags }: Expectation,
  found: { readonly verdict: string; readonly states: number; readonly flags: readonly string[] },
): string | undefined {
  const differences: string[] = [];
  if (verdict !== found.verdict) differences.push(`expected ${verdict}, found ${found.verdict}`);
  if (states !== undefined && states !== found.states)
    differences.push(`expected ${states} states, found ${found.states}`);
  if (flags !== undefined && flags.toSorted().join() !== found.flags.join()) {
    differences.push(`expected flags [${flags.join(", ")}], found [${found.flags.join(", ")}]`);
  }
  return differences.length === 0 ? undefined : differences.join("; ");
}
