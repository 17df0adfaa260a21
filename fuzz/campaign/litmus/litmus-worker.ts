/** Decides and explains litmus tests on a worker thread: everything in and out is plain data. */

import { checkLitmus, type LitmusBounds, type LitmusResult } from "#model/memory/litmus/check-litmus.ts";
import type { Explanation } from "#model/memory/explained-execution.ts";
import { explainLitmus } from "#model/memory/litmus/explain-litmus.ts";
import { LitmusError, type Position } from "#model/memory/litmus/litmus-error.ts";
import type { MemoryModel } from "#model/memory/memory-model.ts";
import { memoryModels } from "#model/memory/models.ts";

export interface LitmusTask {
  readonly text: string;
  readonly modelName: string;
  readonly candidatesMax: number | undefined;
  /** Milliseconds since the epoch: threads have no other clock in common. */
  readonly deadline: number | undefined;
}

/** A file that is no litmus test, or does what none may. */
export interface LitmusRefused {
  readonly kind: "refused";
  /** Without the position. */
  readonly message: string;
  readonly position: Position;
}

export type LitmusOutcome = (LitmusResult | LitmusRefused) & { readonly seconds: number };

export function decide(task: LitmusTask): LitmusOutcome {
  const model = modelNamed(task.modelName);
  const start = performance.now();
  const result = refusable(() => checkLitmus(task.text, model, boundsOf(task)));
  return { ...result, seconds: (performance.now() - start) / 1_000 };
}

/** Undefined if a bound is hit first. */
export function explain(task: LitmusTask): Explanation | undefined {
  return explainLitmus(task.text, modelNamed(task.modelName), boundsOf(task));
}

function modelNamed(name: string): MemoryModel {
  const model = memoryModels.get(name);
  if (model === undefined)
    throw new RangeError(`no memory model ${name}: there are ${[...memoryModels.keys()].join(", ")}`);
  return model;
}

function boundsOf({ candidatesMax, deadline }: LitmusTask): LitmusBounds {
  return { candidatesMax, isTimeUp: deadline === undefined ? undefined : () => Date.now() >= deadline };
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
