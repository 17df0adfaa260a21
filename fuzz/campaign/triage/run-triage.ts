import { replayTrace } from "#fuzz/counterexample/replay-trace.ts";
import { parseTrace } from "#fuzz/machine/trace.ts";
import { loadSubject } from "#fuzz/subjects/trace-subject.ts";
import { causeOf } from "./cause.ts";
import type { TriageOutcome, TriageTask } from "./triage-task.ts";

/** @throws Error if the trace does not reproduce its violation: it was recorded with this very code */
export async function runTriage({ trace: text, module }: TriageTask): Promise<TriageOutcome> {
  const trace = parseTrace(text, "the trace of a violation");
  const { kind, because, replayed } = replayTrace(trace, await loadSubject(trace, module));
  const { violation } = replayed;
  if (kind !== "reproduced" || violation === undefined)
    throw new Error(`${trace.scenario.name}: what was found does not come back: ${because}`);
  return {
    ...causeOf(violation.property, replayed.execution),
    property: violation.property,
    because: violation.because,
    scenario: trace.scenario.name,
    ...(module !== undefined && { module }),
    trace: text,
  };
}
