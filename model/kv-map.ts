/**
 * A map from keys to values; every key holds `initial` at first, and keys are independent.
 *
 * Responses: put and append answer null, get what it found. Append concatenates text at the end.
 */
import type { Model } from "./model.ts";
import type { Scalar } from "./object-shape.ts";

export type KvOperation =
  | { readonly kind: "get"; readonly key: string }
  | { readonly kind: "put"; readonly key: string; readonly value: Scalar }
  | { readonly kind: "append"; readonly key: string; readonly value: string };

export type KvState = ReadonlyMap<string, Scalar>;

/** @param initial what every key holds before any put */
export function kvMap(initial: Scalar = ""): Model<KvState, KvOperation, Scalar> {
  // Values may be long and most of a state stays as it was: its key is made of the values' numbers, which no caller sees.
  const numbers = new Map<Scalar, number>();
  const numberOf = (value: Scalar): number => {
    const known = numbers.get(value);
    if (known !== undefined) return known;
    numbers.set(value, numbers.size);
    return numbers.size - 1;
  };
  const after = (state: KvState, operation: KvOperation): KvState => {
    if (operation.kind === "get") return state;
    const value = operation.kind === "put" ? operation.value : `${state.get(operation.key) ?? initial}${operation.value}`;
    return new Map(state).set(operation.key, value);
  };
  return {
    name: "kv-map",
    initial: new Map(),
    next(state, operation, response) {
      if (operation.kind === "get" && response !== undefined && response !== (state.get(operation.key) ?? initial)) return [];
      return [after(state, operation)];
    },
    outcomes(state, operation) {
      return [{ response: operation.kind === "get" ? (state.get(operation.key) ?? initial) : null, next: after(state, operation) }];
    },
    key(state) {
      if (state.size === 1) for (const [key, value] of state) return value === initial ? "" : `${key}=${numberOf(value)}`;
      return [...state]
        .filter(([, value]) => value !== initial)
        .map(([key, value]) => `${JSON.stringify(key)}=${numberOf(value)}`)
        .toSorted()
        .join();
    },
    partition: (operation) => operation.key,
    observes: (operation) => operation.kind === "get",
    shape: {
      kind: "register",
      initial,
      roleOf(operation, response) {
        if (operation.kind === "append") return undefined;
        return operation.kind === "put" ? { role: "write", value: operation.value } : { role: "read", value: response };
      },
    },
  };
}
