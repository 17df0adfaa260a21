/** A model's steps by number, each computed once, for the online checker's search. */
import type { Model } from "#model/model.ts";
import type { Interner } from "./interning.ts";

export interface OnlineSteps<State> {
  stateId(state: State): number;
  /** @throws RangeError if no state has that number */
  stateOf(id: number): State;
  /**
   * Every way `operation` may take effect in `state` while its response is not known: mark, state after, mark, state …
   */
  effects(state: number, operation: number): Int32Array;
  /** States after `operation` took effect in `state` and returned `response`. */
  returning(state: number, operation: number, response: number): Int32Array;
  /** Whether an operation with this mark may return `response`. */
  mayReturn(mark: number, response: number): boolean;
  /** The number in this table of a state that `old` numbered. */
  adoptState(old: OnlineSteps<State>, state: number): number;
  /** The number in this table of a mark that `old` numbered. */
  adoptMark(old: OnlineSteps<State>, mark: number): number;
  readonly states: readonly State[];
  readonly marks: readonly Mark[];
}

/**
 * The possible response of an effect. Where the model lists its outcomes it is the response itself, so that effects
 * with equal responses merge; otherwise it is the step taken, and the model is evaluated again at the response.
 */
type Mark =
  | { readonly response: number }
  | { readonly before: number; readonly operation: number; readonly after: number };

const NO_MARK: Mark = { response: -1 };

export function createOnlineSteps<State, Operation, Response>(
  model: Pick<Model<State, Operation, Response>, "key" | "next" | "outcomes">,
  operations: Interner<Operation>,
  responses: Interner<Response>,
): OnlineSteps<State> {
  const states: State[] = [];
  const stateIds = new Map<string | number, number>();
  const effectsOf: Int32Array[][] = [];
  const returningOf: Map<number, Int32Array>[][] = [];
  const marks: Mark[] = [NO_MARK]; // 0 means "has not taken effect", so no mark has that number
  const markOfResponse = new Map<number, number>();
  const markOfStep = new Map<string, number>();

  function stateId(state: State): number {
    const key = model.key(state);
    const known = stateIds.get(key);
    if (known !== undefined) return known;
    states.push(state);
    effectsOf.push([]);
    returningOf.push([]);
    stateIds.set(key, states.length - 1);
    return states.length - 1;
  }

  function addMark<Key>(ids: Map<Key, number>, key: Key, mark: Mark): number {
    const known = ids.get(key);
    if (known !== undefined) return known;
    marks.push(mark);
    ids.set(key, marks.length - 1);
    return marks.length - 1;
  }

  function responseMark(response: number): number {
    return addMark(markOfResponse, response, { response });
  }

  function stepMark(before: number, operation: number, after: number): number {
    return addMark(markOfStep, `${before},${operation},${after}`, { before, operation, after });
  }

  function effects(state: number, operation: number): Int32Array {
    const known = effectsOf[state]?.[operation];
    if (known !== undefined) return known;
    const before = stateOf(states, state);
    const called = numbered(operations, operation, "operation");
    const found =
      model.outcomes === undefined
        ? model.next(before, called, undefined).flatMap((next) => {
            const after = stateId(next);
            return [stepMark(state, operation, after), after];
          })
        : model
            .outcomes(before, called)
            .flatMap(({ response, next }) => [responseMark(responses.intern(response)), stateId(next)]);
    const result = Int32Array.from(found);
    const row = effectsOf[state];
    if (row !== undefined) row[operation] = result;
    return result;
  }

  function returning(state: number, operation: number, response: number): Int32Array {
    const row = returningOf[state] ?? [];
    const byResponse = (row[operation] ??= new Map());
    const known = byResponse.get(response);
    if (known !== undefined) return known;
    const next = model.next(
      stateOf(states, state),
      numbered(operations, operation, "operation"),
      numbered(responses, response, "response"),
    );
    const result = Int32Array.from(next, stateId);
    byResponse.set(response, result);
    return result;
  }

  return {
    states,
    marks,
    stateId,
    stateOf: (id) => stateOf(states, id),
    effects,
    returning,
    mayReturn(id, response) {
      const mark = marks[id] ?? NO_MARK;
      return "response" in mark
        ? mark.response === response
        : returning(mark.before, mark.operation, response).includes(mark.after);
    },
    adoptState: (old, state) => stateId(stateOf(old.states, state)),
    adoptMark(old, id) {
      const mark = old.marks[id] ?? NO_MARK;
      if ("response" in mark) return responseMark(mark.response);
      return stepMark(
        stateId(stateOf(old.states, mark.before)),
        mark.operation,
        stateId(stateOf(old.states, mark.after)),
      );
    },
  };
}

function stateOf<State>(states: readonly State[], id: number): State {
  if (id < 0 || id >= states.length) throw new RangeError(`state ${id} is not in the table`);
  return states[id] as State; // in range, and a state may itself be undefined
}

function numbered<T>(interner: Interner<T>, id: number, kind: string): T {
  if (id < 0 || id >= interner.values.length)
    throw new RangeError(`${kind} ${id} was not given a number by this checker`);
  return interner.values[id] as T; // in range, and a value may itself be undefined
}
