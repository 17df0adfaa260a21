/** Decides one litmus test, here or on a worker thread: everything in and out is plain data. */

import { checkLitmus, type LitmusResult } from "#model/memory/litmus/check-litmus.ts";
import { LitmusError, type Position } from "#model/memory/litmus/litmus-error.ts";
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

export default function decide({ text, modelName, candidatesMax, deadline }: LitmusTask): LitmusOutcome {
  const model = memoryModels.get(modelName);
  if (model === undefined) throw new RangeError(`no memory model ${modelName}`);
  const start = performance.now();
  const isTimeUp = deadline === undefined ? undefined : (): boolean => Date.now() >= deadline;
  const result = attempt(() => checkLitmus(text, model, { candidatesMax, isTimeUp }));
  return { ...result, seconds: (performance.now() - start) / 1_000 };
}

function attempt(decideIt: () => LitmusResult): LitmusResult | LitmusRefused {
  try {
    return decideIt();
  } catch (error) {
    if (!(error instanceof LitmusError)) throw error;
    const { position, message } = error;
    return { kind: "refused", message: message.replace(/^\d+:\d+: /, ""), position };
  }
}
