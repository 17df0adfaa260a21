/** The verdict on one recorded history, as a person reads it. */
import type { CheckVerdict } from "#properties/linearizability/check.ts";
import type { Explanation } from "#properties/linearizability/explain.ts";
import { historyText } from "./history-text.ts";
import { visibleText } from "./visible-text.ts";

export function outcomeText(file: string, outcome: CheckVerdict | Explanation<unknown, unknown>): string {
  const name = visibleText(file);
  switch (outcome.kind) {
    case "holds": {
      const keys = outcome.parts === 1 ? "" : ` in ${outcome.parts} keys`;
      return `holds    ${name}  ${outcome.operations} operations${keys}, decided by ${outcome.decidedBy}`;
    }
    case "unknown": {
      const key = outcome.key === undefined ? "" : ` of key ${visibleText(String(outcome.key))}`;
      const open = outcome.open.length === 0 ? "" : `, ${outcome.open.length} operations open`;
      return `unknown  ${name}  stopped at its ${outcome.because} bound: ${outcome.explained} of ${outcome.operations} operations${key} explained, ${outcome.configurations} configurations there${open}`;
    }
    case "violated":
      return "orders" in outcome
        ? `${name}\n${historyText(outcome)}\n`
        : `VIOLATED ${name}: ${visibleText(outcome.because)}`;
  }
}
