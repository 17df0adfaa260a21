/** Litmus tests in the JSON of `--json`. */

import type { FileOutcome } from "#fuzz/campaign/litmus/decide-files.ts";
import type { Row as OutcomeRow } from "#model/memory/es/outcome.ts";

/** One test; an undecided one has the reason in place of the result. */
export type JsonRow = { readonly file: string } & (
  | {
      readonly name: string;
      readonly verdict: string;
      readonly states: number;
      readonly flags: readonly string[];
      readonly seconds: number;
      /** Why there is no execution, if there is none. */
      readonly noExecution?: string;
    }
  | {
      readonly name: string;
      readonly columns: readonly string[];
      readonly outcomes: readonly OutcomeRow[];
      readonly needsCycle: readonly OutcomeRow[];
      readonly race: boolean;
      readonly seconds: number;
    }
  | { readonly undecided: string }
  | { readonly error: string }
);

export function rowOf(file: string, outcome: FileOutcome): JsonRow {
  switch (outcome.kind) {
    case "decided": {
      const { name, verdict, states, flags, seconds, noExecution } = outcome;
      const row = { file, name, verdict, states: states.length, flags, seconds };
      return noExecution === undefined ? row : { ...row, noExecution };
    }
    case "outcomes": {
      const { name, columns, outcomes, needsCycle, race, seconds } = outcome;
      return { file, name, columns, outcomes, needsCycle, race, seconds };
    }
    case "undecided":
      return { file, undecided: outcome.because };
    case "late":
      return { file, undecided: "time is up" };
    case "interrupted":
      return { file, undecided: "interrupted" };
    case "unreadable":
      return { file, error: outcome.because };
    case "refused":
      return { file, error: `${outcome.position.line}:${outcome.position.column}: ${outcome.message}` };
  }
}
