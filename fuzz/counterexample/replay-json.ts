import type { Trace } from "#fuzz/machine/trace.ts";
import type { TraceOutcome } from "./replay-trace.ts";

/** A replay as JSON, for programs: the outcome, and each access with its source line and what its thread holds. */
export function replayJson(trace: Trace, { kind, because, replayed }: TraceOutcome): string {
  const { execution, location, preemptions, divergence } = replayed;
  const value = {
    format: "quiesce-replay",
    version: 1,
    scenario: trace.scenario.name,
    system: trace.scenario.system,
    bug: trace.bug,
    outcome: kind,
    because,
    violation: execution.violation,
    location,
    divergence,
    preemptions,
    threads: execution.threads,
    orderings: trace.orderings,
    rows: execution.rows,
  };
  return `${JSON.stringify(value, undefined, 2)}\n`;
}
