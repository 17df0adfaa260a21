/** Explores parts of a program's tree on a worker thread. */
import { controlWords } from "#fuzz/host/control-words.ts";
import type { ExploredProgram } from "#fuzz/explore/explored-program.ts";
import { countSchedules, type Schedules } from "#fuzz/explore/brute-force.ts";
import { EXPLORE_CONTROL, type ExploreTask, type ExploreTaskResult, type SchedulesTask } from "./explore-task.ts";
import { loadProgram, type ProgramSource } from "#fuzz/subjects/program-source.ts";
import { runTask } from "./run-task.ts";

const control = controlWords(EXPLORE_CONTROL.words);

/** Executions between two looks at the words that all workers share. */
const BETWEEN_LOOKS = 64;

let kept: { readonly key: string; readonly program: ExploredProgram } | undefined;

async function programOf(source: ProgramSource): Promise<ExploredProgram> {
  const key = JSON.stringify(source);
  if (kept?.key !== key) kept = { key, program: await loadProgram(source) };
  return kept.program;
}

/** Counts executions for all to see, and answers whether to stop. */
function lookNowAndThen(): () => boolean {
  let seen = 0;
  return () => {
    if (++seen % BETWEEN_LOOKS !== 0) return false;
    Atomics.add(control, EXPLORE_CONTROL.executions, BETWEEN_LOOKS);
    return Atomics.load(control, EXPLORE_CONTROL.stop) !== 0;
  };
}

/** @throws ProgramError as `explore` does */
export async function runExploreTask(task: ExploreTask): Promise<ExploreTaskResult> {
  return runTask(await programOf(task.source), task, lookNowAndThen());
}

export async function runSchedules({ source, model, schedulesMax }: SchedulesTask): Promise<Schedules> {
  return countSchedules(await programOf(source), model, schedulesMax, lookNowAndThen());
}
