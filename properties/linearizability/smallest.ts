/**
 * A minimal subset with a property that larger sets keep: exactly the operations that a violation needs.
 *
 * Source: Junker, "QuickXplain: preferred explanations and relaxations for over-constrained problems", AAAI 2004.
 */

/**
 * A minimal subset of `items` with the property; items at the front are preferred. The search tries the first 1, 2, 4 …
 * items, so that the cost grows with the subset's position rather than with their number.
 *
 * @param holds monotone: true for every superset of a set for which it is true
 * @returns undefined if not even all items have the property
 */
export function smallestSubset<T>(
  items: readonly T[],
  holds: (subset: readonly T[]) => boolean,
): readonly T[] | undefined {
  if (holds([])) return [];
  for (let size = 1; ; size *= 2) {
    const first = items.slice(0, size);
    if (holds(first)) return shrink([], [], first, holds);
    if (size >= items.length) return undefined;
  }
}

function shrink<T>(
  background: readonly T[],
  added: readonly T[],
  items: readonly T[],
  holds: (subset: readonly T[]) => boolean,
): readonly T[] {
  if (added.length > 0 && holds(background)) return [];
  if (items.length <= 1) return items;
  const middle = items.length >> 1;
  const [front, back] = [items.slice(0, middle), items.slice(middle)];
  const needed = shrink([...background, ...front], front, back, holds);
  return [...shrink([...background, ...needed], needed, front, holds), ...needed];
}
