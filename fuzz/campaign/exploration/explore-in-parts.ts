/**
 * An exploration on worker threads: each free worker takes a part of the tree, and the counts are added up.
 *
 * The failure is that of the first failing part, and the counts are those of the parts before it. So the result is the
 * same for any number of workers.
 */
import type { Schedules } from "#fuzz/explore/brute-force.ts";
import type { ExploredProgram } from "#fuzz/explore/explored-program.ts";
import { type Subtree, subtreesOf } from "#fuzz/explore/subtrees.ts";
import { tableOptions } from "#fuzz/explore/table-model.ts";
import type { Engine } from "../engine.ts";
import { explorePart } from "./explore-part.ts";
import type { ExploreTask, ExploreTaskResult, SchedulesTask } from "./explore-task.ts";
import { refusing } from "./run-explore.ts";

/** An exploration, without the part. */
export type ExploreOrder = Omit<ExploreTask, "path">;

/** Executions explored without workers: most programs have fewer, and starting workers takes longer. */
const ALONE_MAX = 20_000;

/** Parts per worker: enough for the workers to end at about the same time. */
const PARTS_PER_WORKER = 32;

/**
 * Visits every execution; ends early, undecided, when told to stop.
 *
 * @throws InputError for a program that is not deterministic or does not end
 */
export async function exploreInParts(
  program: ExploredProgram,
  order: ExploreOrder,
  engine: Engine,
  workers: number,
): Promise<ExploreTaskResult> {
  let seen = 0;
  const alone = refusing(() => explorePart(program, { ...order, path: [] }, () => ++seen > ALONE_MAX));
  if (seen <= ALONE_MAX) return alone;
  // A bound on executions covers the first ones, so none may be explored ahead of them.
  const parts =
    order.executionsMax === undefined
      ? subtreesOf(program, tableOptions(order.model), workers * PARTS_PER_WORKER)
      : [[]];
  const run = async (task: ExploreTask): Promise<ExploreTaskResult | undefined> =>
    (await engine.perform({ kind: "subtree", task }))?.outcome;
  return exploreParts(run, order, parts, workers);
}

/** Runs every schedule; undefined when it was stopped before it began. */
export async function runEverySchedule(task: SchedulesTask, engine: Engine): Promise<Schedules | undefined> {
  return (await engine.perform({ kind: "schedules", task }))?.outcome;
}

/** Explores parts, some concurrently. A part that returns undefined was told to stop. */
export async function exploreParts(
  run: (task: ExploreTask) => Promise<ExploreTaskResult | undefined>,
  order: ExploreOrder,
  parts: readonly Subtree[],
  lanes: number,
): Promise<ExploreTaskResult> {
  const results: (ExploreTaskResult | undefined)[] = parts.map(() => undefined);
  let firstFailure = Infinity;
  let next = 0;
  const work = async (): Promise<void> => {
    for (let part = next++; part < Math.min(parts.length, firstFailure); part = next++) {
      const result = await run({ ...order, path: parts[part] ?? [] });
      results[part] = result;
      if (result?.failure !== undefined) firstFailure = Math.min(firstFailure, part);
    }
  };
  await Promise.all(Array.from({ length: lanes }, work));
  const counted = results.slice(0, firstFailure + 1).filter((result) => result !== undefined);
  return sumOf(counted, parts.length);
}

function sumOf(results: readonly ExploreTaskResult[], parts: number): ExploreTaskResult {
  const sum = (of: (result: ExploreTaskResult) => number): number =>
    results.reduce((all, result) => all + of(result), 0);
  const failure = results.at(-1)?.failure;
  return {
    executions: sum(({ executions }) => executions),
    blocked: sum(({ blocked }) => blocked),
    complete: results.length === parts && results.every(({ complete }) => complete),
    ...(failure !== undefined && { failure }),
    ...(results.some(({ race }) => race !== undefined) && { race: results.some(({ race }) => race === true) }),
    ...(results.some(({ within }) => within !== undefined) && { within: sum(({ within = 0 }) => within) }),
  };
}
