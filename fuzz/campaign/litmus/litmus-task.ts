/** The decision of a litmus test under a memory model, as a job. */
import type { LitmusResult } from "#model/memory/litmus/check-litmus.ts";
import type { Position } from "#model/memory/litmus/litmus-error.ts";

export interface LitmusTask {
  readonly text: string;
  readonly modelName: string;
  readonly candidatesMax: number | undefined;
  /** Milliseconds since the epoch: threads have no other clock in common. */
  readonly deadline: number | undefined;
}

/** A file that is no litmus test, or does what none may. */
export interface LitmusRefused {
  readonly kind: "refused";
  /** Without the position. */
  readonly message: string;
  readonly position: Position;
}

export type LitmusOutcome = (LitmusResult | LitmusRefused) & { readonly seconds: number };
