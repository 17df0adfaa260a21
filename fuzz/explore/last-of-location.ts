import { EVENT, type Graph, INITIAL, KIND, LOCATION, NONE, PREVIOUS, SOURCE, THREAD } from "./graph.ts";

/**
 * The write that the thread of `event` last read or made at its location before it; `NONE` if there is none or it is
 * the initial one. Coherence allows nothing older.
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
