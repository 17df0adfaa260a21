/** The violations of a campaign, by cause. */
import { visibleText } from "./visible-text.ts";

export interface ReportedViolation {
  readonly property: string;
  readonly because: string;
  readonly scenario: string;
  /** The pair of source lines that conflict. */
  readonly lines: string;
  /** Dates in ISO 8601. */
  readonly firstSeen: string;
  readonly lastSeen: string;
  readonly lastCode: string;
  readonly isFailing: boolean;
}

/**
 * Lines for the terminal: violations that fail with this code first, then those not looked for with it, then fixed
 * ones.
 *
 * @param code the current code
 */
export function violationReport(violations: readonly ReportedViolation[], code: string): readonly string[] {
  const state = ({ isFailing, lastCode }: ReportedViolation): string =>
    lastCode !== code ? "not looked for with this code" : isFailing ? "still failing" : "fixed";
  const order = ["still failing", "not looked for with this code", "fixed"];
  return violations
    .toSorted((one, other) => order.indexOf(state(one)) - order.indexOf(state(other)))
    .map((violation) => {
      const { property, because, scenario, lines, firstSeen, lastSeen } = violation;
      const seen = `first seen ${firstSeen.slice(0, 16)}, last seen ${lastSeen.slice(0, 16)}`;
      return visibleText(`${state(violation)}: ${property}: ${because} (${scenario}; ${lines}; ${seen})`);
    });
}
