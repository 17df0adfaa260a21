/** Two schedules side by side: the alignment of their accesses. */
import type { StoryExecution } from "../../counterexample-story.ts";

/** Numbers of accesses, from 0; undefined where the other schedule has no equal one. */
export interface AlignedRow {
  readonly failing: number | undefined;
  readonly passing: number | undefined;
}

export interface Alignment {
  readonly rows: readonly AlignedRow[];
  /** The first row in which the threads or the accesses differ; undefined if there is none. */
  readonly firstDifference: number | undefined;
}

/** The longest common subsequence of accesses, after the common prefix. O(n · m). */
export function alignSchedules(failing: StoryExecution, passing: StoryExecution): Alignment {
  const one = failing.steps.map(({ thread, access, place }) => `${thread} ${access} ${place}`);
  const other = passing.steps.map(({ thread, access, place }) => `${thread} ${access} ${place}`);
  const rows: AlignedRow[] = [];
  let common = 0;
  while (common < one.length && common < other.length && one[common] === other[common]) {
    rows.push({ failing: common, passing: common });
    common++;
  }
  const firstDifference = common < Math.max(one.length, other.length) ? common : undefined;
  const width = other.length - common + 1;
  const lengths = new Uint16Array((one.length - common + 1) * width);
  const at = (i: number, j: number): number => lengths[(i - common) * width + (j - common)] ?? 0;
  for (let i = one.length - 1; i >= common; i--) {
    for (let j = other.length - 1; j >= common; j--)
      lengths[(i - common) * width + (j - common)] =
        one[i] === other[j] ? at(i + 1, j + 1) + 1 : Math.max(at(i + 1, j), at(i, j + 1));
  }
  let i = common;
  let j = common;
  while (i < one.length || j < other.length) {
    if (i < one.length && j < other.length && one[i] === other[j]) rows.push({ failing: i++, passing: j++ });
    else if (j >= other.length || (i < one.length && at(i + 1, j) >= at(i, j + 1)))
      rows.push({ failing: i++, passing: undefined });
    else rows.push({ failing: undefined, passing: j++ });
  }
  return { rows, firstDifference };
}
