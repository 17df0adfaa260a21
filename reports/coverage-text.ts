/** What a certificate is of and what was explored for it, in words. */

import { MEMORY } from "./memory-in-words.ts";

/** `peers-2x2x3`: what a certificate is of. */
export function certificateName({
  system,
  scope: { threads, operations, keys },
}: {
  readonly system: string;
  readonly scope: { readonly threads: number; readonly operations: number; readonly keys: number };
}): string {
  return `${system}-${threads}x${operations}x${keys}`;
}

/** What was explored, in the counts that a certificate and the result of a campaign have in common. */
export interface Coverage {
  readonly scenarios: number;
  readonly explored: number;
  readonly executions: number;
  readonly blocked: number;
  readonly histories: number;
  readonly because?: string | undefined;
}

/** `all 3 scenarios explored, sequentially consistent: 30 executions, 1 blocked, 5 histories`, and why no more. */
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
