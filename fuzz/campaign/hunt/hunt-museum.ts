/** Hunts bugs of the museum for `quiesce bugs`: one per worker at a time, reported in the museum's order. */
import type { Bug } from "#fuzz/bugs/museum.ts";
import { openEngine } from "../engine.ts";
import { inOrder } from "../in-order.ts";
import { progressLine } from "../progress-line.ts";
import { type BugStatistics, statisticsOf } from "./hunt-statistics.ts";
import { type HuntBounds, huntTask } from "./hunt-task.ts";

export interface MuseumListener {
  /** The hunt begins; `progress` returns a line on how far it is, at any time. */
  onStart(progress: () => string): void;
  /** Hears of each bug, in order. */
  onBug(bug: BugStatistics): void;
}

export interface MuseumEnd {
  /** The bugs that were hunted to the end, in order. */
  readonly bugs: readonly BugStatistics[];
  /** Why it was stopped, if it was. */
  readonly stopped: string | undefined;
}

/**
 * @param strategiesMin strategies that must find a bug from every seed
 * @throws InputError for a patch that does not fit the code
 */
export async function huntMuseum(
  bugs: readonly Bug[],
  { bounds, strategiesMin, workers }: { bounds: HuntBounds; strategiesMin: number; workers: number },
  { onStart, onBug }: MuseumListener,
): Promise<MuseumEnd> {
  const engine = openEngine({ workers });
  const found: (BugStatistics | undefined)[] = bugs.map(() => undefined);
  const report = inOrder(onBug);
  const parts = bugs.map((bug, index) => ({ bug, index, part: engine.part(index, { bug: 1 }) }));
  onStart(() => {
    const hunted = found.filter((bug) => bug !== undefined).length;
    return progressLine(`${hunted} of ${bugs.length} bugs hunted`, engine);
  });
  const hunts = parts.map(async ({ bug, index, part }) => {
    const done = await part.perform({ kind: "bug", task: huntTask(bug, bounds) });
    if (done === undefined) return;
    const statistics = statisticsOf(bug, done.outcome, strategiesMin);
    found[index] = statistics;
    report(index, statistics);
  });
  try {
    await Promise.all(hunts);
  } finally {
    await engine.close();
  }
  return { bugs: found.filter((bug) => bug !== undefined), stopped: engine.stopReason() };
}
