/** The decision of a litmus test under a memory model, as a job. */
import type { EsAnswer } from "#model/memory/es/check-es-litmus.ts";
import type { LitmusResult } from "#model/memory/litmus/check-litmus.ts";
import type { Position } from "#model/memory/litmus/litmus-error.ts";
import type { Notation } from "./litmus-files.ts";

export interface LitmusTask {
  readonly text: string;
  readonly notation: Notation;
  /** The name of the test, where its text does not say. */
  readonly name: string;
  readonly modelName: string;
  readonly candidatesMax: number | undefined;
  /** Of the run, in milliseconds since the epoch: threads have no other clock in common. */
  readonly deadline: number | undefined;
  /** From when the thread begins with the test. */
  readonly millisecondsEach: number | undefined;
  /** The outcome to explain, for agents; by column. */
  readonly outcome: Readonly<Record<string, string>> | undefined;
}

/** A file that is no litmus test, or does what none may. */
export interface LitmusRefused {
  readonly kind: "refused";
  /** Without the position. */
  readonly message: string;
  readonly position: Position;
}

export type LitmusOutcome = (LitmusResult | EsAnswer | LitmusRefused) & { readonly seconds: number };
