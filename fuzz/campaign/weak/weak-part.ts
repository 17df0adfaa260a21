/** A program under a weak memory model as a part of a campaign. */
import type { WeakModel } from "#fuzz/explore/explore-weak-program.ts";
import { protocols } from "#fuzz/programs/protocols/protocols.ts";
import type { ScenarioReference } from "#fuzz/subjects/catalogue.ts";
import type { Counterexample, ScenarioResult } from "#reports/result.ts";
import { searchedUnder } from "#reports/searched-under.ts";
import type { Part } from "../part.ts";
import { safeFileName } from "../safe-file-name.ts";
import type { WeakOutcome, WeakSubject, WeakTask } from "./weak-task.ts";

/** The protocol programs of these systems, and those of the parts that systems share. */
export function weakProtocols(systems: ReadonlySet<string>, memory: WeakModel, graphsMax: number): WeakTask[] {
  return protocols
    .filter(({ system }) => system === "sync" || systems.has(system))
    .map(({ name, system }) => ({ subject: { kind: "protocol", name, system }, memory, graphsMax }));
}

export function weakScenarios(
  scenarios: readonly ScenarioReference[],
  memory: WeakModel,
  graphsMax: number,
): WeakTask[] {
  return scenarios.map((scenario) => ({ subject: { kind: "scenario", scenario }, memory, graphsMax }));
}

export function weakPart(task: WeakTask, seed: number): Part {
  const { name, system } = namesOf(task.subject);
  const label = `${name} (${task.memory})`;
  return {
    name: label,
    work: { weak: task.graphsMax },
    async run({ perform, save }) {
      const done = await perform({ kind: "weak", task });
      if (done === undefined) return undefined;
      const { outcome } = done;
      const counterexample = counterexampleOf(outcome, seed, task);
      if (counterexample !== undefined)
        save(`traces/${safeFileName(label)}.story.txt`, `${counterexample.story.join("\n")}\n`);
      return { kind: "scenario", scenario: resultOf(outcome, { name: label, system }, seed, task, counterexample) };
    },
  };
}

function namesOf(subject: WeakSubject): { readonly name: string; readonly system: string } {
  return subject.kind === "protocol" ? subject : subject.scenario;
}

function resultOf(
  outcome: WeakOutcome,
  names: Pick<ScenarioResult, "name" | "system">,
  seed: number,
  { memory }: WeakTask,
  counterexample: Counterexample | undefined,
): ScenarioResult {
  const isDecided = outcome.kind === "exhausted" || outcome.kind === "searched";
  const verdict = outcome.kind === "violated" ? "violated" : isDecided ? "holds" : "unknown";
  const because = verdict === "unknown" ? (outcome.because ?? "not explored to the end") : undefined;
  const searches = [
    { strategy: "exhaustive", exhaustive: outcome.kind === "exhausted", executions: outcome.executions, accesses: 0 },
  ];
  return {
    ...names,
    verdict,
    ...(because !== undefined && { because }),
    memory,
    under: searchedUnder(searches, {}, memory),
    seed,
    searches,
    ...(counterexample !== undefined && { counterexample }),
  };
}

function counterexampleOf(
  { violation, executions }: WeakOutcome,
  seed: number,
  { memory }: WeakTask,
): Counterexample | undefined {
  if (violation === undefined) return undefined;
  const { property, because, story } = violation;
  return {
    property,
    because,
    strategy: `exhaustive under ${memory}`,
    seed,
    execution: executions + 1,
    threads: new Set(story.map((line) => line.slice(6).split(":")[0])).size,
    accesses: story.length,
    preemptions: 0,
    orderings: [],
    story: [...story],
  };
}
