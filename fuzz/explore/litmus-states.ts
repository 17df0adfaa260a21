/** The final states of a litmus test according to the axioms, and according to the explorer. */
import { forEachCandidate, type LitmusBounds } from "#model/memory/litmus/candidate-search.ts";
import { observedPlaces, showPlace, stateOf } from "#model/memory/litmus/final-state.ts";
import { parseLitmus } from "#model/memory/litmus/parse.ts";
import { isAcyclic } from "#model/memory/cycle.ts";
import { isAllowed, type MemoryModel } from "#model/memory/memory-model.ts";
import { union } from "#model/memory/relation.ts";
import { explore } from "./explore.ts";
import { litmusPrograms } from "./litmus-program.ts";

export interface AxiomaticStates {
  /** Final states of every execution that the model allows. */
  readonly all: ReadonlySet<string>;
  /** Final states of those in which program order and reads-from form no cycle. */
  readonly acyclic: ReadonlySet<string>;
}

/** @throws SearchStopped if a bound is hit */
export function axiomaticStates(text: string, model: MemoryModel, bounds: LitmusBounds = {}): AxiomaticStates {
  const { test } = parseLitmus(text);
  const places = observedPlaces(test);
  const all = new Set<string>();
  const acyclic = new Set<string>();
  forEachCandidate(text, test, bounds, (candidate, termsOver) => {
    const terms = termsOver(model);
    if (!isAllowed(model, terms)) return;
    const state = stateOf(candidate, places)
      .map((value, i) => `${places[i] === undefined ? "" : showPlace(places[i])}=${value};`)
      .join(" ");
    all.add(state);
    if (isAcyclic(union(terms.skeleton.po, terms.rf))) acyclic.add(state);
  });
  return { all, acyclic };
}

export interface ExploredStates {
  readonly states: ReadonlySet<string>;
  readonly executions: number;
  /** Distinct executions: equal to `executions` if each was visited once. */
  readonly distinct: number;
}

/** @returns the reason if the explorer cannot take the test */
export function exploredStates(text: string): ExploredStates | string {
  const programs = litmusPrograms(text);
  if (typeof programs === "string") return programs;
  const states = new Set<string>();
  let executions = 0;
  let distinct = 0;
  for (const { program, finalState } of programs) {
    const seen = new Set<string>();
    const result = explore(program, {
      model: "lkmm",
      onExecution: (execution) => {
        seen.add(execution.canonical());
        const state = finalState(execution);
        if (state !== undefined) states.add(state);
      },
    });
    executions += result.executions;
    distinct += seen.size;
  }
  return { states, executions, distinct };
}

/**
 * The disagreements of the two, as lines; empty if there are none. The explorer must have exactly the states of
 * executions without a cycle of program order and reads-from, and visit each execution once.
 */
export function disagreements(text: string, model: MemoryModel, bounds: LitmusBounds = {}): string[] | undefined {
  const explored = exploredStates(text);
  if (typeof explored === "string") return undefined;
  const { acyclic } = axiomaticStates(text, model, bounds);
  return [
    ...[...acyclic].filter((state) => !explored.states.has(state)).map((state) => `missing ${state}`),
    ...[...explored.states].filter((state) => !acyclic.has(state)).map((state) => `forbidden ${state}`),
    ...(explored.executions === explored.distinct ? [] : [`${explored.executions - explored.distinct} twice`]),
  ];
}
