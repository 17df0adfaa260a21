/**
 * A map from keys to values; every key holds `initial` at first, and keys are independent.
 *
 * Responses: put and append return null, get the value found. Append concatenates text at the end; null counts as "".
 */
import type { Model } from "../model.ts";
import type { Scalar } from "../object-shape.ts";

export type KvOperation =
  | { readonly kind: "get"; readonly key: string }
  | { readonly kind: "put"; readonly key: string; readonly value: Scalar }
  | { readonly kind: "append"; readonly key: string; readonly value: string };

/** The value of one key; `tag` is equal for two entries exactly when key and value are. */
interface KvEntry {
  readonly key: string;
  readonly value: Scalar;
  readonly tag: string;
}

/** The keys whose value is not the initial one, in order. */
export type KvState = readonly KvEntry[];

/** @param initial the value of every key before any put */
export function kvMap(initial: Scalar = ""): Model<KvState, KvOperation, Scalar> {
  // Values may be long and most of a state is unchanged by a step: tags use internal numbers of the values.
  const numbers = new Map<Scalar, number>();
  const tagOf = (key: string, value: Scalar): string => {
    const known = numbers.get(value);
    if (known === undefined) numbers.set(value, numbers.size);
    return `${JSON.stringify(key)}=${known ?? numbers.size - 1},`;
  };
  const valueIn = (state: KvState, key: string): Scalar => {
    for (const entry of state) if (entry.key === key) return entry.value;
    return initial;
  };
  const after = (state: KvState, operation: KvOperation): KvState => {
    if (operation.kind === "get") return state;
    const { key } = operation;
    const value = operation.kind === "put" ? operation.value : `${valueIn(state, key) ?? ""}${operation.value}`;
    let at = 0;
    for (const entry of state) {
      if (entry.key >= key) break;
      at += 1;
    }
    const known = state[at]?.key === key ? 1 : 0;
    return value === initial
      ? state.toSpliced(at, known)
      : state.toSpliced(at, known, { key, value, tag: tagOf(key, value) });
  };
  return {
    name: "kv-map",
    initial: [],
    next(state, operation, response) {
      if (operation.kind === "get" && response !== undefined && response !== valueIn(state, operation.key)) return [];
      return [after(state, operation)];
    },
    outcomes(state, operation) {
      return [
        { response: operation.kind === "get" ? valueIn(state, operation.key) : null, next: after(state, operation) },
      ];
    },
    key(state) {
      let key = "";
      for (const { tag } of state) key += tag;
      return key;
    },
    partition: (operation) => operation.key,
    observes: (operation) => operation.kind === "get",
    replaces: (operation) => operation.kind === "put",
    outgrown(state, operation, response) {
      if (operation.kind !== "get" || response === undefined) return false;
      const value = valueIn(state, operation.key);
      return response !== value && !`${response}`.startsWith(`${value ?? ""}`);
    },
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
