import { bugNamed } from "#fuzz/bugs/museum.ts";
import { applyToModules } from "#fuzz/bugs/patch.ts";
import { importPatched } from "#fuzz/bugs/patched-modules.ts";
import { InputError } from "#fuzz/host/input-error.ts";
import { packageRoot } from "#fuzz/host/project-root.ts";
import { parseTrace, type Trace } from "#fuzz/machine/trace.ts";
import { loadSubject } from "#fuzz/subjects/trace-subject.ts";
import { visibleText } from "#reports/visible-text.ts";
import { storyOfTrace } from "#fuzz/counterexample/story-of-trace.ts";
import { withSources } from "#fuzz/counterexample/story-sources.ts";
import type { StoryOutcome, StoryTask } from "./story-task.ts";

/** Makes the story of a trace. An unusable trace is an outcome too: the rest of the page does without its story. */
export async function runStory(task: StoryTask): Promise<StoryOutcome> {
  try {
    const trace = parseTrace(task.trace, visibleText(task.from));
    return trace.bug === undefined ? await makeStory(trace, task) : await makePatchedStory(trace, trace.bug, task);
  } catch (error) {
    if (error instanceof InputError) return { because: error.message };
    throw error;
  }
}

async function makeStory(trace: Trace, { replay, module }: StoryTask): Promise<StoryOutcome> {
  const made = storyOfTrace(trace, await loadSubject(trace, module), replay);
  return "because" in made ? made : { story: withSources(made.story, new Map()) };
}

/** Runs copies of the modules that the bug's patch changes, beside the present code. */
async function makePatchedStory(trace: Trace, bug: string, { replay }: StoryTask): Promise<StoryOutcome> {
  const { sources } = applyToModules(bug, bugNamed(bug).patch, packageRoot);
  const url = new URL("./story-patched.ts", import.meta.url).href;
  const { storyPatched } = (await importPatched(url, bug, sources)) as typeof import("./story-patched.ts");
  const made = storyPatched(trace, replay);
  return "because" in made ? made : { story: withSources(made.story, sources) };
}
