/** All candidate executions of a litmus test: every path of each process, with every choice of reads' sources. */

import type { MemoryModel, Terms } from "../memory-model.ts";
import { relationOf, type Pair, type Relation } from "../relation.ts";
import type { Skeleton } from "../skeleton.ts";
import type { Choices } from "../terms.ts";
import { searchCandidates, SearchStopped, type Candidate, type SearchSpace } from "./candidates.ts";
import { combine, type Combination } from "./combination.ts";
import { satisfies } from "./final-state.ts";
import type { Path } from "./path.ts";
import type { Unfolding } from "./path-state.ts";
import type { LitmusTest } from "./syntax.ts";
import { unfold } from "./unfold.ts";

export interface LitmusBounds {
  /** Steps of the search: a candidate, or a choice on the way to one. */
  readonly candidatesMax?: number | undefined;
  /** `pruned` by default; both give the same result. */
  readonly space?: SearchSpace | undefined;
  /** Called now and then; true ends the search as undecided. */
  readonly isTimeUp?: (() => boolean) | undefined;
}

const CANDIDATES_MAX_DEFAULT = 20_000_000;

/** Ticks between two checks whether time is up. */
const TICKS_PER_CLOCK = 256;

/** Calls `onCandidate` with every candidate that the filter lets pass, allowed or not. */
export function forEachCandidate(
  text: string,
  test: LitmusTest,
  bounds: LitmusBounds,
  onCandidate: (candidate: Candidate, termsOver: (model: MemoryModel) => Terms) => void,
): void {
  const onStep = stepCounter(bounds);
  for (const combination of combinations(text, test, bounds)) {
    onStep();
    const prepared = new Map<Skeleton, (choices: Choices) => Terms>();
    searchCandidates(combination, text, {
      space: bounds.space ?? "pruned",
      onStep,
      onCandidate: (candidate) => {
        if (test.filter !== undefined && !satisfies(candidate, test.filter)) return;
        onCandidate(candidate, (model) => {
          const termsOf = prepared.get(candidate.skeleton) ?? model.over(candidate.skeleton);
          prepared.set(candidate.skeleton, termsOf);
          return termsOf(choicesOf(candidate));
        });
      },
    });
  }
}

/** One path of each process, in every way. */
export function* combinations(text: string, test: LitmusTest, bounds: LitmusBounds): Generator<Combination> {
  const unfolding: Unfolding = { nextSlot: 0, text, onStatement: clock(bounds) };
  const paths = test.processes.map((process, i) => unfold(process, test.registers[i] ?? new Map(), unfolding));
  yield* combinationsOf(test, paths);
}

/** Ends a search that takes too many steps, or too long. */
export function stepCounter(bounds: LitmusBounds): () => void {
  const { candidatesMax = CANDIDATES_MAX_DEFAULT } = bounds;
  const onTick = clock(bounds);
  let steps = 0;
  return () => {
    if (steps++ >= candidatesMax) {
      throw new SearchStopped(`more than ${candidatesMax.toLocaleString("en")} candidates, complete or partial`);
    }
    onTick();
  };
}

/** Checks now and then whether time is up. */
function clock({ isTimeUp }: LitmusBounds): () => void {
  let ticks = 0;
  return () => {
    if (++ticks % TICKS_PER_CLOCK === 0 && isTimeUp?.() === true) throw new SearchStopped("time is up");
  };
}

/** One path of each process, in every way. */
function* combinationsOf(test: LitmusTest, paths: readonly (readonly Path[])[]): Generator<Combination> {
  const chosen: Path[] = [];
  yield* choose(0);

  function* choose(process: number): Generator<Combination> {
    const ofProcess = paths[process];
    if (ofProcess === undefined) {
      yield combine(test, [...chosen]);
      return;
    }
    for (const path of ofProcess) {
      chosen[process] = path;
      yield* choose(process + 1);
    }
  }
}

/** A candidate's rf and co as relations. */
function choicesOf(candidate: Candidate): Choices {
  const { skeleton, rf, lockOrder, writesInOrder, combination, resolve } = candidate;
  const size = skeleton.events.length;
  const co: Pair[] = [...lockOrder.co];
  for (const writes of writesInOrder.values()) {
    for (let i = 0; i < writes.length; i++) {
      for (let j = i + 1; j < writes.length; j++) co.push([writes[i] as number, writes[j] as number]);
    }
  }
  return {
    rf: relationOf(size, [...rf, ...lockOrder.rf]),
    co: relationOf(size, co),
    sameValue: (): Relation => {
      const values = combination.events.map(({ value }) => (value === undefined ? undefined : resolve(value)));
      const pairs: Pair[] = [];
      values.forEach((a, i) => {
        values.forEach((b, j) => {
          if (a !== undefined && b !== undefined && JSON.stringify(a) === JSON.stringify(b)) pairs.push([i, j]);
        });
      });
      return relationOf(size, pairs);
    },
  };
}
