/** Decides and explains litmus tests on a worker thread. */
import type { JobControl } from "#fuzz/host/worker-control.ts";
import { checkLitmus, type LitmusBounds, type LitmusResult } from "#model/memory/litmus/check-litmus.ts";
import { explainLitmus, type Explanation } from "#model/memory/litmus/explain-litmus.ts";
import { LitmusError } from "#model/memory/litmus/litmus-error.ts";
import type { MemoryModel } from "#model/memory/memory-model.ts";
import { memoryModels } from "#model/memory/models.ts";
import type { LitmusOutcome, LitmusRefused, LitmusTask } from "./litmus-task.ts";

/** When it is told to stop, its time is up. */
export function runLitmus(task: LitmusTask, control: JobControl): LitmusOutcome {
  const model = modelNamed(task.modelName);
  const start = performance.now();
  const result = refusable(() => checkLitmus(task.text, model, boundsOf(task, control)));
  return { ...result, seconds: (performance.now() - start) / 1_000 };
}

/** Undefined if a bound is hit first. */
export function runLitmusExplanation(task: LitmusTask, control: JobControl): Explanation | undefined {
  return explainLitmus(task.text, modelNamed(task.modelName), boundsOf(task, control));
}

function modelNamed(name: string): MemoryModel {
  const model = memoryModels.get(name);
  if (model === undefined)
    throw new RangeError(`no memory model ${name}: there are ${[...memoryModels.keys()].join(", ")}`);
  return model;
}

function boundsOf({ candidatesMax, deadline = Infinity }: LitmusTask, control: JobControl): LitmusBounds {
  return { candidatesMax, isTimeUp: () => control.shouldStop(0) || Date.now() >= deadline };
}

function refusable(check: () => LitmusResult): LitmusResult | LitmusRefused {
  try {
    return check();
  } catch (error) {
    if (!(error instanceof LitmusError)) throw error;
    const { position, message } = error;
    return { kind: "refused", message: message.replace(/^\d+:\d+: /, ""), position };
  }
}
