/** Text about a certificate: its scope, and what was explored. */

import { MEMORY } from "./memory-in-words.ts";

/** The scope of a certificate: `peers-2x2x3`. */
export function certificateName({
  system,
  scope: { threads, operations, keys },
}: {
  readonly system: string;
  readonly scope: { readonly threads: number; readonly operations: number; readonly keys: number };
}): string {
  return `${system}-${threads}x${operations}x${keys}`;
}

/** The counts of explored scenarios and executions, common to a certificate and the result of a campaign. */
export interface Coverage {
  readonly scenarios: number;
  readonly explored: number;
  readonly executions: number;
  readonly blocked: number;
  readonly histories: number;
  readonly because?: string | undefined;
}

/** `all 3 scenarios explored, sequentially consistent: 30 executions, 1 blocked, 5 histories`, and why not more. */
export function coverageText({ scenarios, explored, executions, blocked, histories, because }: Coverage): string {
  const covered =
    explored === scenarios
      ? `all ${number(scenarios)} scenarios explored, ${MEMORY}`
      : `${number(explored)} of ${number(scenarios)} scenarios explored, ${MEMORY}`;
  const counts = `${number(executions)} executions, ${number(blocked)} blocked, ${number(histories)} histories`;
  return `${covered}: ${counts}${because === undefined ? "" : `; ${because}`}`;
}

function number(value: number): string {
  return value.toLocaleString("en");
}
