/**
 * Decides and explains litmus tests on a worker thread: everything in and out is plain data.
 *
 * What reads a notation is loaded when a test in it comes: a run has one model, and little time to start.
 */

import type { EsAnswer, EsTest } from "#model/memory/es/check-es-litmus.ts";
import type { Explanation } from "#model/memory/explained-execution.ts";
import type { LitmusBounds } from "#model/memory/litmus/candidate-search.ts";
import type { LitmusResult } from "#model/memory/litmus/check-litmus.ts";
import { LitmusError, type Position } from "#model/memory/litmus/litmus-error.ts";
import type { MemoryModel } from "#model/memory/memory-model.ts";
import type { Notation } from "./litmus-files.ts";

export interface LitmusTask {
  readonly text: string;
  readonly notation: Notation;
  /** What the test is called, where its text does not say. */
  readonly name: string;
  readonly modelName: string;
  readonly candidatesMax: number | undefined;
  /** Of the run, in milliseconds since the epoch: threads have no other clock in common. */
  readonly deadline: number | undefined;
  /** From when the thread begins with the test. */
  readonly millisecondsEach: number | undefined;
  /** The outcome to explain, for agents; by column. */
  readonly outcome: ReadonlyMap<string, string> | undefined;
}

/** A file that is no litmus test, or does what none may. */
export interface LitmusRefused {
  readonly kind: "refused";
  /** Without the position. */
  readonly message: string;
  readonly position: Position;
}

export type LitmusOutcome = (LitmusResult | EsAnswer | LitmusRefused) & { readonly seconds: number };

export type LitmusExplained = Explanation | { readonly kind: "no column"; readonly message: string };

export async function decide(task: LitmusTask): Promise<LitmusOutcome> {
  const check = task.notation === "kernel" ? await kernelCheck(task) : await agentsCheck(task);
  const start = performance.now();
  const result = refusable(check);
  return { ...result, seconds: (performance.now() - start) / 1_000 };
}

async function kernelCheck(task: LitmusTask): Promise<() => LitmusResult> {
  const { checkLitmus } = await import("#model/memory/litmus/check-litmus.ts");
  const model = await modelNamed(task.modelName);
  return () => checkLitmus(task.text, model, boundsOf(task));
}

async function agentsCheck(task: LitmusTask): Promise<() => LitmusResult | EsAnswer> {
  const { checkEsLitmus } = await import("#model/memory/es/check-es-litmus.ts");
  const parse = await parserFor(task);
  return () => checkEsLitmus(parse(), boundsOf(task));
}

/** Undefined if a bound is hit first. */
export async function explain(task: LitmusTask): Promise<LitmusExplained | undefined> {
  if (task.notation === "kernel") {
    const { explainLitmus } = await import("#model/memory/litmus/explain-litmus.ts");
    return explainLitmus(task.text, await modelNamed(task.modelName), boundsOf(task));
  }
  const { explainEsLitmus, NoSuchColumn } = await import("#model/memory/es/explain-es-litmus.ts");
  const parse = await parserFor(task);
  try {
    return explainEsLitmus(parse(), task.outcome, boundsOf(task));
  } catch (error) {
    if (error instanceof NoSuchColumn) return { kind: "no column", message: error.message };
    throw error;
  }
}

async function parserFor({ notation, text, name }: LitmusTask): Promise<() => EsTest> {
  if (notation === "json") {
    const { parseJsonLitmus } = await import("#model/memory/es/notation/json-litmus.ts");
    return () => ({ program: parseJsonLitmus(text), text });
  }
  const { parseJavaScriptLitmus } = await import("#model/memory/es/notation/javascript-litmus.ts");
  return () => ({ program: parseJavaScriptLitmus(text, name), text });
}

async function modelNamed(name: string): Promise<MemoryModel> {
  const { memoryModels } = await import("#model/memory/models.ts");
  const model = memoryModels.get(name);
  if (model === undefined)
    throw new RangeError(`no memory model ${name}: there are ${[...memoryModels.keys()].join(", ")}`);
  return model;
}

/** To be asked for when the search begins. */
function boundsOf({ candidatesMax, deadline = Infinity, millisecondsEach = Infinity }: LitmusTask): LitmusBounds {
  const end = Math.min(deadline, Date.now() + millisecondsEach);
  return { candidatesMax, isTimeUp: end === Infinity ? undefined : () => Date.now() >= end };
}

function refusable<T>(check: () => T): T | LitmusRefused {
  try {
    return check();
  } catch (error) {
    if (!(error instanceof LitmusError)) throw error;
    const { position, message } = error;
    return { kind: "refused", message: message.replace(/^\d+:\d+: /, ""), position };
  }
}
