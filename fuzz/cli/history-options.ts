/** Options of `quiesce check` for histories of objects. */
import { InvalidArgumentError } from "commander";
import { InputError } from "#fuzz/host/input-error.ts";
import type { Exclusion } from "#properties/histories/exclusion.ts";
import type { ReadableModel } from "#properties/histories/readable-model.ts";

export function parseCapacity(text: string): number {
  const capacity = Number(text);
  if (!Number.isSafeInteger(capacity) || capacity < 1) throw new InvalidArgumentError("it must be a whole number ≥ 1.");
  return capacity;
}

/** @throws InputError if the model has no such option, or its value is invalid */
export async function initialOf(text: string | undefined, { initial }: ReadableModel, name: string): Promise<unknown> {
  if (text === undefined) return undefined;
  if (initial === undefined) throw new InputError(`check: --initial: the model ${name} starts in one way only`);
  const { valueOfText } = await import("#properties/histories/value-of-text.ts");
  const value = valueOfText(text);
  if (value === undefined || !initial.fits(value))
    throw new InputError(`check: --initial ${text}: it must be ${initial.what}`);
  return value;
}

/** @throws InputError for a text that is not an exclusion */
export async function exclusionsOf(texts: readonly string[] = []): Promise<readonly Exclusion[]> {
  const { exclusionOf } = await import("#properties/histories/exclusion.ts");
  return texts.map((text) => {
    const exclusion = exclusionOf(text);
    if (exclusion === undefined)
      throw new InputError(`check: --exclude ${JSON.stringify(text)}: it must be a function's name, or client=<name>`);
    return exclusion;
  });
}
