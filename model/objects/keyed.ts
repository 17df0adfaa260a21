/**
 * Many objects of one kind, each with a key: registers, queues, locks by name. Operations on one never affect
 * another, so a history is checked key by key (Jepsen's independent keys).
 */
import type { Model } from "../model.ts";
import type { ObjectShape } from "../object-shape.ts";

export interface KeyedOperation<Operation> {
  readonly key: string | number;
  readonly operation: Operation;
}

/** The objects that differ from their initial state. */
export type KeyedState<State> = ReadonlyMap<string | number, { readonly state: State }>;

/** @param model one of the objects; it must have no keys itself, or independent ones */
export function keyed<State, Operation, Response>(
  model: Model<State, Operation, Response>,
): Model<KeyedState<State>, KeyedOperation<Operation>, Response> {
  const initialKey = model.key(model.initial);
  const stateOf = (states: KeyedState<State>, key: string | number): State => {
    const known = states.get(key);
    return known === undefined ? model.initial : known.state;
  };
  const after = (states: KeyedState<State>, key: string | number, state: State): KeyedState<State> => {
    const next = new Map(states);
    if (model.key(state) === initialKey) next.delete(key);
    else next.set(key, { state });
    return next;
  };
  const { outcomes, observes, replaces, outgrown, shape } = model;
  return {
    name: model.name,
    initial: new Map(),
    next: (states, { key, operation }, response) =>
      model.next(stateOf(states, key), operation, response).map((state) => after(states, key, state)),
    key: (states) =>
      [...states]
        .map(([key, { state }]) => JSON.stringify([key, model.key(state)]))
        .toSorted()
        .join(),
    partition: ({ key, operation }) => {
      const inner = model.partition?.(operation);
      return inner === undefined ? key : JSON.stringify([key, inner]);
    },
    ...(outcomes === undefined
      ? {}
      : {
          outcomes: (states, { key, operation }) =>
            outcomes(stateOf(states, key), operation).map(({ response, next }) => ({
              response,
              next: after(states, key, next),
            })),
        }),
    ...(observes === undefined ? {} : { observes: ({ operation }, response) => observes(operation, response) }),
    ...(replaces === undefined ? {} : { replaces: ({ operation }) => replaces(operation) }),
    ...(outgrown === undefined
      ? {}
      : { outgrown: (states, { key, operation }, response) => outgrown(stateOf(states, key), operation, response) }),
    ...(model.deterministic === undefined ? {} : { deterministic: model.deterministic }),
    ...(shape === undefined ? {} : { shape: keyedShape(shape) }),
  };
}

/** The shape of each key. */
function keyedShape<Operation, Response>(
  shape: ObjectShape<Operation, Response>,
): ObjectShape<KeyedOperation<Operation>, Response> {
  const lifted =
    <Role>(roleOf: (operation: Operation, response: Response | undefined) => Role) =>
    ({ operation }: KeyedOperation<Operation>, response: Response | undefined): Role =>
      roleOf(operation, response);
  switch (shape.kind) {
    case "register":
      return { ...shape, roleOf: lifted(shape.roleOf) };
    case "queue":
    case "stack":
      return { ...shape, roleOf: lifted(shape.roleOf) };
    case "priority-queue":
      return { ...shape, roleOf: lifted(shape.roleOf) };
    case "set":
      return { ...shape, roleOf: lifted(shape.roleOf) };
    case "counter":
      return { ...shape, roleOf: lifted(shape.roleOf) };
  }
}
