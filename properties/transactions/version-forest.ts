/**
 * The known order of the states of keys: each state has its immediate predecessor, as far as known, which has its own
 * predecessor in turn.
 *
 * A state is a version, or the empty state of a key: versions come first, then the empty states of all keys.
 */
export interface VersionForest {
  /** Whether a state is known to precede another. Constant time. */
  isBefore(state: number, other: number): boolean;
}

/**
 * @param previous by state: its predecessor, or a negative number; states that would precede themselves have no order
 */
export function createVersionForest(previous: Int32Array): VersionForest {
  const states = previous.length;
  const firstChild = new Int32Array(states).fill(-1);
  const nextSibling = new Int32Array(states).fill(-1);
  for (const [state, before] of previous.entries()) {
    if (before < 0) continue;
    nextSibling[state] = firstChild[before] as number;
    firstChild[before] = state;
  }
  // A walk through all trees: the successors of a state are entered and left while the walk is in it.
  const entered = new Int32Array(states);
  const left = new Int32Array(states);
  let time = 0;
  for (let root = 0; root < states; root += 1) {
    if ((previous[root] as number) >= 0) continue;
    const walk = [root]; // states to enter, and by their complements those to leave
    for (let at = walk.pop(); at !== undefined; at = walk.pop()) {
      time += 1;
      if (at < 0) {
        left[~at] = time;
        continue;
      }
      entered[at] = time;
      walk.push(~at);
      for (let child = firstChild[at] as number; child !== -1; child = nextSibling[child] as number) walk.push(child);
    }
  }
  return {
    isBefore: (state, other) =>
      (entered[state] as number) < (entered[other] as number) && (left[other] as number) < (left[state] as number),
  };
}
