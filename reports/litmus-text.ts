/**
 * A litmus test's result as the reference tool prints it, so that scripts written for that tool keep working: `Test …`,
 * `States n`, the states, `Witnesses`, `Observation …`.
 *
 * Source: herd7's output, as the kernel's tools/memory-model/scripts read it.
 */

import type { LitmusAnswer } from "#model/memory/litmus/check-litmus.ts";

const QUESTIONS = { exists: "Allowed", none: "Allowed", "~exists": "Forbidden", forall: "Required" } as const;

/** @param seconds the time it took */
export function litmusText(result: LitmusAnswer, seconds: number): string {
  const { name, quantifier, states, positive, negative, flags, conditionText, verdict } = result;
  const lines = [
    `Test ${name} ${QUESTIONS[quantifier]}`,
    `States ${states.length}`,
    ...states,
    isOk(result) ? "Ok" : "No",
    "Witnesses",
    `Positive: ${positive} Negative: ${negative}`,
    ...flags.map((flag) => `Flag ${flag}`),
    `Condition ${conditionText === "" ? "exists (true)" : conditionText}`,
    `Observation ${name} ${verdict} ${positive} ${negative}`,
    `Time ${name} ${seconds.toFixed(2)}`,
  ];
  return `${lines.join("\n")}\n`;
}

/** Whether the quantified condition holds. */
function isOk({ quantifier, positive, negative }: LitmusAnswer): boolean {
  switch (quantifier) {
    case "exists":
    case "none":
      return positive > 0;
    case "~exists":
      return positive === 0;
    case "forall":
      return negative === 0;
  }
}
