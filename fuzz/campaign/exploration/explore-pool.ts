/**
 * An exploration on worker threads: the parts of the tree, each to whoever is free, and their counts added up.
 *
 * A failure is the one in the first part that has one, and what is counted is what comes before it: so the result is
 * the same for any number of workers.
 */
import { availableParallelism } from "node:os";
import { Piscina } from "piscina";
import type { ExploredProgram } from "#fuzz/explore/explored-program.ts";
import type { Schedules } from "#fuzz/explore/brute-force.ts";
import { EXPLORE_CONTROL, type ExploreTask, type ExploreTaskResult, type SchedulesTask } from "./explore-task.ts";
import { runTask } from "./run-task.ts";
import { type Subtree, subtreesOf } from "#fuzz/explore/subtrees.ts";
import { tableOptions } from "#fuzz/explore/table-model.ts";

/** What is explored, without the part. */
export type ExploreOrder = Omit<ExploreTask, "path">;

export interface ExplorePool {
  /** Every execution; ends early, undecided, when it is told to stop. */
  explore(program: ExploredProgram, order: ExploreOrder): Promise<ExploreTaskResult>;
  /** Every schedule. */
  runSchedules(task: SchedulesTask): Promise<Schedules>;
  /** Executions so far, in steps of some. */
  executions(): number;
  stop(): void;
  close(): Promise<void>;
}

/** Executions that are explored without workers: most programs have fewer, and starting workers takes longer. */
const ALONE_MAX = 20_000;

/** Parts for each worker: so many that they end at about the same time. */
const PARTS_PER_WORKER = 32;

export function explorePool(workers = availableParallelism()): ExplorePool {
  const control = new Int32Array(new SharedArrayBuffer(EXPLORE_CONTROL.words * Int32Array.BYTES_PER_ELEMENT));
  // Workers start when they are first asked for.
  let started: Piscina | undefined;
  const pool = (): Piscina =>
    (started ??= new Piscina({
      filename: new URL("./explore-worker.ts", import.meta.url).href,
      minThreads: workers,
      maxThreads: workers,
      workerData: control.buffer,
    }));
  return {
    async explore(program, order) {
      let seen = 0;
      const alone = runTask(program, { ...order, path: [] }, () => ++seen > ALONE_MAX);
      if (seen <= ALONE_MAX) return alone;
      // A bound on executions is one on those that come first, so nothing may be explored ahead of them.
      const parts =
        order.executionsMax === undefined
          ? subtreesOf(program, tableOptions(order.model), workers * PARTS_PER_WORKER)
          : [[]];
      return exploreParts((task) => pool().run(task, { name: "runExploreTask" }), order, parts, workers);
    },
    runSchedules: (task) => pool().run(task, { name: "runSchedules" }),
    executions: () => Atomics.load(control, EXPLORE_CONTROL.executions) >>> 0,
    stop: () => void Atomics.store(control, EXPLORE_CONTROL.stop, 1),
    close: async () => started?.destroy(),
  };
}

/** Explores parts, some at once. */
export async function exploreParts(
  run: (task: ExploreTask) => Promise<ExploreTaskResult>,
  order: ExploreOrder,
  parts: readonly Subtree[],
  lanes: number,
): Promise<ExploreTaskResult> {
  const results: ExploreTaskResult[] = [];
  let firstFailure = Infinity;
  let next = 0;
  const work = async (): Promise<void> => {
    for (let part = next++; part < Math.min(parts.length, firstFailure); part = next++) {
      const result = await run({ ...order, path: parts[part] ?? [] });
      results[part] = result;
      if (result.failure !== undefined) firstFailure = Math.min(firstFailure, part);
    }
  };
  await Promise.all(Array.from({ length: lanes }, work));
  return sumOf(results.slice(0, firstFailure + 1), parts.length);
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
    ...(results.some(({ within }) => within !== undefined) && { within: sum(({ within = 0 }) => within) }),
  };
}
