/** Stress on one system as a part of a campaign. */
import { derivedSeed, namedSeed } from "#properties/random.ts";
import { LIBRARY_ENTRY } from "#fuzz/native/library-entry.ts";
import type { StressResult } from "#reports/result.ts";
import type { Job } from "../job.ts";
import type { Part, PartContext } from "../part.ts";
import { STRESS_THREADS, type StressTask } from "./stress-task.ts";

/** Milliseconds of one job: the most that is lost when a machine dies. */
const JOB_MS_MAX = 60_000;

/** @param seed of the campaign */
export function stressPart(system: string, seed: number, milliseconds: number): Part {
  const own = namedSeed(seed, `stress ${system}`);
  /** The job after so many rounds and so much time: a resumed run continues with other operations. */
  const next = (rounds: number, spent: number): Job<"stress"> => ({
    kind: "stress",
    task: taskOf(system, rounds === 0 ? own : derivedSeed(own, rounds), milliseconds - spent),
  });
  return {
    name: `stress ${system}`,
    work: { stress: milliseconds },
    async run(context) {
      const stress = await stressed(next, milliseconds, context);
      if (stress === undefined) return undefined;
      const { violation, operations } = stress;
      const start = { system, source: LIBRARY_ENTRY, seed: own, threads: STRESS_THREADS, milliseconds };
      if (violation === undefined)
        return { kind: "stress", stress: { ...start, verdict: "holds", because: "no violation" }, operations };
      const history = `stress/${system}.history.json`;
      context.save(history, violation.history);
      const { property, because } = violation;
      const result: StressResult = { ...start, verdict: "violated", property, because, history };
      return { kind: "stress", stress: result, operations };
    },
  };
}

function taskOf(system: string, seed: number, left: number): StressTask {
  return { system, seed, milliseconds: Math.min(JOB_MS_MAX, left) };
}

interface Stressed {
  readonly operations: number;
  readonly violation?: { readonly property: string; readonly because: string; readonly history: string };
}

/** Job after job until the time is used up or a violation is found; undefined when stopped before. */
async function stressed(
  next: (rounds: number, spent: number) => Job<"stress">,
  milliseconds: number,
  { perform }: PartContext,
): Promise<Stressed | undefined> {
  let rounds = 0;
  let spent = 0;
  let operations = 0;
  while (spent < milliseconds) {
    const done = await perform(next(rounds, spent));
    if (done === undefined) return undefined;
    const { outcome } = done;
    rounds += outcome.rounds;
    spent += outcome.milliseconds;
    operations += outcome.operations;
    if (outcome.violation !== undefined) return { operations, violation: outcome.violation };
  }
  return { operations };
}
