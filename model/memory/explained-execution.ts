/** One execution that shows why a test's verdict is what it is, as people read it. */

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

/** An allowed execution in which what is sought holds, or a forbidden one with what forbids it. */
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
  /** No choice of what the reads read gives the values that are sought. */
  | { readonly kind: "impossible"; readonly name: string; readonly sought: string }
  /** Nothing was asked for, and every outcome is that of an interleaving. */
  | { readonly kind: "interleaved"; readonly name: string };

/** Breaks off a search that has what it wants. */
export class Enough extends Error {}
