/** The readers of histories as a part of a campaign. */
import { countOf } from "#reports/searched-under.ts";
import { derivedSeed, namedSeed } from "#properties/random.ts";
import type { Part, PartContext, PartResult } from "../part.ts";
import type { ReadersOutcome } from "./readers-task.ts";

/** Files of one job: the most that is lost when a machine dies. */
const JOB_FILES_MAX = 2_000;

export const READERS_NAME = "readers of histories";

/**
 * @param seed of the campaign
 * @param files mutated files, over all formats
 */
export function readersPart(seed: number, files: number): Part {
  const own = namedSeed(seed, READERS_NAME);
  return { name: READERS_NAME, work: { readers: files }, run: (context) => readFiles(own, files, context) };
}

async function readFiles(seed: number, files: number, { perform, save }: PartContext): Promise<PartResult | undefined> {
  const jobs = Array.from({ length: Math.ceil(files / JOB_FILES_MAX) }, (_, i) => {
    const task = { seed: derivedSeed(seed, i), files: Math.min(JOB_FILES_MAX, files - i * JOB_FILES_MAX) };
    return perform({ kind: "readers", task });
  });
  const outcomes = (await Promise.all(jobs)).map((done) => done?.outcome);
  const violated = outcomes.find((outcome) => outcome?.kind === "violated");
  const start = { seed, files };
  if (violated !== undefined) {
    const { because, model } = violated;
    const file = `readers/${seed}.history`;
    save(file, Buffer.from(violated.file, "base64"));
    return { kind: "readers", readers: { ...start, verdict: "violated", because, model, file } };
  }
  if (outcomes.includes(undefined)) return undefined;
  const sum = (count: (outcome: Extract<ReadersOutcome, { kind: "holds" }>) => number): number =>
    outcomes.reduce((total, outcome) => total + (outcome?.kind === "holds" ? count(outcome) : 0), 0);
  const because = `${countOf(
    sum(({ decided }) => decided),
    "verdict",
  )}, ${countOf(
    sum(({ refused }) => refused),
    "file",
  )} refused in a line`;
  return { kind: "readers", readers: { ...start, verdict: "holds", because } };
}
