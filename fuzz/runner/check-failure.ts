/** A violation as the error of a test: the story, the commands that replay it, and the files they need. */
import { join } from "node:path";
import { shrinkViolation } from "#fuzz/counterexample/explain-violation.ts";
import { reproductionScript } from "#fuzz/counterexample/reproduction-script.ts";
import { NODE_COMMAND, commandPath, shellWord } from "#fuzz/host/command-path.ts";
import { writeWholeFile } from "#fuzz/host/write-file.ts";
import { serialiseTrace } from "#fuzz/machine/trace.ts";
import type { Subject } from "#fuzz/subjects/subject.ts";
import type { System } from "#fuzz/systems/system.ts";
import type { SearchResult } from "#fuzz/search/search.ts";
import { settingsWithout } from "#fuzz/systems/checks-off.ts";
import { visibleText } from "#reports/visible-text.ts";

const OUT = "quiesce-out";

/** The place of a violation in its search. */
export interface FoundIn {
  readonly strategy: string;
  readonly seed: number;
  readonly result: SearchResult;
}

/**
 * Shrinks the violation, writes its trace and its script, and makes the error.
 *
 * Its stack holds only its name and message: the frames would be the checker's, never the bug's.
 */
export async function failureOf(
  system: System,
  subject: Subject,
  { strategy, seed: searchSeed, result }: FoundIn,
  { seed, out = OUT }: { readonly seed: number; readonly out?: string | undefined },
): Promise<Error> {
  const { executions: execution, choices = [] } = result;
  const machine = settingsWithout(system.without);
  const found = {
    subject,
    choices,
    ...(Object.keys(machine).length > 0 && { machine }),
    strategy,
    seed: searchSeed,
    execution: Math.max(1, execution),
  };
  const { module } = system;
  const explained = await shrinkViolation(
    { ...found, ...(module !== undefined && { module }) },
    { shouldStop: () => false },
    { width: process.stdout.columns ?? STORY_WIDTH },
  );
  const name = join(out, subject.scenario.name.replaceAll(/[^\w.-]+/g, "-"));
  const trace = `${name}.trace.json`;
  const script = `${name}.repro.ts`;
  writeWholeFile(trace, serialiseTrace(explained.trace));
  writeWholeFile(script, reproductionScript(explained.trace, explained.recorded, script, module));
  const { property, story } = explained.counterexample;
  const [, ...rest] = story;
  const message = [
    ...(story[0] === undefined ? [] : [story[0].replace(`VIOLATED ${property}: `, "")]),
    ...rest,
    "",
    `replay  npx quiesce replay ${shellWord(commandPath(trace))}`,
    `run it  ${NODE_COMMAND} ${shellWord(commandPath(script))}`,
    `seed    ${seed}`,
  ].map(visibleText);
  const error = new Error(message.join("\n"));
  error.name = `VIOLATED ${visibleText(property)}`;
  error.stack = `${error.name}: ${error.message}`;
  return error;
}

const STORY_WIDTH = 118;
