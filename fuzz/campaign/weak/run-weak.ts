/** Explores a program under a weak memory model, on a worker thread. */
import type { JobControl } from "#fuzz/host/worker-control.ts";
import { exploreWeakProgram, type WeakExploration } from "#fuzz/explore/explore-weak-program.ts";
import type { Program } from "#fuzz/machine/program.ts";
import { protocolNamed } from "#fuzz/programs/protocols/protocols.ts";
import { loadScenario } from "#fuzz/subjects/catalogue.ts";
import type { WeakOutcome, WeakSubject, WeakTask } from "./weak-task.ts";

async function programOf(subject: WeakSubject): Promise<Program> {
  if (subject.kind === "protocol") return protocolNamed(subject.name).makeProgram();
  return (await loadScenario(subject.scenario)).subject.makeProgram();
}

export async function runWeak({ subject, memory, graphsMax }: WeakTask, control: JobControl): Promise<WeakOutcome> {
  let wasStopped = false;
  const shouldStop = (): boolean => {
    wasStopped ||= control.shouldStop(1);
    return wasStopped;
  };
  try {
    const program = await programOf(subject);
    return outcomeOf(exploreWeakProgram(program, { memory, graphsMax, shouldStop }), wasStopped);
  } catch (error) {
    return { kind: "failed", executions: 0, because: error instanceof Error ? error.message : String(error) };
  }
}

function outcomeOf(found: WeakExploration, wasStopped: boolean): WeakOutcome {
  const { executions, violation, notExplorable, complete } = found;
  if (notExplorable !== undefined) return { kind: "failed", executions, because: notExplorable };
  if (violation !== undefined) return { kind: "violated", executions, violation };
  return { kind: complete ? "exhausted" : wasStopped ? "stopped" : "searched", executions };
}
