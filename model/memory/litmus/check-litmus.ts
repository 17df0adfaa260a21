/**
 * Decides a litmus test under a memory model: verdict, final states, flags.
 *
 * All candidate executions are searched, not only those relevant to the condition, since states and
 * flags need the others.
 */

import { flagsOf, isAllowed, type MemoryModel, type Terms } from "../memory-model.ts";
import type { Skeleton } from "../skeleton.ts";
import { forEachCandidate, type LitmusBounds } from "./candidate-search.ts";
import { SearchStopped, type Candidate } from "./candidates.ts";
import { observedPlaces, satisfies, showPlace, stateOf } from "./final-state.ts";
import { LitmusError, positionAt } from "./litmus-error.ts";
import { whyNoExecution } from "./no-execution.ts";
import { parseLitmus, type Warning } from "./parse.ts";
import type { LitmusTest, Place, Quantifier } from "./syntax.ts";

type LitmusVerdict = "Never" | "Sometimes" | "Always";

/** The result of a test over its allowed executions. */
export interface LitmusAnswer {
  readonly kind: "decided";
  readonly name: string;
  readonly verdict: LitmusVerdict;
  /** Distinct final states, each as `0:r1=1; [x]=2;`, sorted. */
  readonly states: readonly string[];
  /** Sorted by name. */
  readonly flags: readonly string[];
  /** Allowed executions in which the condition holds, and in which it does not. */
  readonly positive: number;
  readonly negative: number;
  readonly quantifier: Quantifier;
  readonly conditionText: string;
  readonly warnings: readonly Warning[];
  /** If there is no allowed execution: the reason, such as a deadlock. */
  readonly noExecution: string | undefined;
}

/** A bound was hit first, so nothing is known. */
interface LitmusUndecided {
  readonly kind: "undecided";
  readonly name: string;
  readonly because: string;
}

export type LitmusResult = LitmusAnswer | LitmusUndecided;

/**
 * Decides a test of the kernel's C dialect.
 *
 * The verdict counts executions that the model allows and that satisfy the test's filter: the condition
 * holds in none, some or all of them. A test without any is `Never`.
 *
 * @throws LitmusError, with line and column, if the text is not a litmus test or does something illegal
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
  const noExecution = positive + negative === 0 ? whyNoExecution(text, test, model, bounds) : undefined;
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
    noExecution,
  };
}

/** @throws LitmusError if an execution that the model allows does something illegal */
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

/** The value of a lock variable is meaningless, so observing it is a mistake. */
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
