/**
 * The part of a story that runs in the patched code: this module and those that it imports may be copies with a bug.
 */
import { type StoryOfTrace, storyOfTrace } from "#fuzz/counterexample/story-of-trace.ts";
import type { Trace } from "#fuzz/machine/trace.ts";
import { scenarioSubject } from "#fuzz/subjects/subject.ts";
import { systemNamed } from "#fuzz/systems/all-systems.ts";
import { parseScenario } from "#fuzz/systems/parse-scenario.ts";

/** @throws InputError if the system refuses the trace's scenario */
export function storyPatched(trace: Trace, replay: string): StoryOfTrace {
  const system = systemNamed(trace.scenario.system);
  const scenario = parseScenario(system, trace.scenario);
  return storyOfTrace(
    trace,
    scenarioSubject(scenario, (one) => system.compile(one)),
    replay,
  );
}
