/** The decision of a litmus test under a memory model, as a job. */
import type { EsAnswer } from "#model/memory/es/check-es-litmus.ts";
import type { LitmusResult } from "#model/memory/litmus/check-litmus.ts";
import type { Position } from "#model/memory/litmus/litmus-error.ts";
import type { Notation } from "./litmus-files.ts";

export interface LitmusTask {
  readonly text: string;
  readonly notation: Notation;
  /** The name of the test, if its text has none. */
  readonly name: string;
  readonly modelName: string;
  readonly candidatesMax: number | undefined;
  /** End of the run, in milliseconds since the epoch: threads share no other clock. */
  readonly deadline: number | undefined;
  /** When the thread begins the test. */
  readonly millisecondsEach: number | undefined;
  /** The outcome to explain, for agents; by column. */
  readonly outcome: Readonly<Record<string, string>> | undefined;
}

/** A file that is not a litmus test, or uses a forbidden construct. */
export interface LitmusRefused {
  readonly kind: "refused";
  /** The message without the position. */
  readonly message: string;
  readonly position: Position;
}

export type LitmusOutcome = (LitmusResult | EsAnswer | LitmusRefused) & { readonly seconds: number };
