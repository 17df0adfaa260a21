/**
 * The readers of histories on mutated files, as a job: whatever the bytes, `quiesce check` gives a verdict, or a fault
 * in one line with its position.
 */
import { z } from "zod";

export interface ReadersTask {
  readonly seed: number;
  /** Mutated files, over all formats. */
  readonly files: number;
}

export const ReadersOutcome = z.discriminatedUnion("kind", [
  z.strictObject({
    kind: z.literal("holds"),
    /** Files that got a verdict. */
    decided: z.int().nonnegative(),
    /** Files refused in a line. */
    refused: z.int().nonnegative(),
  }),
  z.strictObject({
    kind: z.literal("violated"),
    because: z.string(),
    /** The model used for the check. */
    model: z.string(),
    /** The smallest file found, in base64. */
    file: z.string(),
  }),
]);

export type ReadersOutcome = Readonly<z.infer<typeof ReadersOutcome>>;
