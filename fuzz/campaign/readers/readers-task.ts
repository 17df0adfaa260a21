/**
 * The readers of histories under files that nobody would write, as a job: whatever the bytes, `quiesce check` gives a
 * verdict, or a fault in one line with its place.
 */
import { z } from "zod";

export interface ReadersTask {
  readonly seed: number;
  /** Mutated files, of all formats together. */
  readonly files: number;
}

export const ReadersOutcome = z.discriminatedUnion("kind", [
  z.strictObject({
    kind: z.literal("holds"),
    /** Files that a verdict was given on. */
    decided: z.int().nonnegative(),
    /** Files that were refused in a line. */
    refused: z.int().nonnegative(),
  }),
  z.strictObject({
    kind: z.literal("violated"),
    because: z.string(),
    /** The model that it was checked against. */
    model: z.string(),
    /** The smallest file found, in base64. */
    file: z.string(),
  }),
]);

export type ReadersOutcome = Readonly<z.infer<typeof ReadersOutcome>>;
