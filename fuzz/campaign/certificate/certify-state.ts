/** What a certificate's exploration has done so far, in a file, so that one that is stopped can go on. */
import { readFileSync, rmSync } from "node:fs";
import { z } from "zod";
import { writeWholeFile } from "#reports/write-file.ts";
import type { CertifyOutcome } from "./certify.ts";

const count = z.int().nonnegative();

const Outcome = z.strictObject({
  place: count,
  scenario: z.string(),
  kind: z.enum(["explored", "violated"]),
  executions: count,
  blocked: count,
  histories: count,
  violation: z.strictObject({ property: z.string(), because: z.string() }).optional(),
  trace: z.string().optional(),
});

const State = z.strictObject({
  format: z.literal("quiesce-certify-state"),
  version: z.literal(1),
  key: z.string(),
  outcomes: z.array(Outcome),
});

/** @throws WriteError if the file cannot be written */
export function writeCertifyState(path: string, key: string, outcomes: Iterable<CertifyOutcome>): void {
  // What was not finished within its bound may have a larger one the next time.
  const kept = [...outcomes].filter(({ kind }) => kind !== "unfinished");
  writeWholeFile(path, `${JSON.stringify({ format: "quiesce-certify-state", version: 1, key, outcomes: kept })}\n`);
}

export function removeCertifyState(path: string): void {
  rmSync(path, { force: true });
}

/** What was done by a run of an equal key, by place; or why there is nothing. */
export function readCertifyState(
  path: string,
  key: string,
): ReadonlyMap<number, CertifyOutcome> | { readonly because: string } {
  let value: unknown;
  try {
    value = JSON.parse(readFileSync(path, "utf8"));
  } catch (error) {
    const isMissing = error instanceof Error && "code" in error && error.code === "ENOENT";
    return { because: isMissing ? "no run was stopped there" : `${path} cannot be read` };
  }
  const parsed = State.safeParse(value);
  if (!parsed.success) return { because: `${path} is no state of a certificate` };
  if (parsed.data.key !== key) return { because: "the code or the scope is another" };
  return new Map(
    parsed.data.outcomes.map(({ violation, trace, ...rest }): [number, CertifyOutcome] => [
      rest.place,
      { ...rest, ...(violation !== undefined && { violation }), ...(trace !== undefined && { trace }) },
    ]),
  );
}
