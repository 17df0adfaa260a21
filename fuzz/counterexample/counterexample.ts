/** From the result of a search to the output for a person: the shrunk trace and its story. */
import { compressChoices, type Trace, traceOf } from "#fuzz/machine/trace.ts";
import { accessTexts } from "./replay.ts";
import { machineSettings } from "./replay-trace.ts";
import type { Subject } from "#fuzz/subjects/subject.ts";
import { operationText } from "#fuzz/systems/operation-table.ts";
import { storyOf, type StoryOptions } from "#reports/story.ts";
import { ORDERED_ACCESSES_MAX } from "./orderings.ts";
import { shrink, type ShrinkOptions, type Shrunk } from "./shrink.ts";

/** A violating execution, as a search finds it. */
export interface Found extends Pick<Trace, "codeVersion" | "bug" | "module" | "strategy" | "seed" | "machine"> {
  readonly subject: Subject;
  /** The thread of each access. */
  readonly choices: ArrayLike<number>;
}

export interface Counterexample {
  readonly trace: Trace;
  readonly shrunk: Shrunk;
}

/**
 * Shrinks a violating execution, and makes a trace of the result.
 *
 * @returns undefined if the execution violates nothing
 */
export async function counterexampleOf(
  { subject, choices, ...origin }: Found,
  options: Omit<ShrinkOptions, "machine"> = {},
): Promise<Counterexample | undefined> {
  const shrunk = await shrink(subject, choices, { ...options, machine: machineSettings(origin) });
  if (shrunk === undefined) return undefined;
  const { replayed, neighbour } = shrunk;
  const orderings = causesOf(shrunk);
  const { violation } = replayed;
  return {
    shrunk,
    trace: traceOf({
      ...origin,
      scenario: shrunk.subject.scenario,
      choices: compressChoices(shrunk.choices),
      accesses: accessTexts(replayed.execution),
      ...(violation === undefined ? {} : { violation: { property: violation.property, because: violation.because } }),
      ...(orderings.length === 0 ? {} : { orderings: orderings.map(({ text }) => text) }),
      ...(neighbour === undefined
        ? {}
        : { neighbour: { because: neighbour.because, choices: compressChoices(neighbour.choices) } }),
    }),
  };
}

/** The story of a shrunk counterexample. */
export function counterexampleStory(shrunk: Shrunk, options: StoryOptions = {}): string[] {
  const { replayed, neighbour } = shrunk;
  const orderings = causesOf(shrunk);
  const explained = explanationText(shrunk);
  return storyOf(replayed.execution, {
    orderings: orderings.map(({ text }) => text),
    initial: initialTexts(shrunk.subject.scenario),
    matters: new Set(orderings.flatMap(({ first, second }) => [first, second])),
    ...(explained === undefined ? {} : { explained }),
    ...(neighbour === undefined ? {} : { neighbour: neighbour.because }),
    ...options,
  });
}

/** The initial operations of a scenario, as text. */
export function initialTexts({ initial }: Trace["scenario"]): readonly string[] {
  return Array.isArray(initial) ? initial.map((operation: unknown) => operationText({}, operation)) : [];
}

/** Share of random schedules with the orderings that must fail: with fewer, the orderings are not a cause. */
const CAUSE_SHARE_MIN = 0.5;

/** The orderings that were found, if they explain the violation. */
function causesOf({ orderings, samples, failing }: Shrunk): Shrunk["orderings"] {
  return samples > 0 && failing < samples * CAUSE_SHARE_MIN ? [] : orderings;
}

/** How far the orderings explain the violation; undefined if unknown. */
function explanationText({ orderings, samples, failing, finished, replayed }: Shrunk): string | undefined {
  if (orderings.length === 0) {
    const threads = new Set(replayed.accesses.map(({ thread }) => thread));
    if (!finished || replayed.accesses.length > ORDERED_ACCESSES_MAX) return undefined;
    return threads.size === 1
      ? "no ordering: one thread alone does it"
      : "no single ordering: with any of them reversed it still fails";
  }
  if (samples === 0) return undefined;
  if (failing < samples * CAUSE_SHARE_MIN)
    return `no small set of orderings: with those that were found, ${failing} of ${samples} random schedules fail`;
  return (
    `with ${orderings.length === 1 ? "this ordering" : "these orderings"} alone, ${failing} of ${samples} ` +
    "random schedules fail"
  );
}
