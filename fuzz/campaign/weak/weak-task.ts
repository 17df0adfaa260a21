/** The exploration of one program under a weak memory model. */
import type { WeakModel } from "#fuzz/explore/explore-weak-program.ts";
import type { ScenarioReference } from "#fuzz/subjects/catalogue.ts";

/** A protocol program, or a scenario of a system. */
export type WeakSubject =
  | { readonly kind: "protocol"; readonly name: string; readonly system: string }
  | { readonly kind: "scenario"; readonly scenario: ScenarioReference };

export interface WeakTask {
  readonly subject: WeakSubject;
  readonly memory: WeakModel;
  /** Graphs after which the exploration ends. */
  readonly graphsMax: number;
}

export interface WeakOutcome {
  /** `failed`: the program cannot be explored under the model. */
  readonly kind: "violated" | "exhausted" | "searched" | "stopped" | "failed";
  readonly executions: number;
  readonly because?: string;
  readonly violation?: { readonly property: string; readonly because: string; readonly story: readonly string[] };
}
