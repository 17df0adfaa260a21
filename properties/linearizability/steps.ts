/**
 * A model's steps by number: states are interned, and recent results are kept in a flat table.
 *
 * The table is direct-mapped and of bounded size: a collision costs a call of the model, never memory.
 */
import type { Model } from "#model/model.ts";
import { valueText } from "./value-text.ts";

export interface StepTable<State = unknown> {
  /** The number of a state, assigned at its first occurrence. */
  idOf(state: State): number;
  stateOf(id: number): State;
  /** The number of the initial state. */
  readonly initial: number;
  /** The number of states with a number. */
  readonly stateCount: number;
  /**
   * The only state after `label` took effect in `state`; {@link NO_STATE} or {@link OUTGROWN} when it is impossible
   * there, {@link MANY_STATES} when there are several, then listed by {@link successors}.
   */
  step(state: number, label: number): number;
  successors(state: number, label: number): readonly number[];
  /**
   * Renumbers the states of `live` and drops all others. @returns the new number of each, in the order of `live`
   */
  compact(live: readonly number[]): Int32Array;
}

export const NO_STATE = -1;
export const MANY_STATES = -2;
/** Impossible in this state, and in all later ones until an operation replaces it (see `Model.outgrown`). */
export const OUTGROWN = -3;

const CAPACITY_MAX = 1 << 20;
/** The number of steps of a model declared deterministic that are evaluated twice. */
const ASKED_TWICE = 256;

/** The model is at fault, not the history. */
export class ModelError extends Error {
  constructor(model: string, what: string) {
    super(`model ${model} ${what}`);
    this.name = "ModelError";
  }
}

export function createStepTable<State, Operation, Response>(
  model: Model<State, Operation, Response>,
  operations: readonly Operation[],
  responses: readonly (Response | undefined)[],
): StepTable<State> {
  let states: State[] = [];
  let ids = new Map<string | number, number>();
  let capacity = 1 << 5;
  let tags = new Int32Array(capacity * 2).fill(-1);
  let results = new Int32Array(capacity);
  let misses = 0;
  let asked = 0;

  function idOf(state: State): number {
    const key = model.key(state);
    const known = ids.get(key);
    if (known !== undefined) return known;
    states.push(state);
    ids.set(key, states.length - 1);
    return states.length - 1;
  }
  const initial = idOf(model.initial);

  function stateOf(id: number): State {
    if (id < 0 || id >= states.length) throw new RangeError(`state ${id} is not in the table`);
    return states[id] as State; // in range, and a state may itself be undefined
  }

  function successors(state: number, label: number): number[] {
    const next = ask(state, label).map(idOf);
    if (model.deterministic === true && next.length > 1)
      throw new ModelError(
        model.name,
        `says that it is deterministic, and ${describe(label)} leaves ${next.length} states`,
      );
    if (model.deterministic === true && asked < ASKED_TWICE) {
      asked += 1;
      const again = ask(state, label).map(idOf);
      if (again.join() !== next.join())
        throw new ModelError(
          model.name,
          `says that it is deterministic, and ${describe(label)}, asked twice in one state, leaves two different ones`,
        );
    }
    return next;
  }

  function ask(state: number, label: number): readonly State[] {
    try {
      // In range by construction, and an operation may itself be undefined.
      return model.next(stateOf(state), operations[label] as Operation, responses[label]);
    } catch (error) {
      throw new ModelError(
        model.name,
        `throws at ${describe(label)}: ${error instanceof Error ? error.message : String(error)}`,
      );
    }
  }

  function describe(label: number): string {
    return (
      `${valueText(operations[label])} answering ` +
      `${responses[label] === undefined ? "anything" : valueText(responses[label])}`
    );
  }

  function compute(state: number, label: number): number {
    const next = successors(state, label);
    if (next.length > 1 && next.some((other) => other !== next[0])) return MANY_STATES;
    if (next[0] !== undefined) return next[0];
    return model.outgrown?.(stateOf(state), operations[label] as Operation, responses[label]) === true
      ? OUTGROWN
      : NO_STATE;
  }

  return {
    idOf,
    stateOf,
    initial,
    get stateCount() {
      return states.length;
    },
    step(state, label) {
      let hash = Math.imul(state, 0x9e3779b1) ^ Math.imul(label, 0x85ebca6b);
      hash ^= hash >>> 15;
      const place = hash & (capacity - 1);
      if (tags[2 * place] === state && tags[2 * place + 1] === label) return results[place] ?? NO_STATE;
      misses += 1;
      const result = compute(state, label);
      if (misses > capacity && capacity < CAPACITY_MAX) {
        capacity *= 4;
        tags = new Int32Array(capacity * 2).fill(-1);
        results = new Int32Array(capacity);
        misses = 0;
      }
      const at = hash & (capacity - 1);
      tags[2 * at] = state;
      tags[2 * at + 1] = label;
      results[at] = result;
      return result;
    },
    successors,
    compact(live) {
      const kept = live.map(stateOf);
      states = [];
      ids = new Map();
      tags.fill(-1);
      return Int32Array.from(kept, idOf);
    },
  };
}
