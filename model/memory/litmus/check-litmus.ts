/**
 * Decides a litmus test under a memory model: verdict, final states, flags.
 *
 * All candidate executions are searched, not only those of interest to the condition, since states and
 * flags need the others.
 */

import { flagsOf, isAllowed, type MemoryModel, type Terms } from "../memory-model.ts";
import { relationOf, type Pair, type Relation } from "../relation.ts";
import type { Skeleton } from "../skeleton.ts";
import type { Choices } from "../terms.ts";
import { searchCandidates, SearchStopped, type Candidate, type SearchSpace } from "./candidates.ts";
import { combine, type Combination } from "./combination.ts";
import { observedPlaces, satisfies, showPlace, stateOf } from "./final-state.ts";
import { LitmusError, positionAt } from "./litmus-error.ts";
import { parseLitmus, type Warning } from "./parse.ts";
import type { Path } from "./path.ts";
import type { Unfolding } from "./path-state.ts";
import type { LitmusTest, Place, Quantifier } from "./syntax.ts";
import { unfold } from "./unfold.ts";

export type LitmusVerdict = "Never" | "Sometimes" | "Always";

/** What a test's allowed executions come to. */
export interface LitmusAnswer {
  readonly kind: "decided";
  readonly name: string;
  readonly verdict: LitmusVerdict;
  /** Different final states, each as `0:r1=1; [x]=2;`, sorted. */
  readonly states: readonly string[];
  /** Sorted by name. */
  readonly flags: readonly string[];
  /** Allowed executions in which the condition holds, and in which it does not. */
  readonly positive: number;
  readonly negative: number;
  readonly quantifier: Quantifier;
  readonly conditionText: string;
  readonly warnings: readonly Warning[];
}

/** A bound was hit first, so nothing is known. */
export interface LitmusUndecided {
  readonly kind: "undecided";
  readonly name: string;
  readonly because: string;
}

export type LitmusResult = LitmusAnswer | LitmusUndecided;

export interface LitmusBounds {
  /** Steps of the search: a candidate, or a choice on the way to one. */
  readonly candidatesMax?: number | undefined;
  /** `pruned` unless said otherwise; both give the same answer. */
  readonly space?: SearchSpace | undefined;
  /** Asked now and then; true ends the search as undecided. */
  readonly isTimeUp?: (() => boolean) | undefined;
}

export const CANDIDATES_MAX_DEFAULT = 20_000_000;

/** Steps between two questions whether time is up. */
const STEPS_PER_CLOCK = 256;

/**
 * Decides a test of the kernel's C dialect.
 *
 * The verdict counts executions that the model allows and that satisfy the test's filter: the condition
 * holds in none, some or all of them. A test without any is `Never`.
 *
 * @throws LitmusError, with line and column, if the text is no litmus test or does what no program may
 */
export function checkLitmus(text: string, model: MemoryModel, bounds: LitmusBounds = {}): LitmusResult {
  const { test, warnings } = parseLitmus(text);
  const tally = new Tally(test, model);
  try {
    forEachCandidate(text, test, bounds, (candidate, termsOver) => {
      const terms = termsOver(model);
      if (!isAllowed(model, terms)) return;
      refuseIllegal(candidate, text);
      tally.count(candidate, terms);
    });
  } catch (error) {
    if (error instanceof SearchStopped) return { kind: "undecided", name: test.name, because: error.message };
    throw error;
  }
  const { positive, negative } = tally;
  return {
    kind: "decided",
    name: test.name,
    verdict: positive === 0 ? "Never" : negative === 0 ? "Always" : "Sometimes",
    states: tally.states(),
    flags: tally.flags(),
    positive,
    negative,
    quantifier: test.quantifier,
    conditionText: test.conditionText,
    warnings,
  };
}

/** @throws LitmusError if an execution that the model allows does what no program may */
function refuseIllegal({ illegal }: Candidate, text: string): void {
  if (illegal === undefined) return;
  throw new LitmusError(`an execution of the test computes ${illegal}`, positionAt(text, text.indexOf("{")));
}

/** Counts executions, and collects their states and flags. */
class Tally {
  readonly #test: LitmusTest;
  readonly #places: readonly Place[];
  readonly #model: MemoryModel;
  readonly #states = new Set<string>();
  readonly #flags = new Set<string>();
  positive = 0;
  negative = 0;

  constructor(test: LitmusTest, model: MemoryModel) {
    this.#test = test;
    this.#places = observedPlaces(test);
    this.#model = model;
  }

  count(candidate: Candidate, terms: Terms): void {
    if (satisfies(candidate, this.#test.condition)) this.positive++;
    else this.negative++;
    const values = stateOf(candidate, this.#places);
    this.#states.add(values.map((value, i) => `${showPlaceAt(this.#places, i)}=${value};`).join(" "));
    for (const flag of flagsOf(this.#model, terms, this.#flags)) this.#flags.add(flag);
    if (observesLock(candidate.skeleton, this.#places)) this.#flags.add("lock-final");
  }

  states(): string[] {
    return [...this.#states].toSorted();
  }

  flags(): string[] {
    return [...this.#flags].toSorted();
  }
}

function showPlaceAt(places: readonly Place[], i: number): string {
  const place = places[i];
  return place === undefined ? "" : showPlace(place);
}

/** The value of a lock variable says nothing, so asking for it is a mistake. */
function observesLock({ events }: Skeleton, places: readonly Place[]): boolean {
  return places.some(
    ({ kind, name }) =>
      kind === "variable" &&
      events.some(
        ({ variable, kind: event, tag }) =>
          variable === name && (LOCK_EVENTS.has(event) || tag === "SLock" || tag === "SUnlock"),
      ),
  );
}

const LOCK_EVENTS: ReadonlySet<string> = new Set(["LKR", "LKW", "UL", "LF", "RL", "RU", "GPS"]);

/** Calls `onCandidate` with every candidate that the filter lets pass, allowed or not. */
export function forEachCandidate(
  text: string,
  test: LitmusTest,
  bounds: LitmusBounds,
  onCandidate: (candidate: Candidate, termsOver: (model: MemoryModel) => Terms) => void,
): void {
  const onStep = stepCounter(bounds);
  const unfolding: Unfolding = { nextSlot: 0, text };
  const paths = test.processes.map((process, i) => unfold(process, test.registers[i] ?? new Map(), unfolding));
  for (const combination of combinationsOf(test, paths)) {
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

export function stepCounter({ candidatesMax = CANDIDATES_MAX_DEFAULT, isTimeUp }: LitmusBounds): () => void {
  let steps = 0;
  return () => {
    if (steps++ >= candidatesMax) {
      throw new SearchStopped(`more than ${candidatesMax.toLocaleString("en")} candidates, complete or partial`);
    }
    if (steps % STEPS_PER_CLOCK === 0 && isTimeUp?.() === true) throw new SearchStopped("time is up");
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
export function choicesOf(candidate: Candidate): Choices {
  const { skeleton, rf, lockOrder, writesInOrder, combination, resolve } = candidate;
  const size = skeleton.events.length;
  const co: Pair[] = [...lockOrder.co];
  for (const writes of writesInOrder.values()) {
    for (let i = 0; i < writes.length; i++) {
      for (let j = i + 1; j < writes.length; j++) co.push([writes[i] ?? -1, writes[j] ?? -1]);
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
