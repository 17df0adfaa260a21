/**
 * The possible outcomes of a program of agents, in the format of the kernel's litmus tests: `States n`, one line per
 * outcome.
 */

import type { EsAnswer, Question } from "#model/memory/es/check-es-litmus.ts";
import { keyOf, showEntry, type Row } from "#model/memory/es/outcome.ts";

const ASKED = { exists: "Allowed", never: "Forbidden", forall: "Required" } as const;

/** @param seconds the time it took */
export function outcomesText(result: EsAnswer, seconds: number): string {
  const { name, outcomes, question, race } = result;
  const flags = race ? ["Flag data-race"] : [];
  const questionText = question === undefined ? "" : ` ${ASKED[question.quantifier]}`;
  const lines = [
    `Test ${name}${questionText}`,
    `States ${outcomes.length}`,
    ...stateLines(result),
    ...(question === undefined ? flags : questionLines(name, question, flags)),
    `Time ${name} ${seconds.toFixed(2)}`,
  ];
  return `${lines.join("\n")}\n`;
}

/** Each outcome with anything unusual about it. */
function stateLines({ columns, outcomes, interleaved, needsCycle, needsValueCycle }: EsAnswer): readonly string[] {
  const [asInterleaved, inCycle, fromThinAir] = [interleaved, needsCycle, needsValueCycle].map(
    (rows) => new Set(rows.map(keyOf)),
  );
  return outcomes.map((row) => {
    const key = keyOf(row);
    const remark = fromThinAir?.has(key)
      ? "  out of thin air"
      : inCycle?.has(key)
        ? "  only with a cycle of agent-order and reads-from"
        : asInterleaved?.has(key)
          ? ""
          : "  by no interleaving";
    return `${outcomeLine(columns, row)}${remark}`;
  });
}

/** `0:r0=1; x[0]=2;`. */
export function outcomeLine(columns: readonly string[], row: Row): string {
  return columns.map((column, i) => `${column}=${showEntry(row[i] ?? null)};`).join(" ");
}

function questionLines(
  name: string,
  { quantifier, conditionText, positive, negative }: Question,
  flags: readonly string[],
): readonly string[] {
  const verdict = positive === 0 ? "Never" : negative === 0 ? "Always" : "Sometimes";
  const isOk = { exists: positive > 0, never: positive === 0, forall: negative === 0 }[quantifier];
  return [
    isOk ? "Ok" : "No",
    ...flags,
    `Condition ${quantifier} (${conditionText})`,
    `Observation ${name} ${verdict} ${positive} ${negative}`,
  ];
}
