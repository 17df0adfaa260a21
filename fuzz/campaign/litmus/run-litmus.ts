/**
 * Decides and explains litmus tests on a worker thread.
 *
 * The reader of a notation is loaded with the first test in it: a run has one model, and must start fast.
 */
import { InputError } from "#fuzz/host/input-error.ts";
import type { JobControl } from "#fuzz/host/worker-control.ts";
import type { EsAnswer, EsTest } from "#model/memory/es/check-es-litmus.ts";
import type { Explanation } from "#model/memory/explained-execution.ts";
import type { LitmusBounds } from "#model/memory/litmus/candidate-search.ts";
import type { LitmusResult } from "#model/memory/litmus/check-litmus.ts";
import { LitmusError } from "#model/memory/litmus/litmus-error.ts";
import type { MemoryModel } from "#model/memory/memory-model.ts";
import type { LitmusOutcome, LitmusRefused, LitmusTask } from "./litmus-task.ts";

/** A stop request counts as running out of time. */
export async function runLitmus(task: LitmusTask, control: JobControl): Promise<LitmusOutcome> {
  const check = task.notation === "kernel" ? await kernelCheck(task, control) : await agentsCheck(task, control);
  const start = performance.now();
  const result = refusable(check);
  return { ...result, seconds: (performance.now() - start) / 1_000 };
}

async function kernelCheck(task: LitmusTask, control: JobControl): Promise<() => LitmusResult> {
  const { checkLitmus } = await import("#model/memory/litmus/check-litmus.ts");
  const model = await modelNamed(task.modelName);
  return () => checkLitmus(task.text, model, boundsOf(task, control));
}

async function agentsCheck(task: LitmusTask, control: JobControl): Promise<() => LitmusResult | EsAnswer> {
  const { checkEsLitmus } = await import("#model/memory/es/check-es-litmus.ts");
  const parse = await parserFor(task);
  return () => checkEsLitmus(parse(), boundsOf(task, control));
}

/**
 * Undefined if a bound is hit first.
 *
 * @throws InputError if the outcome to explain has a column that the test lacks
 */
export async function runLitmusExplanation(task: LitmusTask, control: JobControl): Promise<Explanation | undefined> {
  if (task.notation === "kernel") {
    const { explainLitmus } = await import("#model/memory/litmus/explain-litmus.ts");
    return explainLitmus(task.text, await modelNamed(task.modelName), boundsOf(task, control));
  }
  const { explainEsLitmus, NoSuchColumn } = await import("#model/memory/es/explain-es-litmus.ts");
  const parse = await parserFor(task);
  const outcome = task.outcome === undefined ? undefined : new Map(Object.entries(task.outcome));
  try {
    return explainEsLitmus(parse(), outcome, boundsOf(task, control));
  } catch (error) {
    if (error instanceof NoSuchColumn) throw new InputError(`litmus: --outcome: ${error.message}`);
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

/** Called when the search begins. */
function boundsOf(
  { candidatesMax, deadline = Infinity, millisecondsEach = Infinity }: LitmusTask,
  control: JobControl,
): LitmusBounds {
  const end = Math.min(deadline, Date.now() + millisecondsEach);
  return { candidatesMax, isTimeUp: () => control.shouldStop(0) || Date.now() >= end };
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
