/** Shrinks the execution of a trace file, and writes the smaller trace and a script that reproduces it. */
import { resolve } from "node:path";
import { InputError } from "#fuzz/host/input-error.ts";
import { writeWholeFile } from "#fuzz/host/write-file.ts";
import { expandChoices, type Trace, writeTrace } from "#fuzz/machine/trace.ts";
import type { Subject } from "#fuzz/subjects/subject.ts";
import { counterexampleOf } from "./counterexample.ts";
import { replayTrace } from "./replay-trace.ts";
import { reproductionScript } from "./reproduction-script.ts";
import type { BudgetOptions } from "./search-budget.ts";
import type { Shrunk } from "./shrink.ts";

export interface ShrunkTrace {
  /** Path of the smaller trace. */
  readonly target: string;
  /** Path of the script. */
  readonly script: string;
  readonly trace: Trace;
  readonly shrunk: Shrunk;
  /** The starting point. */
  readonly before: { readonly accesses: number; readonly size: number };
}

/**
 * @param target path of the smaller trace; the script is written beside it
 * @returns the reason why there is nothing to shrink, if the trace no longer violates anything
 * @throws InputError if the code diverges from the recording, or a file cannot be written
 */
export async function shrinkTrace(
  trace: Trace,
  subject: Subject,
  target: string,
  options: BudgetOptions,
): Promise<ShrunkTrace | { readonly because: string }> {
  const { kind, because } = replayTrace(trace, subject);
  if (kind === "diverged") throw new InputError(`shrink: ${because}`);
  const choices = expandChoices(trace.choices);
  const { codeVersion, bug, module, strategy, seed, machine } = trace;
  const found = {
    subject,
    choices,
    codeVersion,
    ...(bug !== undefined && { bug }),
    ...(module !== undefined && { module }),
    ...(strategy !== undefined && { strategy }),
    ...(seed !== undefined && { seed }),
    ...(machine !== undefined && { machine }),
  };
  const counterexample = await counterexampleOf(found, options);
  if (counterexample === undefined) return { because };
  const { shrunk, trace: smaller } = counterexample;
  const script = `${target.replace(/(\.trace)?\.json$/, "")}.repro.ts`;
  writeTrace(target, smaller);
  writeWholeFile(script, reproductionScript(smaller, shrunk.replayed.execution, resolve(script), module));
  const before = { accesses: choices.length, size: subject.size };
  return { target, script, trace: smaller, shrunk, before };
}
