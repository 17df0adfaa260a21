/**
 * Fewer preemptions, then a shorter execution: shrinks the schedule of a violation, and leaves the scenario unchanged.
 *
 * Blocks of the schedule are removed, joined and swapped, as long as the same property stays violated; then every
 * schedule with fewer preemptions is tried, as far as the budget lasts; then the blocks are shortened. Every candidate
 * is run.
 */
import type { Machine } from "#fuzz/machine/machine.ts";
import { type Block, blocksOf, type Run } from "./follow.ts";
import type { SearchBudget } from "./search-budget.ts";

/** Execution budget of the search for fewer preemptions, for each number of them. */
const BOUNDED_EXECUTIONS_MAX = 20_000;

/** Longest block for which every shorter one is tried; longer ones are cut by halves, quarters and so on. */
const LENGTH_TRIED = 32;

export interface ShrunkSchedule {
  readonly run: Run;
  /** Every schedule with fewer preemptions was tried, and none violates the property. */
  readonly fewestPreemptions: boolean;
}

/** Shrinks a run that violates a property. */
export async function shrinkSchedule(machine: Machine, start: Run, budget: SearchBudget): Promise<ShrunkSchedule> {
  const property = start.violation?.property ?? "";
  let best = await withoutBlocks(machine, start, property, budget);
  let fewestPreemptions = best.preemptions === 0;
  let complete = true;
  for (let preemptions = 0; preemptions < best.preemptions; preemptions++) {
    const found = await budget.searchBounded(machine, property, preemptions, BOUNDED_EXECUTIONS_MAX);
    complete &&= found.complete || found.run !== undefined;
    if (found.run === undefined) continue;
    best = found.run;
    break;
  }
  fewestPreemptions ||= complete;
  best = await withoutBlocks(machine, best, property, budget);
  return { run: best, fewestPreemptions };
}

/** Delta debugging over the blocks, until none can be removed, joined, swapped or shortened any more. */
export async function withoutBlocks(
  machine: Machine,
  start: Run,
  property: string,
  budget: SearchBudget,
): Promise<Run> {
  let best = start;
  for (;;) {
    const better = await firstBetter(machine, best, property, budget);
    if (better === undefined) return best;
    best = better;
  }
}

async function firstBetter(
  machine: Machine,
  best: Run,
  property: string,
  budget: SearchBudget,
): Promise<Run | undefined> {
  for (const candidate of candidates(blocksOf(best.choices))) {
    if (budget.isSpent) return undefined;
    const run = budget.follow(machine, candidate);
    await budget.pause();
    if (run.violation?.property === property && isSmaller(run, best)) return run;
  }
  return undefined;
}

/** Fewer preemptions, then fewer accesses, then fewer switches. */
export function isSmaller(run: Run, than: Run): boolean {
  if (run.preemptions !== than.preemptions) return run.preemptions < than.preemptions;
  if (run.choices.length !== than.choices.length) return run.choices.length < than.choices.length;
  return blocksOf(run.choices).length < blocksOf(than.choices).length;
}

function* candidates(blocks: readonly Block[]): Generator<readonly Block[]> {
  for (let size = blocks.length >> 1; size >= 1; size >>= 1) {
    for (let at = 0; at + size <= blocks.length; at += size) yield blocks.toSpliced(at, size);
  }
  for (const [at, block] of blocks.entries()) {
    // The block's accesses are made at the end of its thread's last block before it, instead.
    const earlier = blocks.findLastIndex(({ thread }, index) => index < at && thread === block.thread);
    if (earlier !== -1) yield blocks.with(earlier, block).toSpliced(at, 1);
    const next = blocks[at + 1];
    if (next !== undefined) yield blocks.with(at, next).with(at + 1, block);
  }
  for (const [at, block] of blocks.entries()) {
    const before = blocks.findLast(({ thread }, index) => index < at && thread === block.thread)?.until ?? 0;
    const length = block.until - before;
    for (let cut = length - 1; cut >= 1; cut = length > LENGTH_TRIED ? cut >> 1 : cut - 1)
      yield blocks.with(at, { ...block, until: block.until - cut });
  }
}
