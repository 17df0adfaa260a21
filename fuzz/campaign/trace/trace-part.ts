import type { Part } from "../part.ts";
import type { SavedTrace } from "./saved-traces.ts";

/** The replay of a saved trace as a part of a campaign. */
export function tracePart(saved: SavedTrace): Part {
  return {
    name: saved.path,
    work: { trace: 1 },
    async run({ perform }) {
      const done = await perform({ kind: "trace", task: saved });
      return done && { kind: "trace", trace: done.outcome };
    },
  };
}
