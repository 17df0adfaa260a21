/** Explores parts of a program's tree on a worker thread. */
import type { JobControl } from "#fuzz/host/worker-control.ts";
import { countSchedules, type Schedules } from "#fuzz/explore/brute-force.ts";
import type { ExploredProgram } from "#fuzz/explore/explored-program.ts";
import { ProgramError } from "#fuzz/explore/local-states.ts";
import { InputError } from "#fuzz/host/input-error.ts";
import { loadProgram, type ProgramSource } from "#fuzz/subjects/program-source.ts";
import { explorePart } from "./explore-part.ts";
import type { ExploreTask, ExploreTaskResult, SchedulesTask } from "./explore-task.ts";

/** Executions between two checks whether to stop. */
const BETWEEN_QUESTIONS = 64;

let kept: { readonly key: string; readonly program: ExploredProgram } | undefined;

async function programOf(source: ProgramSource): Promise<ExploredProgram> {
  const key = JSON.stringify(source);
  if (kept?.key !== key) kept = { key, program: await loadProgram(source) };
  return kept.program;
}

function askNowAndThen(control: JobControl): () => boolean {
  let seen = 0;
  return () => ++seen % BETWEEN_QUESTIONS === 0 && control.shouldStop(BETWEEN_QUESTIONS);
}

/** @throws InputError for a program that is not deterministic or does not end */
export async function runExplore(task: ExploreTask, control: JobControl): Promise<ExploreTaskResult> {
  const program = await programOf(task.source);
  return refusing(() => explorePart(program, task, askNowAndThen(control)));
}

/** @throws InputError for a program that is not deterministic or does not end */
export async function runSchedules(task: SchedulesTask, control: JobControl): Promise<Schedules> {
  const { source, model, schedulesMax = Infinity } = task;
  const program = await programOf(source);
  return refusing(() => countSchedules(program, model, schedulesMax, askNowAndThen(control)));
}

/** The explorer refuses programs for faults of the caller. */
export function refusing<T>(explore: () => T): T {
  try {
    return explore();
  } catch (error) {
    if (error instanceof ProgramError) throw new InputError(`explore: ${error.message}`, { cause: error });
    throw error;
  }
}
