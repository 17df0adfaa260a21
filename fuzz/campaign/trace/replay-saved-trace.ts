import { blocksOf, Follower } from "#fuzz/counterexample/follow.ts";
import { machineSettings } from "#fuzz/counterexample/replay-trace.ts";
import { InputError } from "#fuzz/host/input-error.ts";
import { Machine } from "#fuzz/machine/machine.ts";
import { expandChoices } from "#fuzz/machine/trace.ts";
import { loadSubject } from "#fuzz/subjects/trace-subject.ts";
import type { TraceResult } from "#reports/result.ts";
import type { SavedTrace } from "./saved-traces.ts";

/**
 * Replays a saved trace on the present code. Fixed code may make other accesses than those recorded, so the schedule is
 * followed as far as possible, and any violated property counts.
 */
export async function replaySavedTrace({ path, trace, module }: SavedTrace): Promise<TraceResult> {
  const start = { trace: path, scenario: trace.scenario.name };
  try {
    const subject = await loadSubject({ scenario: trace.scenario }, module);
    const machine = new Machine(subject.makeProgram(), machineSettings(trace));
    const { violation, choices } = new Follower().run(machine, blocksOf(expandChoices(trace.choices)));
    if (violation !== undefined)
      return { ...start, verdict: "violated", because: `${violation.property}: ${violation.because}` };
    const accesses = choices.length.toLocaleString("en-US");
    return { ...start, verdict: "holds", because: `ends without a violation after ${accesses} accesses` };
  } catch (error) {
    // Its scenario is no longer valid: that decides nothing.
    if (error instanceof InputError) return { ...start, verdict: "unknown", because: error.message };
    throw error;
  }
}
