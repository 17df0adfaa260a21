/**
 * Decides which revisits are made: only from the graph in which all removed events took the last option in coherence
 * order.
 *
 * Many graphs differ only in events that a revisit removes, and would become the same graph. The removed events are
 * generated again afterwards, so one of these graphs must be chosen to make the revisit: the one in which every removed
 * event, and the revisited one, was added maximally, given only what stays and what came before it.
 */
import {
  AFTER,
  BEFORE,
  EVENT,
  FIRST_READER,
  type Graph,
  INITIAL,
  KIND,
  LOCATION,
  NEXT_READER,
  NONE,
  POSITION,
  SOURCE,
  THREAD,
} from "./graph.ts";

/**
 * Was `event`, which is removed or revisited if `revisitor` revisits, added with the last option in coherence order?
 */
export function isLastInCoherence({ rows, stride, first, prefix }: Graph, event: number, revisitor: number): boolean {
  const row = event * stride;
  const kind = rows[row + KIND] as number;
  const horizon = revisitor * stride + prefix;
  const isPrevious = (other: number): boolean =>
    other < event ||
    (rows[horizon + (rows[other * stride + THREAD] as number)] as number) > (rows[other * stride + POSITION] as number);
  let next = NONE;
  if (kind === EVENT.read) {
    const source = rows[row + SOURCE] as number;
    if (source !== INITIAL && !isPrevious(source)) return false;
    next =
      source === INITIAL
        ? (first[rows[row + LOCATION] as number] as number)
        : (rows[source * stride + AFTER] as number);
  } else if (kind === EVENT.write) {
    for (
      let reader = rows[row + FIRST_READER] as number;
      reader !== NONE;
      reader = rows[reader * stride + NEXT_READER] as number
    ) {
      if (reader < event) return false;
    }
    next = rows[row + AFTER] as number;
  } else if (kind === EVENT.lock) {
    const before = rows[row + BEFORE] as number;
    if (before !== NONE && !isPrevious(before)) return false;
    const after = rows[row + AFTER] as number;
    return after === NONE || after > event;
  } else {
    return true;
  }
  for (; next !== NONE; next = rows[next * stride + AFTER] as number) if (isPrevious(next)) return false;
  return true;
}
