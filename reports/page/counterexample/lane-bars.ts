/** The state of each thread's lane at each step: sections, locks, waits, grace periods. */
import type { StoryExecution } from "../../counterexample-story.ts";

export interface LaneState {
  readonly inSection: boolean;
  readonly inGracePeriod: boolean;
  /** Locks that the thread holds, by name. */
  readonly locks: string;
  /** The object of its wait. */
  readonly waitsFor: string;
}

/** By step, then by thread. */
export function laneStates({
  threads,
  steps,
  sections,
  gracePeriods,
}: StoryExecution): readonly (readonly LaneState[])[] {
  const locks = threads.map(() => "");
  return steps.map(({ thread, holds, waiting }, step) => {
    locks[thread] = holds.filter((held) => held !== "rcu" && !/^(\d+ )?refs? /.test(held)).join(", ");
    const covers = (span: { thread: number; from: number; to?: number | undefined }, lane: number): boolean =>
      span.thread === lane && span.from <= step && step <= (span.to ?? steps.length);
    return threads.map((_, lane) => ({
      inSection: sections.some((span) => covers(span, lane)),
      inGracePeriod: gracePeriods.some((span) => covers(span, lane)),
      locks: locks[lane] ?? "",
      waitsFor: waiting.find(([waiter]) => waiter === lane)?.[1] ?? "",
    }));
  });
}
