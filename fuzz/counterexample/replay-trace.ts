import { expandChoices, type Trace } from "#fuzz/machine/trace.ts";
import type { MachineSettings } from "#fuzz/machine/machine-settings.ts";
import { divergenceText, replay, type Replayed } from "./replay.ts";
import type { Subject } from "#fuzz/subjects/subject.ts";
import { visibleText } from "#reports/visible-text.ts";

/** How the replay of a trace ended, and what that means. */
export interface TraceOutcome {
  readonly replayed: Replayed;
  /**
   * `reproduced`: the recorded violation, or the recorded absence of one. `differs`: another property is violated.
   * `mended`: the recorded violation no longer occurs. `diverged`: the code makes other accesses. `stopped`: told to
   * stop before.
   */
  readonly kind: "reproduced" | "differs" | "mended" | "diverged" | "stopped";
  /** One line on it. */
  readonly because: string;
}

/** Replays a trace on the subject that was loaded for it. */
export function replayTrace(trace: Trace, subject: Subject, { until }: { readonly until?: number } = {}): TraceOutcome {
  const program = subject.makeProgram();
  const { accesses, violation: recorded } = trace;
  const schedule = { choices: expandChoices(trace.choices), ...(accesses === undefined ? {} : { accesses }) };
  const options = {
    machine: machineSettings(trace),
    operations: subject.operationNames(program),
    ...(until === undefined ? {} : { until }),
  };
  const replayed = replay(program, schedule, options);
  const { kind, violation, divergence } = replayed;
  if (divergence !== undefined)
    return { replayed, kind: "diverged", because: divergenceText(subject.scenario.name, divergence) };
  if (kind === "stopped")
    return {
      replayed,
      kind: "stopped",
      because: `stopped after access ${replayed.accesses.length} of ${schedule.choices.length}`,
    };
  if (violation === undefined && recorded !== undefined) {
    return {
      replayed,
      kind: "mended",
      because:
        `${visibleText(recorded.property)} is no longer violated: all ${schedule.choices.length} accesses ` +
        "were made, and it holds",
    };
  }
  if (violation?.property !== recorded?.property) {
    const expected = recorded === undefined ? "nothing" : visibleText(recorded.property);
    return {
      replayed,
      kind: "differs",
      because: `${violation?.property ?? "nothing"} is violated, and the trace recorded ${expected}`,
    };
  }
  return { replayed, kind: "reproduced", because: violation?.because ?? "nothing is violated, as recorded" };
}

/** How the machine was set when the trace was recorded. */
export function machineSettings({ machine = {} }: Pick<Trace, "machine">): MachineSettings {
  const { dataRaces, lockOrder, leaks, checksRest, accessesMax } = machine;
  return {
    ...(dataRaces === undefined ? {} : { dataRaces }),
    ...(lockOrder === undefined ? {} : { lockOrder }),
    ...(leaks === undefined ? {} : { leaks }),
    ...(checksRest === undefined ? {} : { checksRest }),
    ...(accessesMax === undefined ? {} : { accessesMax }),
  };
}
