/** Tasks of exploration for workers, and their results. */
import type { Exploration } from "#fuzz/explore/explore.ts";
import type { InterleavedModel } from "#fuzz/explore/interleavings.ts";
import type { ProgramSource } from "#fuzz/subjects/program-source.ts";
import type { Subtree } from "#fuzz/explore/subtrees.ts";
import type { SwitchKind } from "#fuzz/explore/switches.ts";
import type { TableModel } from "#fuzz/explore/table-model.ts";

/** Executions with at most this many preemptions or delays are counted separately. */
export interface SwitchBound {
  readonly kind: SwitchKind;
  readonly max: number;
}

export interface ExploreTask {
  readonly source: ProgramSource;
  readonly model: TableModel;
  readonly path: Subtree;
  /** Executions after which the exploration ends undecided. */
  readonly executionsMax?: number;
  readonly bound?: SwitchBound;
}

export interface ExploreTaskResult extends Exploration {
  /** Executions within the bound, if there is one. */
  readonly within?: number;
}

/** Every schedule, one by one. */
export interface SchedulesTask {
  readonly source: ProgramSource;
  readonly model: InterleavedModel;
  /** Schedules after which it ends unfinished. */
  readonly schedulesMax?: number;
}
