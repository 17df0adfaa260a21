/**
 * Ready-made models whose responses are words: steps for the rows of an operation table, and the state they start from.
 *
 * A step returns the response and the next state; an empty list means that the operation cannot take effect now, so
 * that it waits. Arguments are called `value`, or `key` and `value`.
 */

interface Step<State> {
  readonly response?: number | boolean;
  readonly next: State;
}

interface WithValue {
  readonly value: number;
}

interface WithKey {
  readonly key: number;
}

/** A cell: `write` replaces its word, `read` returns it. */
export function registerSteps(initial = 0) {
  return {
    initial,
    read: (state: number): Step<number> => ({ response: state, next: state }),
    write: (_state: number, { value }: WithValue): Step<number> => ({ next: value }),
    /** Writes `value` if the word is `expected`; returns whether it did. */
    compareAndSet: (state: number, { expected, value }: WithValue & { readonly expected: number }): Step<number> =>
      state === expected ? { response: true, next: value } : { response: false, next: state },
  };
}

/** A number: `increment` adds 1, `read` returns it. `incremented` returns the sum. */
export function counterSteps(initial = 0) {
  return {
    initial,
    increment: (state: number): Step<number> => ({ next: state + 1 }),
    incremented: (state: number): Step<number> => ({ response: state + 1, next: state + 1 }),
    read: (state: number): Step<number> => ({ response: state, next: state }),
  };
}

/** How a container takes, and its behaviour when it cannot. */
interface ContainerOptions {
  /** The result of a take that finds nothing; 0 by default. */
  readonly empty?: number;
  /** The maximum number of values; unbounded by default. `put` returns whether the value went in. */
  readonly capacity?: number;
}

function containerSteps(take: (state: readonly number[]) => number, { empty = 0, capacity }: ContainerOptions) {
  type State = readonly number[];
  const isFull = (state: State): boolean => capacity !== undefined && state.length >= capacity;
  const taken = (state: State): Step<State> => {
    const at = take(state);
    return { response: state[at] ?? empty, next: state.toSpliced(at, 1) };
  };
  return {
    initial: [] as State,
    /** Puts a value in, and returns nothing. */
    put: (state: State, { value }: WithValue): Step<State> => ({ next: [...state, value] }),
    /** Puts a value in if there is room; returns whether there was. */
    offer: (state: State, { value }: WithValue): Step<State> =>
      isFull(state) ? { response: false, next: state } : { response: true, next: [...state, value] },
    /** Puts a value in, and waits while there is no room. */
    putWhenRoom: (state: State, { value }: WithValue): readonly Step<State>[] =>
      isFull(state) ? [] : [{ next: [...state, value] }],
    /** Takes a value out; returns `empty` if there is none. */
    take: (state: State): Step<State> => (state.length === 0 ? { response: empty, next: state } : taken(state)),
    /** Takes a value out, and waits while there is none. */
    takeWhenThere: (state: State): readonly Step<State>[] => (state.length === 0 ? [] : [taken(state)]),
  };
}

/** First in, first out. */
export function queueSteps(options: ContainerOptions = {}) {
  return containerSteps(() => 0, options);
}

/** Last in, first out. */
export function stackSteps(options: ContainerOptions = {}) {
  return containerSteps((state) => state.length - 1, options);
}

/** A set of keys: `add` returns whether the key was absent, `remove` and `has` whether it was present. */
export function setSteps() {
  type State = readonly number[];
  return {
    initial: [] as State,
    add: (state: State, { key }: WithKey): Step<State> =>
      state.includes(key)
        ? { response: false, next: state }
        : { response: true, next: [...state, key].toSorted((one, other) => one - other) },
    remove: (state: State, { key }: WithKey): Step<State> => ({
      response: state.includes(key),
      next: state.filter((other) => other !== key),
    }),
    has: (state: State, { key }: WithKey): Step<State> => ({ response: state.includes(key), next: state }),
  };
}

/** A map from keys to words: `get` returns `absent` for a missing key. */
export function mapSteps(absent = 0) {
  type State = Readonly<Record<number, number>>;
  return {
    initial: {} as State,
    get: (state: State, { key }: WithKey): Step<State> => ({ response: state[key] ?? absent, next: state }),
    set: (state: State, { key, value }: WithKey & WithValue): Step<State> => ({ next: { ...state, [key]: value } }),
    remove: (state: State, { key }: WithKey): Step<State> => {
      const { [key]: removed, ...next } = state;
      return { response: removed !== undefined, next };
    },
  };
}

/**
 * A lock: `acquire` waits while it is held, `tryAcquire` returns whether it acquired it, `release` requires it held.
 */
export function mutexSteps() {
  return semaphoreSteps(1);
}

/** A number of permits: `acquire` waits while none is left. */
export function semaphoreSteps(permits: number) {
  return {
    initial: permits,
    acquire: (state: number): readonly Step<number>[] => (state === 0 ? [] : [{ next: state - 1 }]),
    tryAcquire: (state: number): Step<number> =>
      state === 0 ? { response: false, next: state } : { response: true, next: state - 1 },
    release: (state: number): Step<number> => ({ next: state + 1 }),
  };
}
