import { EVENT, type Graph, INITIAL, KIND, LOCATION, NONE, PREVIOUS, SOURCE, THREAD } from "./graph.ts";

/**
 * The write last read or made by the thread of `event` before it, at its location; `NONE` if there is none or it is the
 * initial one. Coherence does not go back behind it.
 */
export function lastOfLocation({ rows, stride }: Graph, event: number): number {
  const location = rows[event * stride + LOCATION] as number;
  const thread = rows[event * stride + THREAD] as number;
  for (let at = rows[event * stride + PREVIOUS] as number; at !== NONE; at = rows[at * stride + PREVIOUS] as number) {
    const row = at * stride;
    if (rows[row + THREAD] !== thread) return NONE;
    if (rows[row + LOCATION] !== location) continue;
    if (rows[row + KIND] === EVENT.write) return at;
    if (rows[row + KIND] === EVENT.read) {
      const source = rows[row + SOURCE] as number;
      return source === INITIAL ? NONE : source;
    }
  }
  return NONE;
}
