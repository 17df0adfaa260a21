/** One execution that shows why a test's verdict is as it is, in readable form. */

import type { Step } from "./derivation.ts";
import type { Violation } from "./memory-model.ts";

export interface ExplainedEvent {
  /** −1 for initial writes. */
  readonly process: number;
  /** `P0`; empty for initial writes. */
  readonly processName: string;
  /** Line in the text, 0 for initial writes. */
  readonly line: number;
  /** `W x=1`, `F Mb`, … */
  readonly label: string;
}

/** An allowed execution in which the sought condition holds, or a forbidden one with its violated axiom. */
export type Explanation =
  | {
      readonly kind: "witness";
      readonly name: string;
      readonly model: string;
      /** `the condition`, or an outcome. */
      readonly sought: string;
      readonly events: readonly ExplainedEvent[];
      readonly edges: readonly Step[];
    }
  | {
      readonly kind: "forbidden";
      readonly name: string;
      readonly model: string;
      readonly sought: string;
      readonly events: readonly ExplainedEvent[];
      /** Program order and communication. */
      readonly edges: readonly Step[];
      readonly violation: Violation;
      /** The cycle, in basic relations. */
      readonly cycle: readonly Step[];
    }
  /** No choice of reads' sources gives the values that are sought. */
  | { readonly kind: "impossible"; readonly name: string; readonly sought: string }
  /** Nothing was sought, and every outcome is that of an interleaving. */
  | { readonly kind: "interleaved"; readonly name: string };

/** Ends a search that has found its result. */
export class Enough extends Error {}
