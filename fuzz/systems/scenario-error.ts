import { InputError } from "#fuzz/host/input-error.ts";

/**
 * A scenario that makes no sense to its system: an operation it has not, initial operations that the model does not
 * allow, more threads than it can tell apart. Shrinking leaves such a scenario out.
 */
export class ScenarioError extends InputError {
  override readonly name = "ScenarioError";
}
