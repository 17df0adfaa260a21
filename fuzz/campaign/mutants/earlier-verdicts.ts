/** Verdicts of an earlier run that still stand: all that decided them is as it was. */
import { existsSync, readFileSync } from "node:fs";
import { z } from "zod";
import type { MutationTerms } from "#reports/mutation-report.ts";
import type { MutantStatus, TriedMutant } from "#reports/tried-mutant.ts";

const text = z.string();

const Earlier = z.object({
  config: z.object({ seed: z.number(), executionsMax: z.number(), systems: z.record(text, text) }),
  files: z.record(
    text,
    z.object({
      mutants: z.array(
        z.object({
          id: text,
          status: text,
          statusReason: text.exactOptional(),
          coveredBy: z.array(text).exactOptional(),
          killedBy: z.array(text).exactOptional(),
          duration: z.number(),
        }),
      ),
    }),
  ),
  testFiles: z.record(text, z.object({ tests: z.array(z.object({ id: text })) })),
});

/** What is taken over. */
export type EarlierVerdict = Pick<TriedMutant, "status" | "because" | "killedBy" | "milliseconds" | "isTakenOver">;

/** The verdict of an earlier run on a mutant, if it stands. */
export type EarlierVerdicts = (
  mutant: Pick<TriedMutant, "file" | "number" | "reachedBy">,
) => EarlierVerdict | undefined;

const STATUS: Readonly<Record<string, MutantStatus>> = { Killed: "killed", Timeout: "timeout", Survived: "survived" };

/**
 * A kill stands while the gate of its check's system is what it was. A survivor stands while no gate that reaches it is
 * another, and it is reached by the same checks.
 *
 * @param note hears in one line why nothing is taken over
 */
export function earlierVerdicts(path: string, terms: MutationTerms, note: (line: string) => void): EarlierVerdicts {
  const nothing = (because: string): EarlierVerdicts => {
    note(`nothing is taken over: ${because}`);
    return () => undefined;
  };
  if (!existsSync(path)) return nothing(`there is no ${path}`);
  const earlier = readEarlier(path);
  if (earlier === undefined) return nothing(`${path} is no result of quiesce mutants`);
  const { config, files, testFiles } = earlier;
  if (config.seed !== terms.seed) return nothing(`its seed is ${config.seed}`);
  if (config.executionsMax !== terms.executionsMax) return nothing(`its --executions is ${config.executionsMax}`);
  const systemOf = new Map(
    Object.entries(testFiles).flatMap(([system, { tests }]) => tests.map(({ id }) => [id, system] as const)),
  );
  const isSame = (check: string): boolean => {
    const system = systemOf.get(check) ?? "";
    return terms.systems[system] !== undefined && terms.systems[system] === config.systems[system];
  };
  const known = new Map(Object.values(files).flatMap(({ mutants }) => mutants.map((mutant) => [mutant.id, mutant])));
  return ({ file, number, reachedBy }) => {
    const mutant = known.get(`${file}:${number}`);
    const status = STATUS[mutant?.status ?? ""];
    if (mutant === undefined || status === undefined) return undefined;
    const [killer] = mutant.killedBy ?? [];
    const before = mutant.coveredBy ?? [];
    const stands =
      killer === undefined
        ? before.length === reachedBy.length && reachedBy.every((check) => before.includes(check) && isSame(check))
        : isSame(killer);
    if (!stands) return undefined;
    return {
      status,
      ...(mutant.statusReason !== undefined && { because: mutant.statusReason }),
      ...(killer !== undefined && { killedBy: killer }),
      milliseconds: mutant.duration,
      isTakenOver: true,
    };
  };
}

function readEarlier(path: string): z.infer<typeof Earlier> | undefined {
  try {
    return Earlier.safeParse(JSON.parse(readFileSync(path, "utf8"))).data;
  } catch {
    return undefined;
  }
}
